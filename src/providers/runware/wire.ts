import { isObject, type JsonObject } from '../../core/json.ts'
import { decimal } from '../../core/pricing/decimal.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { attemptUuid } from '../shared/attempt-uuid.ts'
import { toDataUrl } from '../shared/data-url.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { imageAt } from '../shared/openai-images/picture-list.ts'
import { concluded, pictureFrom, withheldPicture } from '../shared/picture-answer.ts'
import { unreadable } from '../shared/status-failure.ts'
import { postJson } from '../shared/wire-request.ts'
import { classifyInside, errorsOf } from './classify.ts'
import { readOptions } from './options.ts'

/** Every task goes to this one place. */
export const PATH = '/v1'

const FORMATS = { png: 'PNG', jpeg: 'JPG', webp: 'WEBP' } as const

/** Prints a call: a list of one task, whose id is the attempt's. */
export function toWire(call: ProviderCall): WireRequest {
  const { model, settings } = call
  const { format } = settings
  const task: JsonObject = {
    taskUUID: attemptUuid(call.attemptId),
    model: model.wireName ?? model.id,
    outputType: 'base64Data',
    outputFormat: format === undefined ? undefined : FORMATS[format],
    deliveryMethod: 'sync',
    includeCost: true,
    ...toWork(call),
  }
  return postJson(PATH, [task])
}

/** What is to be done, with its own parameters. */
function toWork(call: ProviderCall): JsonObject {
  const [image] = call.images
  const inputs = { image: image === undefined ? undefined : toDataUrl(image) }
  if (call.operation === 'remove_background') return { taskType: 'removeBackground', inputs }
  if (call.details?.kind !== 'upscale') return toInference(call)
  const { prompt, settings } = call
  const words = {
    positivePrompt: prompt === '' ? undefined : prompt,
    negativePrompt: settings.negativePrompt,
    seed: settings.seed,
  }
  const isSaid = Object.values(words).some((value) => value !== undefined)
  return {
    taskType: 'upscale',
    inputs,
    upscaleFactor: call.details.scale,
    ...(isSaid ? { settings: words } : {}),
  }
}

function toInference(call: ProviderCall): JsonObject {
  const { settings } = call
  const { width, height } = settings.size ?? call.expectedSize
  const { check_nsfw: isChecked = true, mask_margin: maskMargin, ...same } = readOptions(call)
  return {
    taskType: 'imageInference',
    positivePrompt: call.prompt,
    negativePrompt: settings.negativePrompt,
    width,
    height,
    steps: settings.steps,
    CFGScale: settings.guidance,
    seed: settings.seed,
    numberResults: call.n,
    checkNSFW: isChecked,
    maskMargin,
    ...toInputs(call),
    ...same,
  }
}

function toInputs({ model, images, mask }: ProviderCall): JsonObject {
  const [first] = images
  if (first === undefined) return {}
  if (model.wire.inputs === 'reference_images') return { referenceImages: images.map(toDataUrl) }
  return {
    seedImage: toDataUrl(first),
    ...(mask === undefined ? {} : { maskImage: toDataUrl(mask) }),
  }
}

/** Reads an answer of status 2xx: results and errors stand beside each other. */
export function fromWire(answer: HttpAnswer, call: ProviderCall): WireOutcome {
  const { json } = answer
  if (!isObject(json)) return { kind: 'failed', failure: unreadable(answer, 'Runware') }
  const results = Array.isArray(json.data) ? json.data.filter(isObject) : []
  const asked = results.slice(0, call.n)
  // A flagged picture comes all the same.
  const flagged = asked.filter(isFlagged).map(() => withheldPicture('Runware', 'NSFWContent'))
  const images = asked
    .filter((result) => !isFlagged(result))
    .flatMap(({ imageBase64Data: marker, imageURL: url, seed }) =>
      pictureFrom(imageAt(marker, answer.images), url, seed),
    )
  const broken = errorsOf(json)
    .map((error) => classifyInside(answer, error))
    .slice(0, Math.max(0, call.n - images.length - flagged.length))
  const cost = costOf(results)
  const id = results[0]?.taskUUID
  return concluded(answer, {
    service: 'Runware',
    asked: call.n,
    images,
    withheld: [...flagged, ...broken],
    usage: cost === undefined ? {} : { credits: Number(cost) },
    facts: {
      ...(cost === undefined ? {} : { reportedDollars: cost }),
      ...(typeof id === 'string' ? { providerRequestId: id } : {}),
    },
  })
}

type TaskResult = Readonly<Record<string, unknown>>

const isFlagged = ({ NSFWContent: flag }: TaskResult): boolean => flag === true

/** Each result tells its own cost; without all of them the sum would be too small. */
function costOf(results: readonly TaskResult[]): string | undefined {
  const costs = results.flatMap(({ cost }) =>
    typeof cost === 'number' && Number.isFinite(cost) && cost >= 0 ? [decimal(cost)] : [],
  )
  if (costs.length === 0 || costs.length < results.length) return undefined
  return costs.reduce((sum, cost) => sum.plus(cost)).toFixed()
}
