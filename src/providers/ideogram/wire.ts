import type { JsonObject } from '../../core/json.ts'
import type { Quality } from '../../core/request/image-request.ts'
import type { MultipartPart } from '../../ports/http-client.ts'
import type { InputBytes, ProviderCall } from '../../ports/provider.ts'
import type { WireRequest } from '../shared/definition.ts'
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
  const { model, operation, images, mask } = call
  const url = String(model.wire[operation])
  const fields = toFields(call)
  if (operation === 'generate')
    return { method: 'POST', url, body: { kind: 'json', value: fields } }
  const [image, ...references] = images
  const parts = [
    ...Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(toPart),
    ...(image === undefined ? [] : [toFile('image', image)]),
    ...references.map((reference) => toFile('reference_images', reference)),
    ...(mask === undefined ? [] : [toFile('mask', mask)]),
  ]
  return { method: 'POST', url, body: { kind: 'multipart', parts } }
}

/** Quality and size are always said: Ideogram's defaults, and so the price, differ by model. */
function toFields(call: ProviderCall): JsonObject {
  const { model, settings, n, webhook } = call
  const delivery = { async: true, webhook_url: webhook?.url }
  if (model.wire.is_tool === true) return delivery
  return {
    prompt: call.prompt,
    ...toEffort(call),
    ...(call.operation === 'generate' ? toShape(call) : {}),
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

const toPart = ([name, value]: readonly [string, unknown]): MultipartPart => ({
  name,
  value: typeof value === 'object' ? JSON.stringify(value) : String(value),
})

const toFile = (name: string, { bytes, format }: InputBytes): MultipartPart => ({
  name,
  filename: `${name}.${format}`,
  contentType: `image/${format}`,
  bytes,
})
