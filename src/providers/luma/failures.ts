import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { failureReader } from '../shared/failure-reader.ts'

/** A refusal of content; Luma has no code for it. */
const CONTENT = /moderat|nsfw|safety|content.?policy|not allowed|blacklist/i

/**
 * Reads `{detail}`, a text or a list of what is wrong with each field. What is no success was not
 * run and is not charged.
 */
export const failures = failureReader({
  service: 'Luma',
  words: ({ detail, failure_reason: reason, message }) => [detail, reason, message],
  signs: [
    ['content_policy_input', CONTENT],
    ['model_gone', /^4\d\d .*(?:unknown|invalid|no such) model/is],
    ['quota_exhausted', /insufficient|credit|billing|payment/i],
  ],
})

/**
 * Why a generation failed. Luma does not say whether that is charged. One for its content is: the
 * picture was made, or nobody knows; any other is doubtful.
 */
export function failureOfGeneration(reason: string): ProviderFailure {
  const message = `the generation failed: ${reason}`
  if (!CONTENT.test(reason)) return failure('overloaded', message, { billed: 'unknown' })
  const isPrompt = /\b(?:prompt|input)\b/i.test(reason)
  return failure(isPrompt ? 'content_policy_input' : 'content_policy_output', message)
}
