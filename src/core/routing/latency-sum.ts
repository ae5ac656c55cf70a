import { parentOf } from './prospects.ts'

/** Draws of a duration that stand for its distribution: each is 5 % of the calls. */
const DRAWS = 20

/**
 * The order in which draws of the second and third attempt meet those of the first: factors without
 * a common divisor with their number reach every draw once. Fixed, so that a decision can be
 * repeated.
 */
const STRIDES = [1, 7, 13] as const

/**
 * Spread of a duration that nobody has measured, as a lognormal: two calls of three within a factor
 * of 1.65.
 */
const PRIOR_SPREAD = 0.5
/** Quantiles of the standard normal distribution at 1/16, 3/16 … 15/16. */
const QUANTILES = [-1.534, -0.887, -0.489, -0.157, 0.157, 0.489, 0.887, 1.534]
/** Calls that count as much as the prior; then only what was measured counts. */
const FEWEST_MEASURED = 20

/**
 * Seconds of calls alike: the measured ones, filled up from a prior while they are few, as twenty
 * draws. Made when a call ends, not when a request comes: sorting takes its time.
 */
export function secondsOf(measured: readonly number[], typicalSeconds: number): readonly number[] {
  if (measured.length >= FEWEST_MEASURED) return drawsOf(measured)
  const prior = QUANTILES.map((quantile) => typicalSeconds * Math.exp(PRIOR_SPREAD * quantile))
  return drawsOf([...measured, ...prior])
}

/**
 * Equally likely values that stand for a distribution, smallest first. Draws of draws are the same
 * again, so a log may keep these in place of what was measured.
 */
export function drawsOf(seconds: readonly number[]): readonly number[] {
  // What was made by `secondsOf` is in order; a decision asks for it once for each offer.
  const isSorted = seconds.every((value, at) => at === 0 || value >= (seconds[at - 1] as number))
  const sorted = isSorted ? seconds : seconds.toSorted((one, other) => one - other)
  if (sorted.length === DRAWS) return sorted
  return Array.from({ length: DRAWS }, (_, draw) => {
    const rank = Math.floor(((draw + 0.5) / DRAWS) * sorted.length)
    return sorted[rank] ?? 0
  })
}

/** The value that a share of the draws does not exceed. */
export const quantileOf = (draws: readonly number[] | undefined, share: number): number =>
  draws?.[Math.min(DRAWS - 1, Math.ceil(share * DRAWS) - 1)] ?? 0

/**
 * Share of requests that take longer than a limit, for every sequence. `reached` tells which share
 * of requests comes to each sequence's last attempt.
 */
export function lateShares(
  draws: readonly (readonly number[])[],
  reached: Float64Array,
  limit: { readonly seconds: number; readonly gateSeconds: number },
): Float64Array {
  const arms = draws.length
  // Only what something may follow needs its seconds kept.
  const followed = Math.max(0, Math.floor(reached.length / arms) - 1)
  const sums = new Float64Array(followed * DRAWS)
  const late = new Float64Array(reached.length)
  // Late among those whom a gate lets go before the last attempt.
  const lateBefore = new Float64Array(reached.length)
  for (let index = 0; index < reached.length; index += 1) {
    const parent = parentOf(index, arms)
    const own = draws[index % arms] as readonly number[]
    const stride = STRIDES[parent < 0 ? 0 : parent < arms ? 1 : 2]
    let tail = 0
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const past = parent < 0 ? 0 : (sums[parent * DRAWS + draw] as number) + limit.gateSeconds
      const sum = past + (own[(draw * stride) % DRAWS] as number)
      if (index < followed) sums[index * DRAWS + draw] = sum
      if (sum > limit.seconds) tail += 1
    }
    const here = reached[index] as number
    const goingOn = reached[(index + 1) * arms] ?? 0
    const earlier = parent < 0 ? 0 : (lateBefore[parent] as number)
    late[index] = earlier + (here * tail) / DRAWS
    lateBefore[index] = earlier + ((here - goingOn) * tail) / DRAWS
  }
  return late
}

/** The seconds that a share of requests does not exceed, for one sequence. */
export function sequenceQuantile(
  steps: readonly { readonly draws: readonly number[]; readonly reached: number }[],
  share: number,
  gateSeconds: number,
): number {
  const ends: { seconds: number; weight: number }[] = []
  const sums = new Float64Array(DRAWS)
  for (const [depth, { draws, reached }] of steps.entries()) {
    const stopping = reached - (steps[depth + 1]?.reached ?? 0)
    const stride = STRIDES[Math.min(depth, STRIDES.length - 1)] ?? 1
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const past = depth === 0 ? 0 : (sums[draw] as number) + gateSeconds
      sums[draw] = past + (draws[(draw * stride) % DRAWS] as number)
      ends.push({ seconds: sums[draw] as number, weight: stopping / DRAWS })
    }
  }
  ends.sort((one, other) => one.seconds - other.seconds)
  const all = ends.reduce((sum, { weight }) => sum + weight, 0)
  let below = 0
  for (const { seconds, weight } of ends) {
    below += weight
    if (below >= share * all) return seconds
  }
  return ends.at(-1)?.seconds ?? 0
}
