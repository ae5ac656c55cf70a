import {
  type FailureClass,
  failure,
  type ProviderFailure,
} from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/** A 400 that names a model nobody has, or that the key may not use. */
const NO_MODEL = /^unknown model/i
/** A refusal of content before anything was run. */
const CONTENT = /moderat|content (?:policy|guidelines)|nsfw/i

/** Reads an answer that is no success. It was not run and is not charged. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const said = words(answer)
  const isRefusal = answer.status === 400 || answer.status === 422
  if (isRefusal && NO_MODEL.test(said))
    return failureOfStatus(answer, said, { class: 'model_gone' })
  if (isRefusal && CONTENT.test(said)) {
    return failureOfStatus(answer, said, { class: 'content_policy_input' })
  }
  return failureOfStatus(answer, said)
}

/** Codes of failed generations (docs.agents.lumalabs.ai, error handling, read 2026-11-25). */
const classesByCode: Readonly<Record<string, FailureClass>> = {
  content_moderated: 'content_policy_input',
  generation_failed: 'overloaded',
  budget_exhausted: 'quota_exhausted',
  output_not_found: 'empty',
}

/**
 * Reads a generation that failed. Luma does not say whether it is charged: one whose picture was
 * made and withheld counts as charged, a refused prompt and missing credits do not.
 */
export function classifyFailed(body: Readonly<Record<string, unknown>>): ProviderFailure {
  const { failure_code: given, failure_reason: reason } = body
  const code = typeof given === 'string' ? given : ''
  const said = typeof reason === 'string' && reason !== '' ? reason : code
  const message = `the generation failed: ${said === '' ? 'no reason is given' : said}`
  const known = Object.hasOwn(classesByCode, code) ? classesByCode[code] : undefined
  const failureClass = known ?? 'overloaded'
  const details = code === '' ? {} : { providerCode: code.slice(0, 80) }
  if (failureClass === 'content_policy_input') {
    const isOutput = /\b(?:output|result)\b/i.test(said)
    return failure(isOutput ? 'content_policy_output' : failureClass, message, details)
  }
  if (failureClass === 'quota_exhausted') return failure(failureClass, message, details)
  return failure(failureClass, message, { ...details, billed: 'unknown' })
}

/** Luma's words: `detail` is a text. */
export function words({ status, json, text }: HttpAnswer): string {
  const detail = isObject(json) ? json.detail : text
  return typeof detail === 'string' && detail.trim() !== ''
    ? detail.trim().slice(0, 500)
    : `Luma answered ${status}`
}
