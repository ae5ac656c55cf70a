import type { FailureClass, ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/**
 * Classes by words, the first that fit: most of Leonardo's errors have status 400 and the code
 * `unexpected` (docs.leonardo.ai/docs/api-error-messages, read 2026-11-25).
 */
const CLASSES: readonly (readonly [RegExp, FailureClass])[] = [
  [/\b(?:authorization|authentication) hook\b/i, 'auth'],
  [/\bnot enough\b|\binsufficient\b|\bno (?:credit|balance)/i, 'quota_exhausted'],
  [/moderat|nsfw|flagged|inappropriate/i, 'content_policy_input'],
  [/\bmodel\b.*\b(?:not found|not exist|deprecated|no longer)\b/i, 'model_gone'],
]

/** Reads an answer that is no success. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const { json, status } = answer
  const words = wordsOf(answer)
  const isRefusal = status >= 400 && status <= 499 && status !== 429
  const [, failureClass] = CLASSES.find(([fit]) => isRefusal && fit.test(words)) ?? []
  const code = isObject(json) && typeof json.code === 'string' ? json.code : ''
  return failureOfStatus(answer, words, {
    ...(failureClass === undefined ? {} : { class: failureClass }),
    providerCode: code,
  })
}

/** What an answer says: `{error, path, code}`, or its text. */
export function wordsOf({ json, text, status }: HttpAnswer): string {
  const said = isObject(json) ? (json.error ?? json.message) : text
  const words = typeof said === 'string' ? said.trim().slice(0, 500) : ''
  return words === '' ? `Leonardo.Ai answered ${status}` : words
}
