import { isObject, type JsonObject } from '../../core/json.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { toDataUrl } from '../shared/data-url.ts'
import type { WireImage, WireOutcome, WireRequest } from '../shared/definition.ts'
import { fromPictureList } from '../shared/openai-images/picture-list.ts'
import { concluded, requestIdOf } from '../shared/picture-answer.ts'
import { unreadable } from '../shared/status-failure.ts'
import { postJson } from '../shared/wire-request.ts'
import { classifyInside } from './classify.ts'
import { readOptions } from './options.ts'

/** Prints a call; edits go to the same place, with data URLs of their inputs. */
export function toWire(call: ProviderCall): WireRequest {
  const { model, settings } = call
  const value: JsonObject = {
    model: model.wireName ?? model.id,
    prompt: call.prompt,
    ...toShape(call),
    ...toInputs(call),
    // Models of the second kind answer 400 even to a count of one.
    n: model.wire.count === true ? call.n : undefined,
    steps: settings.steps,
    guidance_scale: settings.guidance,
    seed: settings.seed,
    negative_prompt: settings.negativePrompt,
    output_format: settings.format,
    // Together's own word; `b64_json` is refused, although the member is called so.
    response_format: 'base64',
    ...readOptions(call),
  }
  return postJson('/images/generations', value)
}

/**
 * Always the pixels that the gateway expects: they are what is paid for, and an edit would
 * otherwise be made at Together's default. Models that take a shape follow their input unless told
 * one.
 */
function toShape({ model, settings, expectedSize }: ProviderCall): JsonObject {
  if (model.sizes.kind === 'aspect') return { aspect_ratio: settings.aspect }
  const { width, height } = settings.size ?? expectedSize
  return { width, height }
}

function toInputs({ model, images }: ProviderCall): JsonObject {
  const [first] = images
  if (first === undefined) return {}
  return model.wire.inputs === 'image_url'
    ? { image_url: toDataUrl(first) }
    : { reference_images: images.map(toDataUrl) }
}

/** Reads an answer of status 2xx; also one that is no picture at all. */
export function fromWire(answer: HttpAnswer, call: ProviderCall): WireOutcome {
  const { json } = answer
  const facts = requestIdOf(answer, { member: 'id' })
  if (!isObject(json))
    return { kind: 'failed', failure: unreadable(answer, 'Together AI'), ...facts }
  if (json.error != null) return { kind: 'failed', failure: classifyInside(answer), ...facts }
  const images = fromPictureList(answer, call.n)
  return concluded(answer, {
    service: 'Together AI',
    asked: call.n,
    images,
    usage: measured(call, images),
    facts,
    missingBilled: 'unknown',
  })
}

/** The pixels that are paid for where the model chose them; Together reports no usage. */
function measured({ model }: ProviderCall, [image]: readonly WireImage[]): Partial<Usage> {
  if (model.sizes.kind !== 'aspect' || image === undefined || !('bytes' in image)) return {}
  const header = readImageHeader(image.bytes)
  return header === undefined ? {} : { width: header.width, height: header.height }
}
