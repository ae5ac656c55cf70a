/** With fewer calls of its like nothing is unusual. */
const FEWEST = 20

/** Makes the median of absolute deviations a standard deviation, where chance is normal. */
const MAD_SCALE = 1.4826

/** Flat prices do not scatter at all: a share of the price stands for what is not unusual. */
const LEAST_SCATTER = 0.02

const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

/** How unusual a value is, and what is usual. */
export interface Unusual {
  /** Robust standard deviations above the median. */
  readonly score: number
  readonly median: number
}

/**
 * Compares a value with its like by median and median deviation, which a few outliers among them
 * do not move.
 * @returns undefined while there are too few.
 * @example robustScore(0.08, Array(20).fill(0.04)) // { score: 50, median: 0.04 }
 */
export function robustScore(value: number, others: readonly number[]): Unusual | undefined {
  if (others.length < FEWEST) return undefined
  const median = medianOf(others)
  const deviation = medianOf(others.map((other) => Math.abs(other - median)))
  const scatter = Math.max(deviation * MAD_SCALE, median * LEAST_SCATTER)
  return { score: scatter === 0 ? 0 : (value - median) / scatter, median }
}
