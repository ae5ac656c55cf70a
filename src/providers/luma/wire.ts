import type { JsonObject } from '../../core/json.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import type { WireRequest } from '../shared/definition.ts'
import { postJson } from '../shared/wire-request.ts'
import { acceptedOptions } from './options.ts'

/** Prints a call. Luma's own default shape is 16:9, so one is always said. */
export function toWire(call: ProviderCall): WireRequest {
  const { model, prompt, settings } = call
  const value: JsonObject = {
    generation_type: 'image',
    model: model.wireName ?? model.id,
    prompt,
    aspect_ratio: settings.aspect ?? '1:1',
    format: settings.format === 'jpeg' ? 'jpg' : settings.format,
    ...acceptedOptions(call),
  }
  return postJson('/generations/image', value)
}
