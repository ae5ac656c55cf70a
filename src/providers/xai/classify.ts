import type { ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureReader } from '../shared/failure-reader.ts'

/**
 * Reads xAI's three shapes: an object, a sentence with a code beside it, a sentence alone. Its
 * codes are sentences, and the same for a bad key, a refused prompt and a wrong argument: only the
 * words tell (docs.x.ai, debugging errors, read 2026-11-20).
 */
const reader = failureReader({
  service: 'xAI',
  words: ({ error }) => [error],
  code: ({ error, code }) => (isObject(error) ? (error.code ?? error.type) : code),
  signs: [
    ['auth', /incorrect api key|invalid bearer token|api key.*(disabled|blocked)/i],
    ['quota_exhausted', /used all available credits|spending limit|insufficient credits/i],
    ['content_policy_output', /generated (image|content).*(moderation|rejected|blocked)/i],
    ['content_policy_input', /content moderation|content policy|usage guidelines|safety/i],
    ['overloaded', /^408 /],
  ],
  isDoubtful: (status) => status >= 400 && status <= 499,
  // A picture that was made before it was rejected may be charged; no document says so.
  billed: { content_policy_output: 'unknown' },
})

/** A refused key is quoted back in part; no part of a key goes into a message. */
const redacted = (failure: ProviderFailure): ProviderFailure => ({
  ...failure,
  message: failure.message
    .replace(/\bxai-[\w-]+/g, 'xai-…')
    .replace(/(API key provided:) \S+/g, '$1 …'),
})

/** Reads an answer that is no success. */
export const classify = (answer: HttpAnswer): ProviderFailure => redacted(reader.classify(answer))

/** Reads an error that came inside an answer of status 200. */
export const classifyInside = (answer: HttpAnswer): ProviderFailure =>
  redacted(reader.classifyInside(answer))
