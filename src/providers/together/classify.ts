import type { FailureClass, ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/** The member `error` of an answer; Together's own shape, or the text of what stands before it. */
interface WireError {
  readonly message: string
  readonly code: string
}

/** A refusal of content: 422 with these words, and no code of its own. */
const CONTENT = /nsfw|safety|moderat|content.?policy|inappropriate/i
/** The picture was refused, not the prompt. Neither is charged: only delivered pictures are. */
const OUTPUT = /\b(?:output|generated|result)\b/i
/** A 403 that is about the caller's money, and one that is about the request. */
const NO_CREDIT = /credit|billing|spend(?:ing)? limit|payment/i

/** Reads an answer that is no success. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const { status, headers } = answer
  const { message, code } = readError(answer)
  const failureClass = classOf(status, `${code} ${message}`)
  const reset = resetMs(headers['x-ratelimit-reset'])
  return failureOfStatus(answer, message, {
    ...(failureClass === undefined ? {} : { class: failureClass }),
    ...(failureClass === 'content_policy_output' ? { billed: false } : {}),
    ...(status === 429 && headers['retry-after'] === undefined ? reset : {}),
    providerCode: code,
  })
}

/** Undefined where the status says it all. */
function classOf(status: number, said: string): FailureClass | undefined {
  const isRefusal = status === 400 || status === 403 || status === 422
  if (isRefusal && CONTENT.test(said)) {
    return OUTPUT.test(said) ? 'content_policy_output' : 'content_policy_input'
  }
  if (status === 403 && NO_CREDIT.test(said)) return 'quota_exhausted'
  return undefined
}

/** Seconds until requests are counted anew. */
function resetMs(text: string | undefined): { readonly retryAfterMs?: number } {
  const seconds = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(seconds) && seconds >= 0
    ? { retryAfterMs: Math.ceil(seconds * 1_000) }
    : {}
}

/**
 * Reads an error that came with status 200, after the work may have been done. Undefined when there
 * is none.
 */
export function classifyInside(answer: HttpAnswer): ProviderFailure | undefined {
  if (!isObject(answer.json) || answer.json.error == null) return undefined
  const { message, code } = readError(answer)
  const failureClass = classOf(422, `${code} ${message}`) ?? 'overloaded'
  return failureOfStatus(answer, message, {
    class: failureClass,
    billed: 'unknown',
    providerCode: code,
  })
}

function readError({ json, text, status }: HttpAnswer): WireError {
  const error = isObject(json) ? json.error : undefined
  const said = isObject(error) ? error.message : error
  const code = isObject(error) ? (error.code ?? error.type) : undefined
  const words = typeof said === 'string' ? said : (text ?? '')
  return {
    message: words.trim() === '' ? `Together AI answered ${status}` : words.trim(),
    code: typeof code === 'string' ? code : '',
  }
}
