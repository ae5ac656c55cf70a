import {
  type FailureClass,
  failure,
  type ProviderFailure,
} from '../../core/errors/provider-failure.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { retryAfterMs } from './retry-after.ts'

/** What HTTP's own meaning of a status says; providers that mean something else say so first. */
const classes: Readonly<Record<number, FailureClass>> = {
  401: 'auth',
  402: 'quota_exhausted',
  403: 'auth',
  404: 'model_gone',
  408: 'timeout_unknown',
  409: 'overloaded',
  410: 'model_gone',
  425: 'overloaded',
  429: 'rate_limited',
}

/** A gateway in front gave up waiting: the picture may have been made, and then it is charged. */
const GAVE_UP_WAITING: readonly number[] = [504, 524]

/** Longest excerpt of a provider's words in a message of ours. */
const MAX_WORDS = 500
const MAX_CODE_CHARACTERS = 80

/** The class that a status alone stands for. */
export const classOfStatus = (status: number): FailureClass =>
  classes[status] ?? (status >= 400 && status <= 499 ? 'invalid_request' : 'overloaded')

/**
 * The failure that an answer without success is: class by status unless it is given, the pause that
 * the headers ask for, and the provider's words, cut.
 */
export function failureOfStatus(
  { status, headers }: Pick<HttpAnswer, 'status' | 'headers'>,
  words: string,
  known: Partial<Omit<ProviderFailure, 'message' | 'status'>> = {},
): ProviderFailure {
  const { class: failureClass = classOfStatus(status), providerCode, ...facts } = known
  const pauseMs = retryAfterMs(headers)
  return failure(failureClass, words.slice(0, MAX_WORDS), {
    status,
    ...(GAVE_UP_WAITING.includes(status) ? { billed: 'unknown' } : {}),
    ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
    ...(providerCode ? { providerCode: providerCode.slice(0, MAX_CODE_CHARACTERS) } : {}),
    ...facts,
  })
}

/** Longest excerpt of an answer that is none. */
const MAX_EXCERPT = 200

/** A success that cannot be read; the work may have been done, and then it is charged. */
export function unreadable(
  { status, text }: Pick<HttpAnswer, 'status' | 'text'>,
  service: string,
): ProviderFailure {
  const excerpt = text?.trim().slice(0, MAX_EXCERPT) || 'nothing'
  const message = `${service} answered ${status} with something else: ${excerpt}`
  return failure('bad_image', message, { billed: 'unknown' })
}
