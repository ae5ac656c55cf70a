import { failure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall, ProviderJob } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { classify, fromWire } from './wire.ts'

/**
 * Pause between polls: more often than every 10 s is answered with 429 (Stability API reference,
 * read 2026-11-20).
 */
export const POLL_EVERY_MS = 10_000

/** Accepting a job takes no work; everything else answers with the picture itself. */
const JOB_SUBMIT_MS = 60_000

/** How long the answer to a call may take. */
export const submitMs = ({ model }: Pick<ProviderCall, 'model'>): number =>
  model.wire.is_job === true ? JOB_SUBMIT_MS : model.timeoutMs

/** Reads the answer to a call: the picture, or the id of a job that makes it. */
export function fromAnswer(answer: HttpAnswer, call: ProviderCall): WireOutcome {
  if (call.model.wire.is_job !== true) return fromWire(answer)
  const id = isObject(answer.json) ? answer.json.id : undefined
  const isRefused = isObject(answer.json) && answer.json.errors !== undefined
  if (typeof id !== 'string' || id === '' || isRefused) return fromWire(answer)
  const pollUrl = `/v2beta/results/${encodeURIComponent(id)}`
  return { kind: 'submitted', job: { id, pollUrl, facts: {} } }
}

/** Asks for the picture of a job. */
export const toPoll = (job: ProviderJob): WireRequest => ({
  method: 'GET',
  url: job.pollUrl,
  // Any kind: a job that still works is told of in JSON, its picture comes as bytes.
  headers: { accept: '*/*' },
})

/**
 * Reads a poll. A job was accepted, so what becomes of one that is not found, or whose poll is
 * refused, is not known; a refusal of its content is known not to be charged.
 */
export function fromPoll(answer: HttpAnswer, job: ProviderJob): WireOutcome {
  const { status } = answer
  const id = { providerRequestId: job.id }
  if (status === 202) return { kind: 'pending' }
  if (status === 200) return { ...fromWire(answer), ...id }
  if (status === 404) {
    const message = `Stability no longer knows the accepted job ${job.id}`
    const lost = failure('timeout_unknown', message, { providerCode: 'not_found' })
    return { kind: 'failed', failure: lost, ...id }
  }
  const reason = classify(answer)
  const isRefusal = reason.class === 'content_policy_input'
  return { kind: 'failed', failure: isRefusal ? reason : { ...reason, billed: 'unknown' }, ...id }
}
