import type { Model } from '../../core/catalog/model.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { InputBytes, ProviderCall } from '../../ports/provider.ts'
import type { WireRequest } from '../shared/definition.ts'
import { toDataUri, toMappedInput } from '../shared/input-mapping.ts'
import { acceptedOptions } from './options.ts'

/** Files up to this size may be sent as data URIs (replicate.com/docs, read 2026-11-20). */
const MAX_INLINE_BYTES = 256 * 1024

/**
 * A model that usually takes no longer answers with the picture. For others a wait would gain
 * little, and put off writing down the id of a job that may be paid.
 */
const LONGEST_WAITED_FOR_SECONDS = 5
/** `Prefer: wait` takes 1 to 60 seconds (replicate.com/docs/reference/http, read 2026-11-20). */
const WAIT_SECONDS = 60
/** The answer to a waited-for submit comes a little after the wait. */
const WAIT_SLACK_MS = 15_000
/** The answer to a submit that does not wait. */
const SUBMIT_MS = 60_000

/** The start names the prediction long before the end does, should the answer be lost. */
const WEBHOOK_EVENTS: readonly string[] = ['start', 'completed']

const isWaitedFor = (model: Model): boolean => model.typicalSeconds <= LONGEST_WAITED_FOR_SECONDS

/** How long the answer to a submit may take. */
export const submitMs = ({ model }: ProviderCall): number =>
  isWaitedFor(model) ? WAIT_SECONDS * 1_000 + WAIT_SLACK_MS : SUBMIT_MS

/** The files of a call, input images first, then the mask. */
const filesOf = ({ images, mask }: ProviderCall): readonly InputBytes[] =>
  mask === undefined ? images : [...images, mask]

const isInline = ({ bytes }: InputBytes): boolean => bytes.length <= MAX_INLINE_BYTES

/** Uploads the files that are too large for the request itself, one after the other. */
export function toUpload(
  call: ProviderCall,
  answers: readonly HttpAnswer[],
): WireRequest | undefined {
  const file = filesOf(call).filter((each) => !isInline(each))[answers.length]
  if (file === undefined) return undefined
  const { bytes, format, digest } = file
  const filename = `${digest.slice(0, 16)}.${format}`
  const part = { name: 'content', filename, contentType: `image/${format}`, bytes }
  return { method: 'POST', url: '/files', body: { kind: 'multipart', parts: [part] } }
}

/** Prints a call as a prediction of an official model, or of a version. */
export function toWire(call: ProviderCall, uploads: readonly HttpAnswer[]): WireRequest {
  const { model, images, webhook } = call
  const { version } = model.wire
  const links = uploads.map(linkOf).values()
  // A file without a link cannot be: the upload was answered with 2xx. Replicate says so if it is.
  const printed = filesOf(call).map((file) =>
    isInline(file) ? toDataUri(file) : (links.next().value ?? ''),
  )
  const mask = printed[images.length]
  const files = {
    images: printed.slice(0, images.length),
    ...(mask === undefined ? {} : { mask }),
  }
  const value = {
    ...(version === undefined ? {} : { version }),
    input: { ...toMappedInput(call, files), ...acceptedOptions(call) },
    ...(webhook === undefined
      ? {}
      : { webhook: webhook.url, webhook_events_filter: WEBHOOK_EVENTS }),
  }
  return {
    method: 'POST',
    url: version === undefined ? `/models/${String(model.wire.model)}/predictions` : '/predictions',
    headers: {
      // The ceiling of what a call can cost where seconds are paid: Replicate itself stops then.
      'cancel-after': `${Math.ceil(model.timeoutMs / 1_000)}s`,
      ...(isWaitedFor(model) ? { prefer: `wait=${WAIT_SECONDS}` } : {}),
    },
    body: { kind: 'json', value },
  }
}

function linkOf({ json }: HttpAnswer): string | undefined {
  const { get } = isObject(json) && isObject(json.urls) ? json.urls : {}
  return typeof get === 'string' ? get : undefined
}
