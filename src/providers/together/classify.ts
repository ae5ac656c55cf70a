import type { ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureReader } from '../shared/failure-reader.ts'

/** A refusal of content: 422 with these words, and no code of its own. */
const CONTENT = /nsfw|safety|moderat|content.?policy|inappropriate/i

/** Reads Together's own shape, `{error: {message, code}}`, or the text of what stands before it. */
const reader = failureReader({
  service: 'Together AI',
  words: ({ error }) => [error],
  code: ({ error }) => (isObject(error) ? (error.code ?? error.type) : undefined),
  signs: [
    // The picture was refused, not the prompt.
    ['content_policy_output', CONTENT, /\b(?:output|generated|result)\b/i],
    ['content_policy_input', CONTENT],
    ['quota_exhausted', /^403 .*(?:credit|billing|spend(?:ing)? limit|payment)/is],
  ],
  // Only delivered pictures are charged.
  billed: { content_policy_output: false },
})

/** Reads an error that came with status 200, after the work may have been done. */
export const { classifyInside } = reader

/** Reads an answer that is no success. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const read = reader.classify(answer)
  // Seconds until requests are counted anew.
  const reset = answer.headers['x-ratelimit-reset'] ?? ''
  const seconds = reset.trim() === '' ? Number.NaN : Number(reset)
  const isTold = answer.status === 429 && read.retryAfterMs === undefined && seconds >= 0
  return isTold && Number.isFinite(seconds)
    ? { ...read, retryAfterMs: Math.ceil(seconds * 1_000) }
    : read
}
