import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { InputBytes, ProviderCall } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { servicePictures, toServiceDetails, toServiceWords } from '../shared/stability-services.ts'
import { unreadable } from '../shared/status-failure.ts'
import { acceptedOptions, strengthOf } from './options.ts'

/** Prints a call as the JSON that `InvokeModel` hands to the model. */
export function toWire(call: ProviderCall): WireRequest {
  const { model } = call
  return {
    method: 'POST',
    url: `/model/${encodeURIComponent(model.wireName ?? model.id)}/invoke`,
    headers: { accept: 'application/json' },
    body: { kind: 'json', value: toFields(call) },
  }
}

function toFields(call: ProviderCall): JsonObject {
  const { operation, settings } = call
  const { strength: _, ...options } = acceptedOptions(call)
  return {
    ...toServiceWords(call),
    ...(toServiceDetails(call, settings.aspect) ?? toPicture(call)),
    negative_prompt: settings.negativePrompt,
    seed: settings.seed,
    output_format: settings.format,
    ...Object.fromEntries(
      servicePictures(operation).flatMap((name, index) => {
        const image = call.images[index]
        return image === undefined ? [] : [[name, toBase64(image)]]
      }),
    ),
    mask: call.mask === undefined ? undefined : toBase64(call.mask),
    ...options,
  }
}

/** What a model is told that makes pictures from words, and from another picture. */
function toPicture(call: ProviderCall): JsonObject {
  const { model, operation, settings } = call
  const isEdit = operation === 'edit'
  return {
    // Only SD 3.5 documents a mode; without one it makes pictures from text, as the others do.
    mode: isEdit && model.wire.takes_mode === true ? 'image-to-image' : undefined,
    aspect_ratio: operation === 'generate' ? settings.aspect : undefined,
    strength: isEdit ? strengthOf(model, call) : undefined,
  }
}

const toBase64 = ({ bytes }: InputBytes): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

/** What a `finish_reasons` entry means; the same words for every model of Stability's. */
const reasons: Readonly<Record<string, (message: string, code: string) => ProviderFailure>> = {
  'Filter reason: prompt': (message, providerCode) =>
    failure('content_policy_input', message, { providerCode }),
  'Filter reason: input image': (message, providerCode) =>
    failure('content_policy_input', message, { providerCode }),
  'Filter reason: output image': (message, providerCode) =>
    failure('content_policy_output', message, { providerCode }),
  'Inference error': (message, providerCode) =>
    failure('overloaded', message, { providerCode, billed: 'unknown' }),
}

/** Reads a 200, which is a success only when `finish_reasons` says null and a picture is there. */
export function fromWire(answer: HttpAnswer): WireOutcome {
  const { json, headers, images } = answer
  const requestId = headers['x-amzn-requestid']
  const id = requestId === undefined ? {} : { providerRequestId: requestId }
  if (!isObject(json)) {
    return { kind: 'failed', failure: unreadable(answer, 'Bedrock'), ...id }
  }
  const reason = firstOf(json.finish_reasons)
  if (typeof reason === 'string') return { ...withheld(reason), ...id }
  const [image] = images
  if (image === undefined || image.bytes.length === 0) {
    const message = 'Bedrock answered 200 without a picture'
    return { kind: 'failed', failure: failure('empty', message), ...id }
  }
  const seed = firstOf(json.seeds)
  const seedOf = typeof seed === 'number' && Number.isSafeInteger(seed) ? { seed } : {}
  return {
    kind: 'produced',
    images: [{ ...image, ...seedOf }],
    withheld: [],
    usage: { images: 1 },
    ...id,
  }
}

function withheld(reason: string): Extract<WireOutcome, { kind: 'failed' }> {
  const code = reason.slice(0, 80)
  const message = `Bedrock gave no picture: ${code}`
  const known = Object.hasOwn(reasons, code) ? reasons[code] : undefined
  const cause =
    known?.(message, code) ?? failure('empty', message, { billed: 'unknown', providerCode: code })
  const isMade = cause.class === 'content_policy_output'
  return { kind: 'failed', failure: cause, ...(isMade ? { usage: { images: 1 } } : {}) }
}

const firstOf = (list: unknown): unknown => (Array.isArray(list) ? list[0] : undefined)
