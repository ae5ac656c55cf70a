import type { ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureReader } from '../shared/failure-reader.ts'

/** The errors of an answer; in every status they stand in the same list. */
export const errorsOf = (json: unknown): readonly Record<string, unknown>[] =>
  isObject(json) && Array.isArray(json.errors) ? json.errors.filter(isObject) : []

/**
 * Reads the first error. Runware says that it is still changing its codes
 * (runware.ai/docs/platform/errors, read 2026-11-25), so families are told by their words.
 */
const reader = failureReader({
  service: 'Runware',
  words: (body) => [errorsOf(body)[0]?.message, errorsOf(body)[0]?.code],
  code: (body) => errorsOf(body)[0]?.code,
  signs: [
    ['auth', /^\d+ \S*(?:apikey|unauthori[sz]ed|authentication)/i],
    ['quota_exhausted', /^\d+ \S*(?:credit|balance|billing)/i],
    ['content_policy_input', /^\d+ \S*(?:moderat|nsfw|safety|contentpolicy|inappropriate)/i],
    ['rate_limited', /^\d+ \S*(?:ratelimit|toomany|concurren)/i],
    ['model_gone', /^\d+ (?:(?:invalid|unknown|missing|unsupported)model |\S*model\w*notfound)/i],
    ['overloaded', /^\d+ \S*(?:timeout|provider|internal|server|unavailable|overload)/i],
    ['invalid_request', /^\d+ (?:invalid|missing|unsupported|conflict|failed)/i],
  ],
  isDoubtful: () => true,
})

/** Reads an answer that is no success. */
export const { classify } = reader

/**
 * Reads one error that came with status 200. A task that broke off may have been charged; one that
 * was refused was not.
 */
export function classifyInside(
  answer: HttpAnswer,
  error: Readonly<Record<string, unknown>>,
): ProviderFailure {
  const read = reader.classifyInside({ ...answer, json: { errors: [error] } })
  return read.class === 'overloaded' ? read : { ...read, billed: false }
}
