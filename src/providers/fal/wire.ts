import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { CallPlan, CancelOutcome, ProviderCall, ProviderJob } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { toDataUri, toMappedInput } from '../shared/input-mapping.ts'
import { acceptedOptions } from './options.ts'

/** The shortest deadline that fal takes is above one second (npm @fal-ai/client 1.10.1). */
const SHORTEST_DEADLINE_SECONDS = 2

/** Prints a call as a request to the queue. */
export function toWire(call: ProviderCall): WireRequest {
  const { model, webhook } = call
  const files = {
    images: call.images.map(toDataUri),
    ...(call.mask === undefined ? {} : { mask: toDataUri(call.mask) }),
  }
  const query = webhook === undefined ? '' : `?fal_webhook=${encodeURIComponent(webhook.url)}`
  const seconds = Math.max(SHORTEST_DEADLINE_SECONDS, Math.ceil(model.timeoutMs / 1_000))
  return {
    method: 'POST',
    url: `/${endpointOf(call)}${query}`,
    headers: {
      // One layer retries, and that is the gateway.
      'x-fal-no-retry': '1',
      // What has not begun when nobody waits any more is not begun.
      'x-fal-request-timeout': String(seconds),
    },
    body: {
      kind: 'json',
      value: { ...toMappedInput(call, files), ...acceptedOptions(call) },
    },
  }
}

/** The endpoint of an operation: fal has one for each. */
function endpointOf({ model, operation }: CallPlan): string {
  const { endpoints } = model.wire
  const endpoint = isObject(endpoints) ? endpoints[operation] : undefined
  return typeof endpoint === 'string' ? endpoint : model.id
}

/** Reads the answer to a submit: the job, with the addresses that fal gives for it. */
export function fromSubmit({ json }: HttpAnswer, call: ProviderCall): WireOutcome {
  const body = isObject(json) ? json : {}
  const { request_id: id } = body
  if (typeof id !== 'string' || id === '') {
    const message = 'the answer to a submit names no request'
    return { kind: 'failed', failure: failure('bad_image', message, { billed: 'unknown' }) }
  }
  return { kind: 'submitted', job: jobOf(id, call, body) }
}

/** A job of an endpoint, with the addresses that an answer gives for it, or their usual form. */
export function jobOf(
  id: string,
  plan: CallPlan,
  answer: Readonly<Record<string, unknown>> = {},
): ProviderJob {
  // The queue knows an endpoint by its first two names.
  const [owner, alias] = endpointOf(plan).split('/')
  const path = `/${owner}/${alias}/requests/${encodeURIComponent(id)}`
  const linkOr = (value: unknown, own: string): string => (isLink(value) ? value : own)
  return {
    id,
    pollUrl: linkOr(answer.status_url, `${path}/status`),
    facts: {
      response_url: linkOr(answer.response_url, path),
      cancel_url: linkOr(answer.cancel_url, `${path}/cancel`),
    },
  }
}

/** Whether a value is an address that can be fetched. */
export const isLink = (value: unknown): value is string =>
  typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)

/** The request that asks for the state of a job. */
export const toPoll = (job: ProviderJob): WireRequest => ({ method: 'GET', url: job.pollUrl })

/** The request that asks for the result of a job that has ended. */
export const toResult = (job: ProviderJob): WireRequest => ({
  method: 'GET',
  url: String(job.facts.response_url ?? job.pollUrl.replace(/\/status$/, '')),
})

/** The request that gives a job up. */
export const toCancel = (job: ProviderJob): WireRequest => ({
  method: 'PUT',
  url: String(job.facts.cancel_url ?? job.pollUrl.replace(/status$/, 'cancel')),
})

/**
 * A job in the queue is removed; one that runs is only told to stop
 * (fal.ai/docs/inference-api/queue/cancel, read 2026-11-20).
 */
const cancelled: Readonly<Record<string, CancelOutcome>> = {
  OK: 'stopped',
  CANCELLATION_REQUESTED: 'signalled',
  ALREADY_COMPLETED: 'too_late',
  NOT_FOUND: 'unknown',
}

/** What became of a job that was to be given up. */
export function fromCancel({ json }: HttpAnswer): CancelOutcome {
  const status = isObject(json) ? json.status : undefined
  return typeof status === 'string' && Object.hasOwn(cancelled, status)
    ? (cancelled[status] ?? 'unknown')
    : 'unknown'
}

/** A failure of a job: the request id goes along. */
export const failed = (reason: ProviderFailure, job: ProviderJob): WireOutcome => ({
  kind: 'failed',
  failure: reason,
  providerRequestId: job.id,
})
