import type { Model } from '../../core/catalog/model.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import { parseAspect } from '../../core/request/aspect.ts'
import type { Size } from '../../core/request/image-request.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { CallPlan, ProviderCall, ProviderJob } from '../../ports/provider.ts'
import { toBase64 } from '../shared/data-url.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { reportedUnits } from '../shared/picture-answer.ts'
import { linkedPicture, pollReader, submittedJob } from '../shared/poll-reader.ts'
import { classify, wordsOf } from './failures.ts'
import { acceptedOptions } from './options.ts'

/** Where a job is found when the answer names no `polling_url` (docs.bfl.ai, read 2026-11-20). */
const RESULT_PATH = '/v1/get_result?id='

/** 1 credit = $0.01 (docs.bfl.ai/quick_start/pricing, read 2026-11-20). */
const NANO_DOLLARS_PER_CREDIT = 10_000_000

/** Prints a call as `POST /v1/{model}`. */
export function toWire(call: ProviderCall): WireRequest {
  const { model, settings } = call
  const value = {
    ...toWords(call),
    ...toInputs(call),
    ...toMargins(call),
    ...toShape(call),
    seed: settings.seed,
    steps: settings.steps,
    guidance: settings.guidance,
    output_format: model.wire.output_format === false ? undefined : settings.format,
    ...acceptedOptions(call),
  }
  return {
    method: 'POST',
    url: `/v1/${model.wireName ?? model.id}`,
    body: { kind: 'json', value },
  }
}

/** The caller's words; a model that reads none gets none. */
const toWords = ({ model, operation, prompt }: ProviderCall): JsonObject =>
  prompt === '' || model.operationLimits?.[operation]?.prompt === 'none' ? {} : { prompt }

/** Pixels to add at each side. */
const toMargins = ({ details }: ProviderCall): JsonObject =>
  details?.kind === 'outpaint' ? { ...details.expand } : {}

/** Input images in the three spellings of BFL's API, by the model's `wire.inputs`. */
function toInputs({ model, images, mask }: ProviderCall): JsonObject {
  const [first] = images
  if (first === undefined) return {}
  switch (model.wire.inputs) {
    case 'fill':
      return { image: toBase64(first), mask: mask === undefined ? undefined : toBase64(mask) }
    case 'list':
      return { images: images.map(toBase64) }
    case 'numbered':
      return Object.fromEntries(
        images.map((image, index) => [
          index === 0 ? 'input_image' : `input_image_${index + 1}`,
          toBase64(image),
        ]),
      )
    default:
      return {}
  }
}

/**
 * Width and height, or the shape. A generation always says what the gateway expects, because BFL's
 * own defaults differ by model and FLUX.2 chooses the size, and so the price, itself when none is
 * given. An edit says nothing unless asked: the picture then follows its input.
 */
function toShape(call: ProviderCall): JsonObject {
  const { model, settings } = call
  const isGeneration = call.operation === 'generate'
  if (model.wire.inputs === 'fill') return {}
  if (model.sizes.kind === 'aspect') {
    const aspect = settings.aspect ?? (isGeneration ? nearestAspect(call) : undefined)
    return aspect === undefined ? {} : { aspect_ratio: aspect }
  }
  const size = settings.size ?? (isGeneration ? call.expectedSize : undefined)
  return size === undefined ? {} : { width: size.width, height: size.height }
}

function nearestAspect(call: {
  readonly model: Model
  readonly expectedSize: Size
}): string | undefined {
  const { sizes } = call.model
  if (sizes.kind !== 'aspect') return undefined
  const wanted = call.expectedSize.width / call.expectedSize.height
  const distance = (aspect: string): number =>
    Math.abs(Math.log((parseAspect(aspect) ?? 1) / wanted))
  return sizes.aspects.toSorted((a, b) => distance(a) - distance(b))[0]
}

/** Reads the answer to a submit: the job, with the charge that BFL reports at this moment only. */
export function fromSubmit(answer: HttpAnswer): WireOutcome {
  const task = isObject(answer.json) ? answer.json : {}
  const { polling_url: link } = task
  const isUsable = typeof link === 'string' && URL.canParse(link)
  const facts: JsonObject = {
    reported_dollars: reportedUnits(task.cost, NANO_DOLLARS_PER_CREDIT).reportedDollars,
    input_mp: megapixels(task.input_mp),
    output_mp: megapixels(task.output_mp),
  }
  const words = wordsOf(answer)
  // Where BFL said, which may be in another region than the one submitted to.
  const pathOf = (id: string): string => (isUsable ? link : `${RESULT_PATH}${id}`)
  return submittedJob(answer, task.id, pathOf, { words, facts })
}

const megapixels = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined

const readPoll = pollReader({
  service: 'BFL',
  failures: { classify, wordsOf },
  stateOf: ({ status, state }) => status ?? state,
  states: {
    Pending: 'pending',
    Reasoning: 'pending',
    Generating: 'pending',
    Ready: ({ task, job }) => ready(task.result, job),
    'Request Moderated': 'content_policy_input',
    'Content Moderated': 'content_policy_output',
    Error: 'overloaded',
    Failed: 'overloaded',
    'Task not found': 'lost',
  },
})

/** Reads a poll. The submit's charge is booked only where BFL keeps it. */
export function fromPoll(answer: HttpAnswer, job: ProviderJob, plan: CallPlan): WireOutcome {
  const outcome = readPoll(answer, job, plan)
  const { reported_dollars: dollars } = job.facts
  const isKept =
    outcome.kind === 'produced' || (outcome.kind === 'failed' && outcome.failure.billed === true)
  return isKept && typeof dollars === 'string' ? { ...outcome, reportedDollars: dollars } : outcome
}

function ready(result: unknown, job: ProviderJob): WireOutcome {
  const { sample, seed } = isObject(result) ? result : {}
  const outcome = linkedPicture(job, sample, seed)
  if (outcome.kind !== 'produced') return outcome
  const { input_mp: inputMegapixels, output_mp: outputMegapixels } = job.facts
  return {
    ...outcome,
    usage: {
      images: 1,
      ...(typeof inputMegapixels === 'number' ? { inputMegapixels } : {}),
      ...(typeof outputMegapixels === 'number' ? { outputMegapixels } : {}),
    },
  }
}
