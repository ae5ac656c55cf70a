/** The mean of some numbers; 0 of none. */
export const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length

/** Standard deviation over seeds; 0 for fewer than two. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const middle = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}

/** The smallest value that a share of the sorted values does not exceed; 0 of none. */
export const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? 0

/**
 * Quantiles of Student's t for an interval of 95 %, by degrees of freedom (any table of the
 * distribution); more degrees take the last one, which is on the safe side.
 */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101, 2.093, 2.086,
]

/** Half of the 95 % interval for the mean of some values; infinite for fewer than two. */
export function halfWidth(values: readonly number[]): number {
  if (values.length < 2) return Number.POSITIVE_INFINITY
  const factor = STUDENT[Math.min(STUDENT.length, values.length - 1) - 1] ?? 0
  return (factor * deviation(values)) / Math.sqrt(values.length)
}
