import { isObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { CallPlan, ProviderCall, ProviderJob } from '../../ports/provider.ts'
import { toBase64 } from '../shared/data-url.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { fluxPolls } from '../shared/flux-jobs.ts'
import { reportedUnits } from '../shared/picture-answer.ts'
import { submittedJob } from '../shared/poll-reader.ts'
import { wantedShape } from '../shared/wanted-shape.ts'
import { postJson } from '../shared/wire-request.ts'
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
  return postJson(`/v1/${model.wireName ?? model.id}`, value)
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

/** Width and height, or the shape; a filled picture has those of its input. */
function toShape(call: ProviderCall): JsonObject {
  if (call.model.wire.inputs === 'fill') return {}
  const { aspect, size } = wantedShape(call)
  return { aspect_ratio: aspect, ...size }
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

const readPoll = fluxPolls('BFL', { classify, wordsOf })

/**
 * Reads a poll. The submit's charge is booked only where BFL keeps it, and of what was used the
 * submit tells more than the poll.
 */
export function fromPoll(answer: HttpAnswer, job: ProviderJob, plan: CallPlan): WireOutcome {
  const outcome = readPoll(answer, job, plan)
  const {
    reported_dollars: dollars,
    input_mp: inputMegapixels,
    output_mp: outputMegapixels,
  } = job.facts
  const isMade = outcome.kind === 'produced'
  const isKept = isMade || (outcome.kind === 'failed' && outcome.failure.billed === true)
  const charge = isKept && typeof dollars === 'string' ? { reportedDollars: dollars } : {}
  if (!isMade) return { ...outcome, ...charge }
  return {
    ...outcome,
    ...charge,
    usage: {
      images: 1,
      ...(typeof inputMegapixels === 'number' ? { inputMegapixels } : {}),
      ...(typeof outputMegapixels === 'number' ? { outputMegapixels } : {}),
    },
  }
}
