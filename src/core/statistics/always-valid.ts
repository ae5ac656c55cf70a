import { logBeta } from './beta.ts'

/** How many of some trials succeeded. */
export interface Tally {
  readonly trials: number
  readonly successes: number
}

/** Two arms of an experiment. */
export interface TwoTallies {
  readonly a: Tally
  readonly b: Tally
}

/** What is known of the difference between two shares, however often somebody looked. */
export interface Comparison {
  /** Chance, at most, to see this much difference at any look where there is none. */
  readonly pValue: number
  /** Share of `b` less that of `a`; holds the true one at all looks at once with the confidence. */
  readonly interval: readonly [low: number, high: number]
}

/** Halvings of an interval; more would bring 1 - x to 0, where logarithms end. */
const HALVINGS = 50

/** Stands for 0 where it is divided by. */
const LEAST = 1e-300

/**
 * Compares two shares so that whoever looks after each outcome, and stops when he likes, errs no
 * more often than `alpha`. Each share has a uniform mixture of alternatives; their likelihood over
 * that of the truth is a martingale that begins at 1, whichever arm comes next, so it ever exceeds
 * 1 / alpha with a chance of at most alpha (Ville's inequality). A difference is possible while the
 * shares that explain it best do not exceed that: Robbins, "Statistical methods related to the
 * law of the iterated logarithm" (1970); for A/B tests Johari, Koomen, Pekelis and Walsh, "Always
 * valid inference" (2022). Exact for any counts: nothing is taken for normal.
 */
export function compareShares(arms: TwoTallies, alpha: number): Comparison {
  const { a, b } = arms
  const limit = Math.log(1 / alpha)
  const isPossible = (difference: number) => logEvidence(arms, difference) < limit
  const isEmpty = a.trials === 0 || b.trials === 0
  const seen = isEmpty ? 0 : b.successes / b.trials - a.successes / a.trials
  return {
    pValue: alwaysValidP(arms),
    interval: [edge(isPossible, seen, -1), edge(isPossible, seen, 1)],
  }
}

/** Chance, at most, to see at any look as much difference as there is now, if there is none. */
export const alwaysValidP = (arms: TwoTallies): number =>
  Math.min(1, Math.exp(-logEvidence(arms, 0)))

/** Where a difference stops being possible between the one that was seen and the outermost one. */
function edge(
  isPossible: (difference: number) => boolean,
  seen: number,
  outermost: number,
): number {
  if (isPossible(outermost)) return outermost
  let inside = seen
  let outside = outermost
  for (let turn = 0; turn < HALVINGS; turn += 1) {
    const middle = (inside + outside) / 2
    if (isPossible(middle)) inside = middle
    else outside = middle
  }
  // To the safe side.
  return outside
}

/** Logarithm of the evidence against a difference, under the shares that explain it best. */
function logEvidence({ a, b }: TwoTallies, difference: number): number {
  const share = bestShare({ a, b }, difference)
  return logMixture(a) + logMixture(b) - logChance(a, share) - logChance(b, share + difference)
}

const logMixture = ({ trials, successes }: Tally): number =>
  logBeta(successes + 1, trials - successes + 1)

const logChance = ({ trials, successes }: Tally, share: number): number =>
  weighed(successes, share) + weighed(trials - successes, 1 - share)

/** What never happened says nothing, also where its chance is 0. */
const weighed = (count: number, chance: number): number =>
  count === 0 ? 0 : count * Math.log(Math.max(LEAST, chance))

/** The share of `a` that explains both best if `b` has that much more; the chance is concave. */
function bestShare({ a, b }: TwoTallies, difference: number): number {
  let low = Math.max(0, -difference)
  let high = Math.min(1, 1 - difference)
  for (let turn = 0; turn < HALVINGS; turn += 1) {
    const middle = (low + high) / 2
    if (slope(a, middle) + slope(b, middle + difference) > 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** How fast the chance of a tally grows with its share. */
const slope = ({ trials, successes }: Tally, share: number): number =>
  ratio(successes, share) - ratio(trials - successes, 1 - share)

const ratio = (count: number, chance: number): number =>
  count === 0 ? 0 : count / Math.max(LEAST, chance)
