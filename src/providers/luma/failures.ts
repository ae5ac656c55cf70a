import type { ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/** A refusal of content; Luma has no code for it. */
export const CONTENT = /moderat|nsfw|safety|content.?policy|not allowed|blacklist/i
/** A 400 or 403 that is about money. */
const NO_CREDIT = /insufficient|credit|billing|payment/i
/** A 400 or 422 that names a model nobody has. */
const NO_MODEL = /(?:unknown|invalid|no such) model/i

/** Reads an answer that is no success. It was not run and is not charged. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const said = words(answer)
  const isDoubtful = answer.status === 400 || answer.status === 403 || answer.status === 422
  if (isDoubtful && CONTENT.test(said)) {
    return failureOfStatus(answer, said, { class: 'content_policy_input' })
  }
  if (isDoubtful && NO_MODEL.test(said))
    return failureOfStatus(answer, said, { class: 'model_gone' })
  if (isDoubtful && NO_CREDIT.test(said)) {
    return failureOfStatus(answer, said, { class: 'quota_exhausted' })
  }
  return failureOfStatus(answer, said)
}

/** Luma's words in one line: `detail` is a text, or a list of what is wrong with each field. */
export function words({ status, json, text }: HttpAnswer): string {
  const detail = isObject(json) ? (json.detail ?? json.failure_reason ?? json.message) : text
  const parts = (Array.isArray(detail) ? detail : [detail]).flatMap((part) => {
    if (typeof part === 'string') return [part]
    if (!isObject(part) || typeof part.msg !== 'string') return []
    const place = Array.isArray(part.loc) ? `${part.loc.join('.')}: ` : ''
    return [`${place}${part.msg}`]
  })
  const said = parts.join('; ').trim()
  return said === '' ? `Luma answered ${status}` : said
}
