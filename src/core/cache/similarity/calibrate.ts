import { upperBound } from '../../statistics/binomial-bound.ts'

/** A labelled pair that the guards let through. */
export interface Observation {
  readonly similarity: number
  /** Whether the picture of one may be served for the other. */
  readonly isSame: boolean
}

/** A threshold with what is known of it. */
export interface Calibration {
  readonly threshold: number
  /** Pairs at or above it. */
  readonly served: number
  readonly wrong: number
  /** Pairs looked at. */
  readonly n: number
  /** 95 % Clopper-Pearson bound of the share of pairs that are served wrongly. */
  readonly upper95: number
}

/**
 * The loosest threshold whose bound on wrong hits stays at or below `maxWrong`, walked from strict
 * to loose and stopped at the first that does not ("learn then test", Angelopoulos and others,
 * arXiv:2110.01052: with a fixed order no correction for trying many is needed). Undefined when
 * there are too few pairs to say: with no wrong hit at all, 1 % takes 299 of them.
 */
export function calibrate(
  observations: readonly Observation[],
  maxWrong: number,
): Calibration | undefined {
  const n = observations.length
  const levels = [...new Set(observations.map(({ similarity }) => similarity))].sort(
    (a, b) => b - a,
  )
  let best: Calibration | undefined
  for (const threshold of levels) {
    const found = measureThreshold(observations, threshold)
    if (found.upper95 > maxWrong) break
    best = found
  }
  return n === 0 ? undefined : best
}

/** Chance that a bound is passed all the same. */
const DOUBT = 0.05

/**
 * How many pairs, none of them served wrongly, a share of wrong hits takes before it can be
 * promised: with no wrong one the bound is 1 - 0.05^(1/n).
 * @example leastPairs(0.01) === 299
 */
export const leastPairs = (maxWrong: number): number =>
  Math.ceil(Math.log(DOUBT) / Math.log(1 - maxWrong))

/** Counts what a threshold serves. */
export function measureThreshold(
  observations: readonly Observation[],
  threshold: number,
): Calibration {
  const served = observations.filter(({ similarity }) => similarity >= threshold)
  const wrong = served.filter(({ isSame }) => !isSame).length
  const n = observations.length
  return { threshold, served: served.length, wrong, n, upper95: upperBound(wrong, n) }
}
