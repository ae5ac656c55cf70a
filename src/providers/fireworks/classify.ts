import { isObject } from '../../core/json.ts'
import { failureReader } from '../shared/failure-reader.ts'

/** An account that is suspended for its bill, or has reached its limit of spending. */
const SUSPENDED = 412

/**
 * Reads `{error: {message, code}}`, `{error: text}`, `{message}`, or plain text. Fireworks says
 * little beside the status.
 */
export const failures = failureReader({
  service: 'Fireworks',
  words: ({ error, message, detail }) => [error, message, detail],
  code: ({ error }) => (isObject(error) ? (error.code ?? error.type) : undefined),
  signs: [
    ['quota_exhausted', /^412 /],
    // Content is refused with these words; there is no code for it.
    ['content_policy_input', /nsfw|safety|unsafe|moderat|content.?(?:policy|filter)/i],
  ],
  isDoubtful: (status) => [400, 403, SUSPENDED, 422].includes(status),
})
