import type { RateStanding } from '../core/limits/rate-standing.ts'

/**
 * The headers by which OpenAI's clients learn how far they are from a limit; the last one is a
 * duration such as `1.5s` (rate limits guide, read 2026-11-20).
 */
export const rateHeaders = ({ limit, remaining, resetMs }: RateStanding) => ({
  'x-ratelimit-limit-requests': String(limit),
  'x-ratelimit-remaining-requests': String(Math.max(0, remaining)),
  'x-ratelimit-reset-requests': `${Math.ceil(resetMs) / 1000}s`,
})
