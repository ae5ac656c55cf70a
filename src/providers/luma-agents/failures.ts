import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { failureReader } from '../shared/failure-reader.ts'

/** Reads `{detail}`, a text. What is no success was not run and is not charged. */
export const failures = failureReader({
  service: 'Luma',
  words: ({ detail }) => [detail],
  signs: [
    // A 400 that names a model nobody has, or that the key may not use.
    ['model_gone', /^4(?:00|22) {2}unknown model/i],
    ['content_policy_input', /^4(?:00|22) .*(?:moderat|content (?:policy|guidelines)|nsfw)/is],
  ],
})

/** Codes of failed generations (docs.agents.lumalabs.ai, error handling, read 2026-11-25). */
const classesByCode = {
  content_moderated: 'content_policy_input',
  generation_failed: 'overloaded',
  budget_exhausted: 'quota_exhausted',
  output_not_found: 'empty',
} as const

/**
 * Reads a generation that failed. Luma does not say whether it is charged: one whose picture was
 * made and withheld counts as charged, a refused prompt and missing credits do not.
 */
export function classifyFailed(task: Readonly<Record<string, unknown>>): ProviderFailure {
  const { failure_code: given, failure_reason: reason } = task
  const code = typeof given === 'string' ? given : ''
  const said = typeof reason === 'string' && reason !== '' ? reason : code
  const message = `the generation failed: ${said === '' ? 'no reason is given' : said}`
  const known = Object.hasOwn(classesByCode, code)
    ? (code as keyof typeof classesByCode)
    : undefined
  const failureClass = known === undefined ? 'overloaded' : classesByCode[known]
  const details = code === '' ? {} : { providerCode: code.slice(0, 80) }
  if (failureClass === 'content_policy_input') {
    const isOutput = /\b(?:output|result)\b/i.test(said)
    return failure(isOutput ? 'content_policy_output' : failureClass, message, details)
  }
  if (failureClass === 'quota_exhausted') return failure(failureClass, message, details)
  return failure(failureClass, message, { ...details, billed: 'unknown' })
}
