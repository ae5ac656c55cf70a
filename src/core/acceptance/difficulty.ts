import { logit, sigmoid } from './logit.ts'

/**
 * How hard the request itself is, hidden and the same for all its attempts: `mass[k]` is the weight
 * of the difficulty `at[k]`. Sums are carried as they are: a mass below 1 is the share of requests
 * that got so far.
 */
export interface Difficulty {
  readonly at: Float64Array
  readonly mass: Float64Array
}

/**
 * Gauss–Hermite nodes and weights of the standard normal distribution, 9 nodes; exact for
 * polynomials up to degree 17. Abramowitz and Stegun, table 25.10, scaled; a test checks the
 * moments.
 */
const NODES = [0, 1.02325566378913, 2.07684797867783, 3.20542900285647, 4.51274586339978]
const WEIGHTS = [
  0.406349206349206, 0.244097502894939, 0.0499164067652179, 0.00278914132123177,
  2.23458440077466e-5,
]

/**
 * Spread of difficulty within one context, in log-odds, until repeated attempts tell. Human ratings
 * of GenEval (arXiv:2310.11513) fit values between 0.4 and 1.2.
 */
export const PRIOR_SIGMA = 0.8

/** Difficulties of requests of one context, spread normally with a standard deviation. */
export function normalDifficulty(sigma: number): Difficulty {
  const pairs = NODES.flatMap((node, index) => {
    const weight = WEIGHTS[index] ?? 0
    return node === 0
      ? [{ node, weight }]
      : [
          { node, weight },
          { node: -node, weight },
        ]
  }).sort((one, other) => one.node - other.node)
  return {
    at: Float64Array.from(pairs, ({ node }) => node * sigma),
    mass: Float64Array.from(pairs, ({ weight }) => weight),
  }
}

/**
 * The ability, in log-odds, of an offer that is accepted so often over all difficulties. The factor
 * is the usual normal approximation of the logistic curve; two steps of Newton's method then make
 * it exact on the nodes, so that a plan of one attempt has exactly the acceptance believed in.
 */
function abilityFor(share: number, { at, mass }: Difficulty): number {
  let variance = 0
  for (let k = 0; k < at.length; k += 1) variance += (mass[k] ?? 0) * (at[k] ?? 0) ** 2
  let ability = logit(share) * Math.sqrt(1 + (Math.PI * variance) / 8)
  for (let turn = 0; turn < 2; turn += 1) {
    let [mean, slope] = [0, 0]
    for (let k = 0; k < at.length; k += 1) {
      const chance = sigmoid(ability - (at[k] ?? 0))
      mean += (mass[k] ?? 0) * chance
      slope += (mass[k] ?? 0) * chance * (1 - chance)
    }
    // Far out the curve is flat, and a step there would only leave the range.
    if (slope > 1e-3) ability += (share - mean) / slope
  }
  return ability
}

/** The chance of acceptance at each difficulty. */
export function chancesOf(share: number, difficulty: Difficulty): Float64Array {
  const ability = abilityFor(share, difficulty)
  return difficulty.at.map((hardness) => sigmoid(ability - hardness))
}

/** A pair of attempts at one request, the first of which was rejected. */
export interface RepeatedAttempts {
  /** Share of first attempts that are accepted. */
  readonly first: number
  /** The same of the second offer, over all requests. */
  readonly second: number
  /** Share of second attempts that were accepted after a rejection. */
  readonly secondAfterRejection: number
  /** How many requests stand behind it. */
  readonly count: number
}

/** Requests that the prior spread counts as. */
const PRIOR_COUNT = 200
const MOST_SIGMA = 2.5

/**
 * The spread of difficulty that explains how much rarer acceptance is after a rejection (method of
 * moments): the excess is matched over all pairs, and few pairs move the prior little.
 */
export function fitSigma(pairs: readonly RepeatedAttempts[]): number {
  const count = pairs.reduce((sum, pair) => sum + pair.count, 0)
  if (count === 0) return PRIOR_SIGMA
  const excess = (sigma: number) =>
    pairs.reduce(
      (sum, pair) => sum + pair.count * (afterRejection(pair, sigma) - pair.secondAfterRejection),
      0,
    )
  let [low, high] = [0, MOST_SIGMA]
  for (let turn = 0; turn < 30; turn += 1) {
    const middle = (low + high) / 2
    // The wider the spread, the more a rejection says, and the lower is what follows.
    if (excess(middle) > 0) low = middle
    else high = middle
  }
  return (low * count + PRIOR_SIGMA * PRIOR_COUNT) / (count + PRIOR_COUNT)
}

function afterRejection({ first, second }: RepeatedAttempts, sigma: number): number {
  const difficulty = normalDifficulty(sigma)
  const [one, other] = [chancesOf(first, difficulty), chancesOf(second, difficulty)]
  let [left, accepted] = [0, 0]
  for (let k = 0; k < one.length; k += 1) {
    const rejected = (difficulty.mass[k] ?? 0) * (1 - (one[k] ?? 0))
    left += rejected
    accepted += rejected * (other[k] ?? 0)
  }
  return left === 0 ? second : accepted / left
}
