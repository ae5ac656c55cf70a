import type { JsonObject } from '../../core/json.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import type { WireRequest } from '../shared/definition.ts'
import { fileParts, toForm } from '../shared/form.ts'
import { servicePictures, toServiceDetails, toServiceWords } from '../shared/stability-services.ts'
import { acceptedOptions, followsInput, strengthOf } from './options.ts'

/** Longest `stability-client-…` header (Stability API reference, read 2026-11-20). */
const MAX_CLIENT_ID = 256

/** Prints a call as a multipart form: v2beta takes nothing else, even without a file. */
export function toWire(call: ProviderCall): WireRequest {
  const { settings } = call
  const { strength: _, ...options } = acceptedOptions(call)
  const fields: JsonObject = {
    ...toServiceWords(call),
    ...toDetails(call),
    negative_prompt: settings.negativePrompt,
    seed: settings.seed,
    cfg_scale: settings.guidance,
    output_format: settings.format,
    ...options,
  }
  const files = servicePictures(call.operation)
  const images = call.images.slice(0, files.length)
  const parts = fileParts({ ...call, images }, (index) => files[index] ?? 'image')
  return {
    ...toForm(String(call.model.wire.path), fields, parts),
    headers: {
      // A job is accepted in JSON, and its picture comes by a poll.
      accept: call.model.wire.is_job === true ? 'application/json' : 'image/*',
      'stability-client-id': 'keeprate',
      'stability-client-user-id': call.safetyIdentifier.slice(0, MAX_CLIENT_ID),
    },
  }
}

/** What the operation says beside words, and the shape where a service takes one. */
function toDetails(call: ProviderCall): JsonObject {
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
