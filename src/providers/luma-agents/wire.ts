import type { JsonObject } from '../../core/json.ts'
import type { InputBytes, ProviderCall } from '../../ports/provider.ts'
import { toBase64 } from '../shared/data-url.ts'
import type { WireRequest } from '../shared/definition.ts'
import { postJson } from '../shared/wire-request.ts'
import { readOptions } from './options.ts'

/**
 * Prints a call. The first input image is edited, the others guide the edit; all go with the
 * request. An edit keeps the shape of its picture unless another one is asked for.
 */
export function toWire(call: ProviderCall): WireRequest {
  const { model, prompt, settings, images } = call
  const { image_ref: links = [], ...options } = readOptions(call)
  const [source, ...others] = images
  const references = [...others.map(toReference), ...links]
  const value: JsonObject = {
    model: model.wireName ?? model.id,
    type: source === undefined ? 'image' : 'image_edit',
    prompt,
    source: source === undefined ? undefined : toReference(source),
    image_ref: references.length === 0 ? undefined : references,
    aspect_ratio: settings.aspect ?? (source === undefined ? '1:1' : undefined),
    output_format: settings.format,
    ...options,
  }
  return postJson('/generations', value)
}

const toReference = (image: InputBytes): JsonObject => ({
  data: toBase64(image),
  media_type: `image/${image.format}`,
})
