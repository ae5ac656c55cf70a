import {
  type FailureClass,
  failure,
  type ProviderFailure,
} from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { retryAfterMs } from '../shared/retry-after.ts'

/** Longest excerpt of Google's words in a message of ours. */
const MAX_WORDS = 500

/** Classes by Google's own status; they decide before the HTTP status does (google.rpc.Code). */
const CLASSES: { readonly [status: string]: FailureClass } = {
  INVALID_ARGUMENT: 'invalid_request',
  // Said to accounts that may not call from their country, or not without billing.
  FAILED_PRECONDITION: 'auth',
  OUT_OF_RANGE: 'invalid_request',
  UNAUTHENTICATED: 'auth',
  PERMISSION_DENIED: 'auth',
  NOT_FOUND: 'model_gone',
  ABORTED: 'overloaded',
  RESOURCE_EXHAUSTED: 'rate_limited',
  CANCELLED: 'overloaded',
  INTERNAL: 'overloaded',
  UNKNOWN: 'overloaded',
  UNIMPLEMENTED: 'invalid_request',
  UNAVAILABLE: 'overloaded',
  DEADLINE_EXCEEDED: 'overloaded',
}

/** Classes by HTTP status, for answers that are not Google's own. */
const STATUSES: { readonly [status: number]: FailureClass } = {
  401: 'auth',
  402: 'quota_exhausted',
  403: 'auth',
  404: 'model_gone',
  408: 'overloaded',
  409: 'overloaded',
  410: 'model_gone',
  425: 'overloaded',
  429: 'rate_limited',
  499: 'overloaded',
}

/** The work may have been done and billed although nobody waited for it. */
const MAY_HAVE_RUN: ReadonlySet<string | number | undefined> = new Set([
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  499,
  504,
])

/** The member `error` of an answer or event, each field checked. */
interface WireError {
  readonly status: string | undefined
  readonly message: string | undefined
  readonly details: readonly Record<string, unknown>[]
}

/** Reads an answer that is no success. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const { status, headers, text } = answer
  const error = readError(answer.json)
  const words = error?.message ?? text?.trim() ?? ''
  const pauseMs = retryAfterMs(headers) ?? retryDelayMs(error)
  const mayHaveRun = MAY_HAVE_RUN.has(status) || MAY_HAVE_RUN.has(error?.status)
  return failure(classOf(error, status), redact(words || `Google answered ${status}`), {
    status,
    ...(mayHaveRun ? { billed: 'unknown' } : {}),
    ...(error?.status === undefined ? {} : { providerCode: error.status }),
    ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
  })
}

/**
 * Reads an error that came inside an answer of status 200 or in the middle of a stream: work had
 * begun, so whether it was charged is unknown where it was Google's fault. Undefined when there is
 * no error in it.
 */
export function classifyInside(json: unknown): ProviderFailure | undefined {
  const error = readError(json)
  if (error === undefined) return undefined
  const failureClass = classOf(error, undefined)
  return failure(failureClass, redact(error.message ?? 'Google reported an error'), {
    ...(failureClass === 'overloaded' ? { billed: 'unknown' } : {}),
    ...(error.status === undefined ? {} : { providerCode: error.status }),
  })
}

function readError(json: unknown): WireError | undefined {
  // Streams that are cut off answer with a list of one error.
  const body = Array.isArray(json) ? json[0] : json
  const error = isObject(body) ? body.error : undefined
  if (!isObject(error)) return undefined
  return {
    status: typeof error.status === 'string' ? error.status : undefined,
    message: typeof error.message === 'string' ? error.message : undefined,
    details: Array.isArray(error.details) ? error.details.filter(isObject) : [],
  }
}

function classOf(error: WireError | undefined, status: number | undefined): FailureClass {
  if (error !== undefined) {
    // A bad key is an invalid argument to Google; only the reason tells.
    const reasons = error.details.map(({ reason }) => String(reason))
    if (reasons.some((reason) => /^API_KEY_|^ACCESS_TOKEN_/.test(reason))) return 'auth'
    const known = CLASSES[error.status ?? '']
    if (known === 'rate_limited' && isSpent(error)) return 'quota_exhausted'
    if (known !== undefined) return known
  }
  if (status === undefined) return 'overloaded'
  return STATUSES[status] ?? (status >= 500 ? 'overloaded' : 'invalid_request')
}

/** A quota of zero never clears: free accounts have none for pictures. */
function isSpent({ details, message = '' }: WireError): boolean {
  const violations = details.flatMap((detail) =>
    Array.isArray(detail.violations) ? detail.violations.filter(isObject) : [],
  )
  const isZero = violations.some((violation) => String(violation.quotaValue) === '0')
  return isZero || /\blimit: 0\b|credits are depleted/.test(message)
}

/** Google asks to wait in the body: `"retryDelay": "31s"`. */
function retryDelayMs(error: WireError | undefined): number | undefined {
  for (const { retryDelay } of error?.details ?? []) {
    const match = typeof retryDelay === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(retryDelay) : null
    if (match !== null) return Math.ceil(Number(match[1]) * 1_000)
  }
  return undefined
}

/** No part of a key goes into a message. */
const redact = (text: string): string =>
  text.replace(/\bAIza[\w-]{10,}/g, 'AIza…').slice(0, MAX_WORDS)
