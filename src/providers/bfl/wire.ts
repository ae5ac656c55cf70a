import type { Model } from '../../core/catalog/model.ts'
import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import { parseAspect } from '../../core/request/aspect.ts'
import type { Size } from '../../core/request/image-request.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { InputBytes, ProviderCall, ProviderJob } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { classify, words } from './failures.ts'
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
    ...(settings.seed === undefined ? {} : { seed: settings.seed }),
    ...(settings.steps === undefined ? {} : { steps: settings.steps }),
    ...(settings.guidance === undefined ? {} : { guidance: settings.guidance }),
    ...(settings.format === undefined || model.wire.output_format === false
      ? {}
      : { output_format: settings.format }),
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

const toBase64 = ({ bytes }: InputBytes): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

/** Input images in the three spellings of BFL's API, by the model's `wire.inputs`. */
function toInputs({ model, images, mask }: ProviderCall): JsonObject {
  const [first] = images
  if (first === undefined) return {}
  switch (model.wire.inputs) {
    case 'fill':
      return { image: toBase64(first), ...(mask === undefined ? {} : { mask: toBase64(mask) }) }
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

/** Credits as reported, in dollars; undefined when none are reported. */
export function dollarsOf(credits: unknown): string | undefined {
  if (typeof credits !== 'number' || !Number.isFinite(credits) || credits < 0) return undefined
  return dollarsFromNano(BigInt(Math.round(credits * NANO_DOLLARS_PER_CREDIT)))
}

/** Reads the answer to a submit: the job, with the charge that BFL reports at this moment only. */
export function fromSubmit(answer: HttpAnswer): WireOutcome {
  const { json } = answer
  if (!isObject(json)) {
    const message = `no JSON in the answer to a submit: ${(answer.text ?? '').slice(0, 200)}`
    return { kind: 'failed', failure: failure('bad_image', message, { billed: 'unknown' }) }
  }
  const { id, polling_url: pollingUrl } = json
  if (typeof id !== 'string' || id === '') {
    const message = `a submit was answered without a job id: ${words(answer)}`
    return { kind: 'failed', failure: failure('overloaded', message, { billed: 'unknown' }) }
  }
  const isUsable = typeof pollingUrl === 'string' && URL.canParse(pollingUrl)
  const facts: JsonObject = {
    reported_dollars: dollarsOf(json.cost),
    input_mp: megapixels(json.input_mp),
    output_mp: megapixels(json.output_mp),
  }
  const pollUrl = isUsable ? pollingUrl : `${RESULT_PATH}${encodeURIComponent(id)}`
  return { kind: 'submitted', job: { id, pollUrl, facts } }
}

const megapixels = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined

/** Asks for a job where BFL said, which may be in another region than the one submitted to. */
export const toPoll = (job: ProviderJob): WireRequest => ({ method: 'GET', url: job.pollUrl })

/**
 * Reads a poll. The body is read before the status: a task that failed may come as a 503 with a
 * normal task in it. A state that is not known ends the job, it never spins.
 */
export function fromPoll(answer: HttpAnswer, job: ProviderJob): WireOutcome {
  const task = isObject(answer.json) ? answer.json : {}
  const state = task.status ?? task.state
  const isTask = typeof state === 'string'
  if (!isTask) return failed(unread(answer), job)
  switch (state) {
    case 'Pending':
    case 'Reasoning':
    case 'Generating':
      return { kind: 'pending' }
    case 'Ready':
      return ready(task.result, job)
    case 'Request Moderated':
      return failed(failure('content_policy_input', words(answer), { providerCode: state }), job)
    case 'Content Moderated':
      return failed(failure('content_policy_output', words(answer), { providerCode: state }), job)
    case 'Error':
    case 'Failed':
      return failed(failure('overloaded', words(answer), { providerCode: state }), job)
    case 'Task not found': {
      const message = `BFL no longer knows the accepted job ${job.id}`
      return failed(failure('timeout_unknown', message, { providerCode: state }), job)
    }
    default: {
      const message = `job ${job.id} ended in the unknown state ${state.slice(0, 80)}`
      return failed(failure('timeout_unknown', message, { providerCode: state.slice(0, 80) }), job)
    }
  }
}

/** A poll that says nothing about the job. What becomes of an accepted job is then unknown. */
function unread(answer: HttpAnswer): ProviderFailure {
  if (answer.status >= 200 && answer.status <= 299) {
    return failure('bad_image', `a poll was answered without a state: ${words(answer)}`, {
      billed: 'unknown',
    })
  }
  return { ...classify(answer), billed: 'unknown' }
}

function ready(result: unknown, job: ProviderJob): WireOutcome {
  const { sample, seed } = isObject(result) ? result : {}
  if (typeof sample !== 'string' || !URL.canParse(sample)) {
    return failed(failure('empty', `job ${job.id} is ready without a picture`), job)
  }
  const { input_mp: inputMegapixels, output_mp: outputMegapixels } = job.facts
  return {
    kind: 'produced',
    images: [{ url: sample, ...(typeof seed === 'number' ? { seed } : {}) }],
    withheld: [],
    usage: {
      images: 1,
      ...(typeof inputMegapixels === 'number' ? { inputMegapixels } : {}),
      ...(typeof outputMegapixels === 'number' ? { outputMegapixels } : {}),
    },
    ...reported(job),
    providerRequestId: job.id,
  }
}

const reported = (job: ProviderJob): { readonly reportedDollars?: string } => {
  const { reported_dollars: dollars } = job.facts
  return typeof dollars === 'string' ? { reportedDollars: dollars } : {}
}

/** The submit's charge is booked only where BFL keeps it; see {@link failureRules} for which. */
const failed = (reason: ProviderFailure, job: ProviderJob): WireOutcome => ({
  kind: 'failed',
  failure: reason,
  ...(reason.billed === true ? reported(job) : {}),
  providerRequestId: job.id,
})
