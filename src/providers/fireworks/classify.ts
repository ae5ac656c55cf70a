import { isObject } from '../../core/json.ts'
import { failureReader } from '../shared/failure-reader.ts'
import { fluxWords } from '../shared/flux-jobs.ts'

/** An account that is suspended for its bill, or has reached its limit of spending. */
const SUSPENDED = 412

/**
 * Reads `{error: {message, code}}`, `{error: text}`, `{message}`, or plain text. Fireworks says
 * little beside the status; of its jobs it tells as BFL does.
 */
export const failures = failureReader({
  service: 'Fireworks',
  words: (body) => [body.error, fluxWords(body)],
  code: ({ error }) => (isObject(error) ? (error.code ?? error.type) : undefined),
  signs: [
    ['quota_exhausted', /^412 /],
    // Content is refused with these words; there is no code for it.
    ['content_policy_input', /nsfw|safety|unsafe|moderat|content.?(?:policy|filter)/i],
  ],
  isDoubtful: (status) => [400, 403, SUSPENDED, 422].includes(status),
})
