import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer, ImageBytes } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { toDataUrl } from '../shared/data-url.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { imageAt } from '../shared/openai-images/picture-list.ts'
import { concluded, requestIdOf } from '../shared/picture-answer.ts'
import { unreadable } from '../shared/status-failure.ts'
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
      return post(`/workflows/${name}`, {}, toKontext(call))
    case 'workflow':
      return post(`/workflows/${name}/text_to_image`, toAccept(call), toWorkflow(call))
    case 'legacy':
      return post(`/image_generation/${name}`, toAccept(call), toLegacy(call))
  }
}

const post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  fields: JsonObject,
): WireRequest => ({ method: 'POST', url, headers, body: { kind: 'json', value: fields } })

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
    images: asked.filter((artifact) => !isFiltered(artifact)).flatMap(pictureOf),
    withheld: asked.filter(isFiltered).map(withheldOf),
    facts,
    missingBilled: 'unknown',
  })
}

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

const isFiltered = ({ reason }: Artifact): boolean => reason === 'CONTENT_FILTERED'

const withheldOf = (): ProviderFailure => {
  const message = 'Fireworks made the picture and withheld it (CONTENT_FILTERED)'
  return failure('content_policy_output', message, { providerCode: 'CONTENT_FILTERED' })
}

const pictureOf = ({ image, seed }: Artifact) =>
  image === undefined
    ? []
    : [{ ...image, ...(Number.isSafeInteger(seed) ? { seed: Number(seed) } : {}) }]
