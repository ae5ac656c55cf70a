import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import type { WireImage, WireOutcome, WireRequest } from '../shared/definition.ts'
import { fileParts, toForm } from '../shared/form.ts'
import { fromPictureList, imageAt, missingPictures } from '../shared/openai-images/picture-list.ts'
import { failureOfStatus, unreadable } from '../shared/status-failure.ts'
import { wordsOf } from './classify.ts'

/** A report beyond a million dollars is none; it could not even be printed exactly. */
const MOST_REPORTED_DOLLARS = 1_000_000
const NANO_PER_DOLLAR = 1_000_000_000

/** Prints a call for the endpoint that its model has: see `wire.endpoint` in models.json. */
export function toWire(call: ProviderCall): WireRequest {
  switch (call.model.wire.endpoint) {
    case 'edits':
      return toImages('/openai/images/edits', call)
    case 'variations':
      return toImages('/openai/images/variations', call)
    default:
      return toInference(call)
  }
}

function toInference({ model, prompt, n, settings, expectedSize }: ProviderCall): WireRequest {
  const { width, height } = settings.size ?? expectedSize
  const isShaped = model.sizes.kind === 'aspect'
  const value: JsonObject = {
    prompt,
    num_images: n,
    ...(isShaped ? { aspect_ratio: settings.aspect } : { width, height }),
    num_inference_steps: settings.steps,
    guidance_scale: settings.guidance,
    seed: settings.seed,
    negative_prompt: settings.negativePrompt,
  }
  return {
    method: 'POST',
    url: `/inference/${model.wireName ?? model.id}`,
    body: { kind: 'json', value },
  }
}

/** An edit or a variation as a form; variations take no words. Several images share one name. */
function toImages(url: string, call: ProviderCall): WireRequest {
  const { model, operation, settings, expectedSize } = call
  const { width, height } = settings.size ?? expectedSize
  const fields = {
    model: model.wireName ?? model.id,
    prompt: operation === 'variation' ? undefined : call.prompt,
    n: call.n,
    size: `${width}x${height}`,
    response_format: 'b64_json',
    user: call.safetyIdentifier,
  }
  return toForm(url, fields, fileParts(call))
}

/** Reads an answer of status 2xx, in either shape; also one that is no picture at all. */
export function fromWire(answer: HttpAnswer, call: ProviderCall): WireOutcome {
  const { json } = answer
  if (!isObject(json)) {
    return { kind: 'failed', failure: unreadable(answer, 'DeepInfra') }
  }
  if (json.detail != null || json.error != null) {
    const known = { class: 'overloaded', billed: 'unknown' } as const
    return { kind: 'failed', failure: failureOfStatus(answer, wordsOf(answer), known) }
  }
  if (call.model.wire.endpoint !== 'inference') {
    const images = fromPictureList(answer, call.n)
    return concluded(call, images, [], answer)
  }
  const { images, withheld } = fromInference(json, answer, call.n)
  return concluded(call, images, withheld, answer)
}

/** The pictures of a native answer, without those that DeepInfra marks as unsafe. */
function fromInference(
  json: Record<string, unknown>,
  answer: HttpAnswer,
  asked: number,
): { readonly images: readonly WireImage[]; readonly withheld: readonly ProviderFailure[] } {
  const list = Array.isArray(json.images) ? json.images.slice(0, asked) : []
  const marks = Array.isArray(json.nsfw_content_detected) ? json.nsfw_content_detected : []
  const isUnsafe = (index: number): boolean => marks[index] === true
  const message = 'DeepInfra made the picture and marked it as unsafe (nsfw_content_detected)'
  return {
    images: list.flatMap((entry, index) => {
      const image = isUnsafe(index) ? undefined : imageAt(entry, answer.images)
      return image === undefined ? [] : [{ ...image, ...seedOf(json, index) }]
    }),
    withheld: list.flatMap((_, index) =>
      isUnsafe(index) ? [failure('content_policy_output', message)] : [],
    ),
  }
}

/** The seed is that of the first picture; how the others follow from it is not published. */
const seedOf = ({ seed }: Record<string, unknown>, index: number): { readonly seed?: number } =>
  index === 0 && typeof seed === 'number' && Number.isSafeInteger(seed) ? { seed } : {}

function concluded(
  call: ProviderCall,
  images: readonly WireImage[],
  unsafe: readonly ProviderFailure[],
  answer: HttpAnswer,
): WireOutcome {
  const facts = factsOf(answer)
  if (images.length === 0) {
    const empty = failure('empty', `DeepInfra answered ${answer.status} without a picture`)
    return { kind: 'failed', failure: unsafe[0] ?? empty, ...facts }
  }
  const withheld = [...unsafe, ...missingPictures(call.n - unsafe.length, images.length, 'unknown')]
  return { kind: 'produced', images, withheld, usage: {}, ...facts }
}

/** The charge in dollars and the id of the request; answers in OpenAI's shape have neither. */
function factsOf({ json, headers }: HttpAnswer): {
  readonly reportedDollars?: string
  readonly providerRequestId?: string
} {
  const { request_id: id = headers['x-request-id'], inference_status: status } = isObject(json)
    ? json
    : {}
  const dollars = dollarsOf(isObject(status) ? status.cost : undefined)
  return {
    ...(dollars === undefined ? {} : { reportedDollars: dollars }),
    ...(typeof id === 'string' && id !== '' ? { providerRequestId: id } : {}),
  }
}

/** A reported charge as exact dollars; undefined when it is no amount. */
function dollarsOf(cost: unknown): string | undefined {
  const isAmount = typeof cost === 'number' && cost >= 0 && cost <= MOST_REPORTED_DOLLARS
  return isAmount ? dollarsFromNano(BigInt(Math.round(cost * NANO_PER_DOLLAR))) : undefined
}
