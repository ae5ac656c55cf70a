import { isObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer, ImageBytes } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { toDataUrl } from '../shared/data-url.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { imageAt } from '../shared/openai-images/picture-list.ts'
import { concluded, pictureFrom, requestIdOf, withheldPicture } from '../shared/picture-answer.ts'
import { unreadable } from '../shared/status-failure.ts'
import { postJson } from '../shared/wire-request.ts'
import { failures } from './classify.ts'
import { stepsOf } from './estimate.ts'
import { fromSubmit } from './jobs.ts'
import { acceptedOptions } from './options.ts'
import { shapeOf } from './shape.ts'

/** Prints a call in the shape of its model. */
export function toWire(call: ProviderCall): WireRequest {
  const { model } = call
  const name = model.wireName ?? model.id
  switch (shapeOf(model)) {
    case 'kontext':
      return postJson(`/workflows/${name}`, toKontext(call))
    case 'workflow':
      return postJson(`/workflows/${name}/text_to_image`, toWorkflow(call), toAccept(call))
    case 'legacy':
      return postJson(`/image_generation/${name}`, toLegacy(call), toAccept(call))
  }
}

/** One picture comes as it is, several as base64 in a list. */
function toAccept({ n, settings }: ProviderCall): Readonly<Record<string, string>> {
  const type = `image/${settings.format ?? 'png'}`
  return n === 1
    ? { accept: type }
    : { accept: 'application/json', 'json-return-image-accept': type }
}

/** The steps are always sent: they are what is paid for, and defaults differ by model. */
const toWorkflow = (call: ProviderCall): JsonObject => ({
  prompt: call.prompt,
  aspect_ratio: call.settings.aspect,
  num_inference_steps: stepsOf(call),
  guidance_scale: call.settings.guidance,
  seed: call.settings.seed,
  samples: call.n === 1 ? undefined : call.n,
  ...acceptedOptions(call),
})

function toLegacy(call: ProviderCall): JsonObject {
  const { width, height } = call.settings.size ?? call.expectedSize
  return {
    prompt: call.prompt,
    negative_prompt: call.settings.negativePrompt,
    width,
    height,
    steps: stepsOf(call),
    cfg_scale: call.settings.guidance,
    seed: call.settings.seed,
    samples: call.n === 1 ? undefined : call.n,
    ...acceptedOptions(call),
  }
}

function toKontext(call: ProviderCall): JsonObject {
  const [input] = call.images
  return {
    prompt: call.prompt,
    input_image: input === undefined ? undefined : toDataUrl(input),
    aspect_ratio: call.settings.aspect,
    seed: call.settings.seed,
    output_format: call.settings.format,
    ...acceptedOptions(call),
  }
}

/** Reads an answer of status 2xx: the pictures themselves, or the job of a Kontext model. */
export function fromWire(answer: HttpAnswer, call: ProviderCall): WireOutcome {
  if (shapeOf(call.model) === 'kontext') return fromSubmit(answer, call)
  const { json } = answer
  const facts = requestIdOf(answer, { member: 'id' })
  if (isObject(json) && json.error != null) {
    return { kind: 'failed', failure: failures.classifyInside(answer), ...facts }
  }
  const artifacts = artifactsOf(answer)
  if (artifacts === undefined) {
    return { kind: 'failed', failure: unreadable(answer, 'Fireworks'), ...facts }
  }
  const asked = artifacts.slice(0, call.n)
  return concluded(answer, {
    service: 'Fireworks',
    asked: call.n,
    images: asked
      .filter(({ reason }) => reason !== FILTERED)
      .flatMap(({ image, seed }) => pictureFrom(image, undefined, seed)),
    withheld: asked
      .filter(({ reason }) => reason === FILTERED)
      .map(() => withheldPicture('Fireworks', FILTERED)),
    facts,
    missingBilled: 'unknown',
  })
}

/** Why a picture is kept back that was made. */
const FILTERED = 'CONTENT_FILTERED'

/** One picture of an answer, as Fireworks tells of it. */
interface Artifact {
  readonly image: ImageBytes | undefined
  readonly reason: unknown
  readonly seed: unknown
}

/** Undefined when the answer is neither a picture nor a list of them. */
function artifactsOf({ headers, json, images, text }: HttpAnswer): readonly Artifact[] | undefined {
  const { 'finish-reason': reason, seed } = headers
  // A list of objects, or an object with a list: both have been in use.
  if (Array.isArray(json)) return json.flatMap((entry) => fromEntry(entry, images))
  if (isObject(json)) return fromEntry(json, images)
  if (text !== undefined && text.trim() !== '') return undefined
  if (json !== undefined) return undefined
  return [{ image: images[0], reason, seed: seed === undefined ? undefined : Number(seed) }]
}

function fromEntry(entry: unknown, images: readonly ImageBytes[]): readonly Artifact[] {
  if (!isObject(entry)) return []
  const { base64, finishReason: reason, seed } = entry
  const markers = Array.isArray(base64) ? base64 : [base64]
  return markers.map((marker, index) => ({
    image: imageAt(marker, images),
    reason,
    // The seed is that of the first picture; how the others follow from it is not published.
    seed: index === 0 ? seed : undefined,
  }))
}
