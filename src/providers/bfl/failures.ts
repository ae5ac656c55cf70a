import {
  type FailureClass,
  failure,
  type ProviderFailure,
} from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { retryAfterMs } from '../shared/retry-after.ts'

/** Longest excerpt of BFL's words in a message of ours. */
const MAX_WORDS = 500

/** Classes by status (docs.bfl.ai/api_integration/errors, read 2026-11-20). */
const classes: Readonly<Record<number, FailureClass>> = {
  400: 'invalid_request',
  401: 'auth',
  402: 'quota_exhausted',
  403: 'auth',
  404: 'model_gone',
  408: 'timeout_unknown',
  409: 'overloaded',
  410: 'model_gone',
  413: 'invalid_request',
  422: 'invalid_request',
  425: 'overloaded',
  429: 'rate_limited',
}

/** A gateway in front gave up waiting: the job may have been accepted, and then it is charged. */
const GAVE_UP_WAITING: readonly number[] = [504, 524]

/** Reads an answer to a submit that is no success. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const { status } = answer
  const known = classes[status]
  const fallback = status >= 400 && status <= 499 ? 'invalid_request' : 'overloaded'
  const pauseMs = retryAfterMs(answer.headers)
  return failure(known ?? fallback, words(answer), {
    status,
    ...(GAVE_UP_WAITING.includes(status) ? { billed: 'unknown' } : {}),
    ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
  })
}

/**
 * What BFL says, as one line. Three shapes are in use: `detail` as text, `detail` as FastAPI's list
 * of fields, and `{error, message}`; a moderated task gives its reasons in `details`.
 */
export function words(answer: HttpAnswer): string {
  const { json } = answer
  const body = isObject(json) ? json : {}
  const parts = [body.status, body.error, body.message, fromDetail(body.detail), body.details]
    .map((part) => (isObject(part) ? fromDetails(part) : part))
    .filter((part) => typeof part === 'string' && part !== '')
  const text = parts.length > 0 ? parts.join(': ') : (answer.text ?? '').trim()
  return (text === '' ? `BFL answered ${answer.status}` : text).slice(0, MAX_WORDS)
}

function fromDetail(detail: unknown): unknown {
  if (!Array.isArray(detail)) return detail
  return detail
    .filter(isObject)
    .map(({ loc, msg }) => `${Array.isArray(loc) ? loc.join('.') : 'body'}: ${String(msg)}`)
    .join('; ')
}

/** `{"Moderation Reasons": ["Violence"]}` as `Moderation Reasons: Violence`. */
const fromDetails = (details: Record<string, unknown>): string =>
  Object.entries(details)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`)
    .join('; ')
