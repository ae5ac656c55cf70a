import { failureReader } from '../shared/failure-reader.ts'
import { fluxWords } from '../shared/flux-jobs.ts'

/**
 * Reads what BFL says. The status tells the class (docs.bfl.ai/api_integration/errors, read
 * 2026-11-20).
 */
export const { classify, wordsOf } = failureReader({
  service: 'BFL',
  words: (body) => [fluxWords(body)],
  signs: [],
})
