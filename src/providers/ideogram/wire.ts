import type { JsonObject } from '../../core/json.ts'
import type { Quality } from '../../core/request/image-request.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import type { WireRequest } from '../shared/definition.ts'
import { fileParts, toForm } from '../shared/form.ts'
import { postJson } from '../shared/wire-request.ts'
import { USUAL_QUALITY } from './estimate.ts'
import { acceptedOptions } from './options.ts'

/** The older models' words for what the newer ones call low, medium and high. */
const speeds: { readonly [Level in Quality]?: string } = {
  low: 'turbo',
  medium: 'default',
  high: 'quality',
}

/**
 * Prints a call: a generation as JSON, what has an input image as a form. All are made
 * asynchronously: the id is worth money when the connection breaks.
 */
export function toWire(call: ProviderCall): WireRequest {
  const { model, operation } = call
  const url = String(model.wire[operation])
  const fields = toFields(call)
  if (operation === 'generate') return postJson(url, fields)
  const files = fileParts(call, (index) => (index === 0 ? 'image' : 'reference_images'))
  return toForm(url, fields, files)
}

/** Quality and size are always said: Ideogram's defaults, and so the price, differ by model. */
function toFields(call: ProviderCall): JsonObject {
  const { model, operation, settings, n, webhook } = call
  const isAsked = model.wire.is_job !== true
  const delivery = { async: isAsked ? true : undefined, webhook_url: webhook?.url }
  if (model.wire.is_tool === true) return { seed: settings.seed, ...delivery }
  const isShaped = operation === 'generate' || (operation === 'edit' && model.wire.shapes_edits)
  return {
    prompt: call.prompt,
    ...toEffort(call),
    ...(isShaped === true ? toShape(call) : {}),
    num_images: n,
    seed: settings.seed,
    negative_prompt: settings.negativePrompt,
    background: model.wire.background === true ? settings.background : undefined,
    ...acceptedOptions(call),
    ...delivery,
  }
}

function toEffort({ model, settings }: ProviderCall): JsonObject {
  const level = settings.quality ?? USUAL_QUALITY
  if (model.wire.effort === 'rendering_speed') return { rendering_speed: speeds[level] }
  return { quality: typeof model.wire.level === 'string' ? model.wire.level : level }
}

function toShape({ model, settings, expectedSize }: ProviderCall): JsonObject {
  if (model.wire.shape === 'aspect_ratio') {
    return { aspect_ratio: (settings.aspect ?? '1:1').replace(':', 'x') }
  }
  const { width, height } = settings.size ?? expectedSize
  return { [String(model.wire.shape)]: `${width}x${height}` }
}
