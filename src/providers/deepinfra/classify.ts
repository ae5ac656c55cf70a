import { failureReader } from '../shared/failure-reader.ts'

/**
 * Reads `{detail: {error}}`, FastAPI's `{detail: [{loc, msg}]}`, `{detail: text}`, or the
 * `{error: {message}}` of the endpoints in OpenAI's shape. There are no codes.
 */
export const { classify, classifyInside } = failureReader({
  service: 'DeepInfra',
  words: ({ detail, error }) => [detail, error],
  signs: [
    ['content_policy_input', /nsfw|safety|moderat|content.?(?:policy|filter)|inappropriate/i],
    // An empty balance comes as a 402, or as a 403 with these words.
    ['quota_exhausted', /^403 .*(?:balance|billing|payment|spending limit)/is],
  ],
})
