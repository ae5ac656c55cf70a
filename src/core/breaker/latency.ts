/** Durations that are kept of one offer, newest last: enough for a 99.5th percentile. */
export const MAX_DURATIONS = 200

/** Adds a duration to the latest ones. */
export const withDuration = (
  durationsMs: readonly number[],
  durationMs: number,
): readonly number[] => [...durationsMs, durationMs].slice(-MAX_DURATIONS)

/**
 * The value that a share of the durations does not exceed (nearest rank); undefined without any.
 * @example percentile([1, 2, 3, 4], 0.5) // 2
 */
export function percentile(durationsMs: readonly number[], share: number): number | undefined {
  if (durationsMs.length === 0) return undefined
  const sorted = durationsMs.toSorted((first, second) => first - second)
  const rank = Math.ceil(share * sorted.length)
  return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1]
}
