/**
 * Share of outcomes that arrive within some age, as a lognormal with this median: F(age).
 */
export interface Delay {
  readonly medianMs: number
  /** Standard deviation of the logarithm. */
  readonly spread: number
}

/** Until delays were measured: half of the verdicts within eight hours, one in six after a day. */
export const usualDelay: Delay = { medianMs: 8 * 3_600_000, spread: 1 }

/** F(age): the share of outcomes that have arrived when a picture is so old. */
export function arrivedShare(ageMs: number, { medianMs, spread }: Delay): number {
  if (ageMs <= 0) return 0
  return normalBelow(Math.log(ageMs / medianMs) / spread)
}

/** The delay that a few known delays suggest; fewer than 20 say nothing. */
export function fitDelay(delaysMs: readonly number[]): Delay {
  if (delaysMs.length < 20) return usualDelay
  const logs = delaysMs.map((delayMs) => Math.log(Math.max(1, delayMs)))
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length
  return { medianMs: Math.exp(mean), spread: Math.max(0.1, Math.sqrt(variance)) }
}

/**
 * Share that is accepted, while some outcomes have yet to come: silence is no rejection.
 * @example 6 old pictures and 4 of which half have answered, 5 accepted: 5 / 8 = 0.625
 */
export function acceptedShare(accepts: number, arrivedShares: readonly number[]): number {
  const expected = arrivedShares.reduce((sum, share) => sum + share, 0)
  return expected === 0 ? 0 : Math.min(1, accepts / expected)
}

/** P(X ≤ x) of a standard normal; Abramowitz and Stegun 7.1.26, error below 1.5e-7. */
function normalBelow(x: number): number {
  const z = Math.abs(x) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * z)
  const series =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const error = series * Math.exp(-z * z)
  return x > 0 ? 1 - error / 2 : error / 2
}
