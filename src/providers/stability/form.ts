import type { MultipartPart } from '../../ports/http-client.ts'
import type { InputBytes, ProviderCall } from '../../ports/provider.ts'
import type { WireRequest } from '../shared/definition.ts'
import { servicePictures, toServiceDetails, toServiceWords } from '../shared/stability-services.ts'
import { acceptedOptions, followsInput, strengthOf } from './options.ts'

/** Longest `stability-client-…` header (Stability API reference, read 2026-11-20). */
const MAX_CLIENT_ID = 256

/** Fields of a form; undefined ones are not sent. */
type Fields = Readonly<Record<string, unknown>>

/** Prints a call as a multipart form: v2beta takes nothing else, even without a file. */
export function toWire(call: ProviderCall): WireRequest {
  const { settings } = call
  const { strength: _, ...options } = acceptedOptions(call)
  const fields: Fields = {
    ...toServiceWords(call),
    ...toDetails(call),
    negative_prompt: settings.negativePrompt,
    seed: settings.seed,
    cfg_scale: settings.guidance,
    output_format: settings.format,
    ...options,
  }
  const values = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]): MultipartPart => ({ name, value: String(value) }))
  return {
    method: 'POST',
    url: String(call.model.wire.path),
    headers: {
      // A job is accepted in JSON, and its picture comes by a poll.
      accept: call.model.wire.is_job === true ? 'application/json' : 'image/*',
      'stability-client-id': 'keeprate',
      'stability-client-user-id': call.safetyIdentifier.slice(0, MAX_CLIENT_ID),
    },
    body: { kind: 'multipart', parts: [...values, ...toFiles(call)] },
  }
}

/** What the operation says beside words, and the shape where a service takes one. */
function toDetails(call: ProviderCall): Fields {
  const { model, operation, settings } = call
  const aspect = followsInput(call) ? undefined : settings.aspect
  const isSd3 = model.wire.takes_model === true
  const isEdit = operation === 'edit'
  return (
    toServiceDetails(call, aspect) ?? {
      model: isSd3 ? (model.wireName ?? model.id) : undefined,
      mode: isSd3 && isEdit ? 'image-to-image' : undefined,
      aspect_ratio: aspect,
      strength: isEdit ? strengthOf(model, call) : undefined,
    }
  )
}

/** The input images, under the names that the service has for them. */
function toFiles({ operation, images, mask }: ProviderCall): readonly MultipartPart[] {
  const names = servicePictures(operation)
  const files = images
    .slice(0, names.length)
    .map((image, index) => toFile(names[index] ?? 'image', image))
  return mask === undefined ? files : [...files, toFile('mask', mask)]
}

const toFile = (name: string, { bytes, format }: InputBytes): MultipartPart => ({
  name,
  filename: `${name}.${format}`,
  contentType: `image/${format}`,
  bytes,
})
