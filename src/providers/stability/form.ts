import type { MultipartPart } from '../../ports/http-client.ts'
import type { InputBytes, ProviderCall } from '../../ports/provider.ts'
import type { WireRequest } from '../shared/definition.ts'
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
    ...toWords(call),
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

/** The caller's words, under the name that the service has for them. */
function toWords({ model, operation, prompt, details }: ProviderCall): Fields {
  if (prompt === '' || model.operationLimits?.[operation]?.prompt === 'none') return {}
  switch (details?.kind) {
    case 'search_and_replace':
      return { prompt, search_prompt: details.search }
    case 'search_and_recolor':
      return { prompt, select_prompt: details.search }
    default:
      return operation === 'replace_background' ? { background_prompt: prompt } : { prompt }
  }
}

/** What the operation says beside words, and the shape where a service takes one. */
function toDetails(call: ProviderCall): Fields {
  const { model, operation, settings, details } = call
  const aspect = followsInput(call) ? undefined : settings.aspect
  switch (details?.kind) {
    case 'outpaint': {
      const { left, right, top, bottom } = details.expand
      return { left, right, up: top, down: bottom }
    }
    case 'control':
      return details.control === 'style'
        ? { aspect_ratio: aspect, fidelity: details.strength }
        : { control_strength: details.strength }
    case 'style_transfer':
      return { style_strength: details.strength }
    default: {
      const isSd3 = model.wire.takes_model === true
      const isEdit = operation === 'edit'
      return {
        model: isSd3 ? (model.wireName ?? model.id) : undefined,
        mode: isSd3 && isEdit ? 'image-to-image' : undefined,
        aspect_ratio: aspect,
        strength: isEdit ? strengthOf(model, call) : undefined,
      }
    }
  }
}

/** The input images, under the names that the service has for them. */
function toFiles({ operation, images, mask }: ProviderCall): readonly MultipartPart[] {
  const names =
    operation === 'style_transfer'
      ? ['init_image', 'style_image']
      : operation === 'replace_background'
        ? ['subject_image', 'background_reference']
        : ['image']
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
