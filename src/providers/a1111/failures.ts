import {
  type FailureClass,
  failure,
  type ProviderFailure,
} from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { retryAfterMs } from '../shared/retry-after.ts'

/** Longest excerpt of the server's words in a message of ours. */
const MAX_WORDS = 500

/** Classes by status (modules/api/api.py, read 2026-11-20); 402, 403 and 429 are a proxy's. */
const classes: Readonly<Record<number, FailureClass>> = {
  400: 'invalid_request',
  401: 'auth',
  402: 'quota_exhausted',
  403: 'auth',
  404: 'invalid_request',
  408: 'timeout_unknown',
  409: 'overloaded',
  410: 'model_gone',
  413: 'invalid_request',
  422: 'invalid_request',
  425: 'overloaded',
  429: 'rate_limited',
}

/** A proxy in front gave up waiting: the picture may have been made. */
const GAVE_UP_WAITING: readonly number[] = [504, 524]

const OUT_OF_MEMORY = /out of memory|OutOfMemoryError/i
/** A route or a model that is not there: the server was started without `--api`, or lost a file. */
const GONE = /^(not found|model not found)$|model .* not found/i

/** Reads an answer that is no success. Errors are `{error, detail, body, errors}`. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const { status } = answer
  const message = answerWords(answer)
  const pauseMs = retryAfterMs(answer.headers)
  const memory = OUT_OF_MEMORY.test(message) ? { providerCode: 'out_of_memory' } : {}
  return failure(classOf(answer, message), message, {
    status,
    ...memory,
    ...(GAVE_UP_WAITING.includes(status) ? { billed: 'unknown' } : {}),
    ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
  })
}

function classOf({ status, json }: HttpAnswer, message: string): FailureClass {
  // Memory is short for this picture at this moment; another server may have it.
  if (OUT_OF_MEMORY.test(message)) return 'overloaded'
  const detail = isObject(json) && typeof json.detail === 'string' ? json.detail : message
  if (status >= 404 && GONE.test(detail)) return 'model_gone'
  const fallback = status >= 400 && status <= 499 ? 'invalid_request' : 'overloaded'
  return classes[status] ?? fallback
}

/** What the server says, as one line; FastAPI's list of fields included. */
export function answerWords(answer: HttpAnswer): string {
  const body = isObject(answer.json) ? answer.json : {}
  const parts = [body.error, fromDetail(body.detail), body.errors]
    .map((part) => (isObject(part) ? part.message : part))
    .filter((part) => typeof part === 'string' && part !== '')
  const text = parts.length > 0 ? parts.join(': ') : (answer.text ?? '').trim()
  return (text === '' ? `the server answered ${answer.status}` : text).slice(0, MAX_WORDS)
}

function fromDetail(detail: unknown): unknown {
  if (!Array.isArray(detail)) return detail
  return detail
    .filter(isObject)
    .map(({ loc, msg }) => `${Array.isArray(loc) ? loc.join('.') : 'body'}: ${String(msg)}`)
    .join('; ')
}
