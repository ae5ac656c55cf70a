import { failureReader } from '../shared/failure-reader.ts'

/** A refusal of content; Recraft publishes no code for it. */
const CONTENT = /nsfw|safety|moderat|content.?policy|inappropriate/i

/** Reads `{code, message}`. */
export const { classify, classifyInside } = failureReader({
  service: 'Recraft',
  words: ({ message, error }) => [message, error],
  code: ({ code }) => code,
  signs: [
    // The picture was refused, not the prompt.
    ['content_policy_output', CONTENT, /\b(?:output|generated|result)\b/i],
    ['content_policy_input', CONTENT],
    // A name that stands for no model (read from the live API, 2026-09-15).
    ['model_gone', /^\d+ invalid_model /],
    ['quota_exhausted', /not.?enough.?(?:credits|units)|insufficient|balance/i],
  ],
  // Only answers of success are charged.
  billed: { content_policy_output: false },
})
