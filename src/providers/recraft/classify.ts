import type { FailureClass, ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/** A refusal of content; Recraft publishes no code for it. */
const CONTENT = /nsfw|safety|moderat|content.?policy|inappropriate/i
/** The picture was refused, not the prompt. Neither is charged: only answers of success are. */
const OUTPUT = /\b(?:output|generated|result)\b/i
/** A 400 or 403 that is about the caller's units. */
const NO_CREDIT = /not.?enough.?(?:credits|units)|insufficient|balance/i
/** A name that stands for no model (read from the live API, 2026-09-15). */
const NO_MODEL = 'invalid_model'

/** Reads an answer that is no success: `{code, message}`. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const { message, code } = readError(answer)
  const failureClass = classOf(answer.status, message, code)
  return failureOfStatus(answer, message, {
    ...(failureClass === undefined ? {} : { class: failureClass }),
    ...(failureClass === 'content_policy_output' ? { billed: false } : {}),
    providerCode: code,
  })
}

/** Undefined where the status says it all. */
function classOf(status: number, message: string, code: string): FailureClass | undefined {
  if (status !== 400 && status !== 403 && status !== 422) return undefined
  const said = `${code} ${message}`
  if (CONTENT.test(said))
    return OUTPUT.test(said) ? 'content_policy_output' : 'content_policy_input'
  if (code === NO_MODEL) return 'model_gone'
  return NO_CREDIT.test(said) ? 'quota_exhausted' : undefined
}

/** Reads an error that came with status 200, after the work may have been done. */
export function classifyInside(answer: HttpAnswer): ProviderFailure | undefined {
  const { json } = answer
  if (!isObject(json) || typeof json.code !== 'string' || json.data !== undefined) return undefined
  const { message, code } = readError(answer)
  return failureOfStatus(answer, message, {
    class: classOf(422, message, code) ?? 'overloaded',
    billed: 'unknown',
    providerCode: code,
  })
}

function readError({ json, text, status }: HttpAnswer): {
  readonly message: string
  readonly code: string
} {
  const body = isObject(json) ? json : {}
  const said = [body.message, body.error, text].find(
    (part) => typeof part === 'string' && part.trim() !== '',
  )
  return {
    message: typeof said === 'string' ? said.trim() : `Recraft answered ${status}`,
    code: typeof body.code === 'string' ? body.code : '',
  }
}
