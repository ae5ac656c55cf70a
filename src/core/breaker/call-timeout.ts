import { MAX_DURATIONS, percentile } from './latency.ts'

/**
 * No measured limit lies below: pictures of 60 to 120 seconds were cut off and paid for nothing
 * where 30 or 60 seconds were the limit (OmniRoute issue 14545 and eneo issue 798, 2026-11-20).
 */
const FLOOR_MS = 120_000

/** How many times as long as the slowest usual call one may take. */
const FACTOR = 3

/**
 * How long a synchronous call may take: what its model allows until enough calls alike are
 * measured, then three times their 99.5th percentile, which notices a dead connection sooner.
 * It never exceeds what the model allows, because the hold was made for that.
 */
export function callTimeoutMs(durationsMs: readonly number[], allowedMs: number): number {
  if (durationsMs.length < MAX_DURATIONS) return allowedMs
  const slowestMs = percentile(durationsMs, 0.995) ?? allowedMs
  return Math.min(allowedMs, Math.max(FLOOR_MS, slowestMs * FACTOR))
}
