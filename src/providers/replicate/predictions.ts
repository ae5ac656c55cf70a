import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { CallPlan, CancelOutcome, ProviderJob } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { classify, classifyPrediction } from './failures.ts'

type Body = Readonly<Record<string, unknown>>

/** Where a prediction is found when the answer does not say so. */
const pathOf = (id: string): string => `/predictions/${encodeURIComponent(id)}`

/** Reads the answer to a submit: the end of it, when it came in time, or the job to poll. */
export function fromSubmit(answer: HttpAnswer, call: CallPlan): WireOutcome {
  const body = isObject(answer.json) ? answer.json : {}
  const job = jobOf(body)
  if (job === undefined) {
    const message = 'the answer to a prediction names none'
    return { kind: 'failed', failure: failure('bad_image', message, { billed: 'unknown' }) }
  }
  const outcome = read(body, job, call)
  return outcome.kind === 'pending' ? { kind: 'submitted', job } : outcome
}

/** The job that a prediction is; undefined for an object without an id. */
export function jobOf({ id, urls }: Body): ProviderJob | undefined {
  if (typeof id !== 'string' || id === '') return undefined
  const { get, cancel } = isObject(urls) ? urls : {}
  return {
    id,
    pollUrl: linkOr(get, pathOf(id)),
    facts: { cancel_url: linkOr(cancel, `${pathOf(id)}/cancel`) },
  }
}

/** Whether a prediction has not ended yet. */
export const isUnfinished = ({ status }: Body): boolean =>
  status === 'starting' || status === 'processing'

const linkOr = (value: unknown, path: string): string => (isLink(value) ? value : path)

const isLink = (value: unknown): value is string =>
  typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)

/** The request that asks for a prediction. */
export const toPoll = (job: ProviderJob): WireRequest => ({ method: 'GET', url: job.pollUrl })

/** Reads the answer to a poll. */
export function fromPoll(answer: HttpAnswer, job: ProviderJob, plan: CallPlan): WireOutcome {
  if (answer.status >= 200 && answer.status <= 299) {
    return read(isObject(answer.json) ? answer.json : {}, job, plan)
  }
  const known = classify(answer)
  if (answer.status !== 404) return { kind: 'failed', failure: { ...known, billed: 'unknown' } }
  const message = `Replicate no longer knows the accepted prediction ${job.id}`
  return { kind: 'failed', failure: failure('timeout_unknown', message) }
}

function read(body: Body, job: ProviderJob, plan: CallPlan): WireOutcome {
  const usage = usageOf(body)
  const failed = (reason: ProviderFailure): WireOutcome => ({
    kind: 'failed',
    failure: reason,
    usage,
    providerRequestId: job.id,
  })
  if (isUnfinished(body)) return { kind: 'pending' }
  switch (body.status) {
    case 'succeeded':
      return succeeded(body, job, plan)
    case 'failed':
      return failed(classifyPrediction(body.error, isPaidBySecond(plan) ? 'unknown' : false))
    // A prediction that had begun is charged when it is stopped, one that had not is free
    // (replicate.com/changelog/2025-10-16-prediction-deadlines).
    case 'canceled': {
      const message = `prediction ${job.id} was stopped after it had begun`
      return failed(failure('timeout_unknown', message, { billed: true }))
    }
    case 'aborted': {
      const message = `prediction ${job.id} was given up before it began`
      return failed(failure('timeout_unknown', message, { billed: false }))
    }
    default: {
      const state = typeof body.status === 'string' ? body.status.slice(0, 80) : 'none'
      const message = `prediction ${job.id} is in the unknown state ${state}`
      return failed(failure('timeout_unknown', message, { providerCode: state }))
    }
  }
}

/** Whether the time of a model is paid, not its pictures. */
const isPaidBySecond = ({ model }: CallPlan): boolean => model.wire.hardware !== undefined

/** The seconds that are charged where hardware is. */
function usageOf({ metrics }: Body): Partial<Usage> {
  const seconds = isObject(metrics) ? metrics.predict_time : undefined
  const isTime = typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0
  return isTime ? { predictSeconds: seconds } : {}
}

function succeeded(body: Body, job: ProviderJob, plan: CallPlan): WireOutcome {
  const { output } = body
  const links = (Array.isArray(output) ? output : [output]).filter(isLink)
  if (links.length === 0) {
    const message =
      body.data_removed === true
        ? `the picture of prediction ${job.id} was deleted, an hour after it was made`
        : `prediction ${job.id} succeeded without a picture`
    const billed = body.data_removed === true ? true : 'unknown'
    return {
      kind: 'failed',
      failure: failure('empty', message, { billed }),
      usage: usageOf(body),
      providerRequestId: job.id,
    }
  }
  const missing = Math.max(0, plan.n - links.length)
  const seed = links.length === 1 ? seedIn(body.logs) : undefined
  return {
    kind: 'produced',
    images: links.map((url) => ({ url, ...(seed === undefined ? {} : { seed }) })),
    // Pictures are charged one by one, and these were not made.
    withheld: Array.from({ length: missing }, () =>
      failure('empty', `prediction ${job.id} has fewer pictures than asked for`, { billed: false }),
    ),
    usage: { images: links.length, ...usageOf(body) },
    providerRequestId: job.id,
  }
}

/** The seed that a model chose stands in its logs only. */
function seedIn(logs: unknown): number | undefined {
  const seed = typeof logs === 'string' ? /using seed:? (\d{1,10})\b/i.exec(logs)?.[1] : undefined
  return seed === undefined ? undefined : Number(seed)
}

/** The request that stops a prediction. */
export const toCancel = ({ id, facts }: ProviderJob): WireRequest => ({
  method: 'POST',
  url: typeof facts.cancel_url === 'string' ? facts.cancel_url : `${pathOf(id)}/cancel`,
})

const cancelled: Readonly<Record<string, CancelOutcome>> = {
  aborted: 'stopped',
  canceled: 'stopped_charged',
  starting: 'signalled',
  processing: 'signalled',
  succeeded: 'too_late',
  failed: 'too_late',
}

/** What became of a prediction that was to be stopped. */
export function fromCancel({ status, json }: HttpAnswer): CancelOutcome {
  const isGood = status >= 200 && status <= 299
  const state = isGood && isObject(json) ? json.status : undefined
  return typeof state === 'string' && Object.hasOwn(cancelled, state)
    ? (cancelled[state] ?? 'unknown')
    : 'unknown'
}
