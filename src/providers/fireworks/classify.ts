import type { FailureClass, ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/** An account that is suspended for its bill, or has reached its limit of spending. */
const SUSPENDED = 412
/** Content is refused with these words; there is no code for it. */
const CONTENT = /nsfw|safety|unsafe|moderat|content.?(?:policy|filter)/i

/** Reads an answer that is no success. Fireworks says little beside the status. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const { words, code } = readError(answer)
  const failureClass = classOf(answer.status, `${code} ${words}`)
  return failureOfStatus(answer, words, {
    ...(failureClass === undefined ? {} : { class: failureClass }),
    providerCode: code,
  })
}

/** Undefined where the status says it all. */
function classOf(status: number, said: string): FailureClass | undefined {
  if (status === SUSPENDED) return 'quota_exhausted'
  const isRefusal = status === 400 || status === 403 || status === 422
  return isRefusal && CONTENT.test(said) ? 'content_policy_input' : undefined
}

/** `{error: {message, code}}`, `{error: text}`, `{message}`, or plain text. */
export function readError({ json, text, status }: HttpAnswer): {
  readonly words: string
  readonly code: string
} {
  const body = isObject(json) ? json : {}
  const error = isObject(body.error) ? body.error : { message: body.error ?? body.message }
  const said = [error.message, body.detail, text].find((part) => typeof part === 'string')
  const words = typeof said === 'string' ? said.trim() : ''
  const code = error.code ?? error.type
  return {
    words: words === '' ? `Fireworks answered ${status}` : words,
    code: typeof code === 'string' ? code : '',
  }
}
