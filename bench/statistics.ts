/** The few figures that are taken of samples. */

/** The middle value; for an even number of values the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  return (lower + upper) / 2
}

/** The smallest value that at least `share` of the values do not pass; values must be sorted. */
export function quantileOfSorted(sorted: Float64Array, share: number): number {
  const index = Math.max(0, Math.ceil(sorted.length * share) - 1)
  return sorted[index] ?? Number.NaN
}
