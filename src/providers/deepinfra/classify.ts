import type { FailureClass, ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/** Content is refused with these words; there is no code for it. */
const CONTENT = /nsfw|safety|moderat|content.?(?:policy|filter)|inappropriate/i
/** An empty balance comes as a 402, or as a 403 with these words. */
const NO_CREDIT = /balance|billing|payment|spending limit/i

/** Reads an answer that is no success. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const words = wordsOf(answer)
  const failureClass = classOf(answer.status, words)
  return failureOfStatus(answer, words, failureClass === undefined ? {} : { class: failureClass })
}

/** Undefined where the status says it all. */
function classOf(status: number, words: string): FailureClass | undefined {
  const isRefusal = status === 400 || status === 403 || status === 422
  if (isRefusal && CONTENT.test(words)) return 'content_policy_input'
  return status === 403 && NO_CREDIT.test(words) ? 'quota_exhausted' : undefined
}

/**
 * What DeepInfra says, as one line: `{detail: {error}}`, FastAPI's `{detail: [{loc, msg}]}`,
 * `{detail: text}`, or the `{error: {message}}` of its endpoints in OpenAI's shape.
 */
export function wordsOf({ json, text, status }: HttpAnswer): string {
  const said = isObject(json) ? (fromDetail(json.detail) ?? fromError(json.error)) : undefined
  const words = said ?? text ?? ''
  return words.trim() === '' ? `DeepInfra answered ${status}` : words.trim()
}

function fromDetail(detail: unknown): string | undefined {
  if (Array.isArray(detail)) {
    const parts = detail
      .filter(isObject)
      .map(({ loc, msg }) => `${Array.isArray(loc) ? loc.join('.') : 'body'}: ${String(msg)}`)
    return parts.join('; ')
  }
  return isObject(detail) ? textOf(detail.error) : textOf(detail)
}

const fromError = (error: unknown): string | undefined =>
  isObject(error) ? textOf(error.message) : textOf(error)

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
