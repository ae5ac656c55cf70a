import type { Instant } from '../../core/time.ts'
import type { RateReport } from '../../ports/provider.ts'

/** A reset beyond this is an instant in epoch seconds, not a number of seconds. */
const FIRST_EPOCH_SECOND = 1_000_000_000

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/**
 * What the usual headers say of a rate limit: `x-ratelimit-remaining-requests` with a duration such
 * as `6m0s` (OpenAI and who follows it), else `x-ratelimit-remaining` with seconds or an epoch.
 * Undefined when there are none, or when they make no sense.
 */
export function rateReportOf(
  headers: Readonly<Record<string, string>>,
  now: Instant,
): RateReport | undefined {
  const pairs = [
    [headers['x-ratelimit-remaining-requests'], headers['x-ratelimit-reset-requests']],
    [headers['x-ratelimit-remaining'], headers['x-ratelimit-reset']],
  ] as const
  for (const [left, reset] of pairs) {
    if (left === undefined || reset === undefined || !/^\d{1,9}$/.test(left.trim())) continue
    const resetMs = durationMs(reset.trim(), now)
    if (resetMs !== undefined) return { kind: 'remaining', remaining: Number(left), resetMs }
  }
  return undefined
}

function durationMs(text: string, now: Instant): number | undefined {
  if (/^\d{1,13}(\.\d+)?$/.test(text)) {
    const number = Number(text)
    return number < FIRST_EPOCH_SECOND ? number * 1_000 : Math.max(0, number * 1_000 - now)
  }
  if (!/^(\d{1,9}(\.\d+)?(ms|s|m|h|d)){1,5}$/.test(text)) return undefined
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)
  return [...parts].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS_MS[unit ?? ''] ?? 0),
    0,
  )
}
