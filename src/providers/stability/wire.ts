import {
  type FailureClass,
  failure,
  type ProviderFailure,
} from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { WireOutcome } from '../shared/definition.ts'
import { retryAfterMs } from '../shared/retry-after.ts'

/** Too many requests shut a key out for 60 s (Stability API reference, read 2026-11-20). */
const RATE_LIMIT_PAUSE_MS = 60_000

/** Longest excerpt of Stability's words in a message of ours. */
const MAX_WORDS = 500

/**
 * Reads a success in either form: raw bytes with the facts in headers, or JSON with the picture in
 * it. A filtered picture also comes as a 200, blurred; it counts as billed.
 */
export function fromWire(answer: HttpAnswer): WireOutcome {
  const { headers, images } = answer
  const body = isObject(answer.json) ? answer.json : {}
  const reason = headers['finish-reason'] ?? body.finish_reason ?? 'SUCCESS'
  const requestId = headers['x-request-id']
  const id = requestId === undefined ? {} : { providerRequestId: requestId }
  if (reason === 'CONTENT_FILTERED') {
    const message = 'Stability made the picture and withheld it (CONTENT_FILTERED)'
    const withheld = failure('content_policy_output', message, { providerCode: reason })
    return { kind: 'failed', failure: withheld, usage: { images: 1 }, ...id }
  }
  const [image] = images
  if (image === undefined || reason !== 'SUCCESS') {
    return { kind: 'failed', failure: withoutPicture(answer, String(reason)), ...id }
  }
  const seed = Number(headers.seed ?? body.seed ?? Number.NaN)
  return {
    kind: 'produced',
    images: [{ ...image, ...(Number.isSafeInteger(seed) ? { seed } : {}) }],
    withheld: [],
    usage: { images: 1 },
    ...id,
  }
}

/** A 200 without a usable picture: an error in JSON, another end, or no picture at all. */
function withoutPicture(answer: HttpAnswer, reason: string): ProviderFailure {
  const { json } = answer
  if (isObject(json) && (json.errors !== undefined || json.name !== undefined)) {
    return failure('overloaded', words(answer), { billed: 'unknown' })
  }
  if (reason !== 'SUCCESS') {
    const message = `Stability ended with ${reason.slice(0, 80)}`
    return failure('empty', message, { billed: 'unknown', providerCode: reason.slice(0, 80) })
  }
  const isEmpty = json !== undefined || (answer.text ?? '').trim() === ''
  if (isEmpty) return failure('empty', 'Stability answered 200 without a picture')
  return failure('bad_image', `Stability answered 200 with no picture: ${words(answer)}`)
}

/** Classes by the error's `name` (Stability API reference, read 2026-11-20), before the status. */
const classesByName: Readonly<Record<string, FailureClass>> = {
  content_moderation: 'content_policy_input',
  payment_required: 'quota_exhausted',
  unauthorized: 'auth',
  rate_limit_exceeded: 'rate_limited',
}

const classesByStatus: Readonly<Record<number, FailureClass>> = {
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

/** A gateway in front gave up waiting: the picture may have been made. */
const GAVE_UP_WAITING: readonly number[] = [504, 524]

/**
 * Reads an answer that is no success. None of Stability's own is charged (Stability API reference,
 * read 2026-11-20).
 */
export function classify(answer: HttpAnswer): ProviderFailure {
  const { status } = answer
  const name = isObject(answer.json) ? answer.json.name : undefined
  const code = typeof name === 'string' ? name.slice(0, 80) : undefined
  const fallback = status >= 400 && status <= 499 ? 'invalid_request' : 'overloaded'
  const byName = code !== undefined && Object.hasOwn(classesByName, code)
  const known = byName ? classesByName[code] : classesByStatus[status]
  const failureClass = known ?? fallback
  const pauseMs =
    retryAfterMs(answer.headers) ??
    (failureClass === 'rate_limited' ? RATE_LIMIT_PAUSE_MS : undefined)
  return failure(failureClass, words(answer), {
    status,
    ...(GAVE_UP_WAITING.includes(status) ? { billed: 'unknown' } : {}),
    ...(code === undefined ? {} : { providerCode: code }),
    ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
  })
}

/** Stability's words in one line: `{id, name, errors}`, or `{id, name, message}` of its v1. */
function words(answer: HttpAnswer): string {
  const body = isObject(answer.json) ? answer.json : {}
  const errors = Array.isArray(body.errors) ? body.errors.map(String).join('; ') : body.message
  const parts = [body.name, errors].filter((part) => typeof part === 'string' && part !== '')
  const text = parts.length > 0 ? parts.join(': ') : (answer.text ?? '').trim()
  return (text === '' ? `Stability answered ${answer.status}` : text).slice(0, MAX_WORDS)
}
