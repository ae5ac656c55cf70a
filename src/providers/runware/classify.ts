import type { FailureClass, ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/** One entry of `errors`, each member checked. */
export interface TaskError {
  readonly code: string
  readonly message: string
}

/**
 * Classes by code; the first that fits. Runware says that it is still changing its codes
 * (runware.ai/docs/platform/errors, read 2026-11-25), so families are told by their words.
 */
const CLASSES: readonly (readonly [RegExp, FailureClass])[] = [
  [/apikey|unauthori[sz]ed|authentication/i, 'auth'],
  [/credit|balance|billing/i, 'quota_exhausted'],
  [/moderat|nsfw|safety|contentpolicy|inappropriate/i, 'content_policy_input'],
  [/ratelimit|toomany|concurren/i, 'rate_limited'],
  [/^(?:invalid|unknown|missing|unsupported)model$|model\w*notfound/i, 'model_gone'],
  [/timeout|provider|internal|server|unavailable|overload/i, 'overloaded'],
  [/^(?:invalid|missing|unsupported|conflict|failed)/i, 'invalid_request'],
]

/** The errors of an answer; in every status they stand in the same list. */
export function errorsOf({ json }: Pick<HttpAnswer, 'json'>): readonly TaskError[] {
  const list = isObject(json) && Array.isArray(json.errors) ? json.errors : []
  return list.filter(isObject).map(({ code, message }) => ({
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' ? message.trim() : '',
  }))
}

/** Reads an answer that is no success. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const [error] = errorsOf(answer)
  return error === undefined
    ? failureOfStatus(answer, wordsOf(answer))
    : failureOfStatus(answer, error.message || wordsOf(answer), known(error))
}

/**
 * Reads an error that came with status 200. A task that broke off may have been charged; one that
 * was refused was not.
 */
export function classifyInside(answer: HttpAnswer, error: TaskError): ProviderFailure {
  const facts = known(error)
  const failureClass = facts.class ?? 'overloaded'
  return failureOfStatus(answer, error.message || `Runware reports ${error.code}`, {
    ...facts,
    class: failureClass,
    ...(failureClass === 'overloaded' ? { billed: 'unknown' } : {}),
  })
}

function known({ code }: TaskError): Partial<Omit<ProviderFailure, 'message' | 'status'>> {
  const [, failureClass] = CLASSES.find(([words]) => words.test(code)) ?? []
  return {
    providerCode: code,
    ...(failureClass === undefined ? {} : { class: failureClass }),
  }
}

function wordsOf({ text, status }: HttpAnswer): string {
  const words = text?.trim() ?? ''
  return words === '' ? `Runware answered ${status}` : words
}
