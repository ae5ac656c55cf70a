import { failureReader } from '../shared/failure-reader.ts'

/**
 * Reads `{error, path, code}`, or the text of what stands before Leonardo. Most of its errors have
 * status 400 and the code `unexpected` (docs.leonardo.ai/docs/api-error-messages, read 2026-11-25).
 */
export const failures = failureReader({
  service: 'Leonardo.Ai',
  words: ({ error, message }) => [error, message],
  code: ({ code }) => code,
  signs: [
    ['auth', /\b(?:authorization|authentication) hook\b/i],
    ['quota_exhausted', /\bnot enough\b|\binsufficient\b|\bno (?:credit|balance)/i],
    ['content_policy_input', /moderat|nsfw|flagged|inappropriate/i],
    ['model_gone', /\bmodel\b.*\b(?:not found|not exist|deprecated|no longer)\b/i],
  ],
  isDoubtful: (status) => status >= 400 && status <= 499 && status !== 429,
})
