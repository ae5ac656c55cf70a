import type { ExpectedNano } from './arm.ts'

/**
 * What learning may cost beyond the best known plans, as a share of what is spent. A little less
 * than the 5 % that are promised, because requests turn out a little cheaper than was expected.
 */
const EXPLORATION_SHARE = 0.047
/** Requests whose share may be spent ahead: at the start there is most to learn. */
const AHEAD = 50

/** What was spent so far; sums, so that several processes may add theirs. */
export interface ExplorationSpend {
  readonly requests: number
  /**
   * What the best known plans would have cost, or the chosen ones where these are expected to cost
   * less: a try of something cheap lessens what there is to take a share of.
   */
  readonly knownNano: ExpectedNano
  /** What was risked beyond. */
  readonly extraNano: ExpectedNano
}

/** Before the first request. */
export const noSpend: ExplorationSpend = { requests: 0, knownNano: 0, extraNano: 0 }

/** After a decision; `knownNano` as above. */
export const withDecision = (
  spend: ExplorationSpend,
  decision: { readonly knownNano: ExpectedNano; readonly extraNano: ExpectedNano },
): ExplorationSpend => ({
  requests: spend.requests + 1,
  knownNano: spend.knownNano + decision.knownNano,
  extraNano: spend.extraNano + decision.extraNano,
})

/** What may be risked in a decision. */
export interface Allowance {
  readonly leftNano: ExpectedNano
  /** What must be hoped to be saved for each dollar, at least 1. */
  readonly leastWorth: number
}

/**
 * What a try must promise for each dollar when next to nothing is left. Requests come one after the
 * other, so the less is left the more it takes, or the first ones would get everything (online
 * knapsack, Zhou, Chakrabarty and Lukose 2008).
 */
const MOST_WORTH = 1_000

/**
 * What may be risked now (conservative bandit): all extra costs together stay within that share of
 * what is spent, on the next few requests too.
 */
export function explorationLeft(spend: ExplorationSpend, knownNano: ExpectedNano): Allowance {
  const mean = spend.requests === 0 ? knownNano : spend.knownNano / spend.requests
  const leftNano = EXPLORATION_SHARE * (spend.knownNano + AHEAD * mean) - spend.extraNano
  const ahead = EXPLORATION_SHARE * AHEAD * mean
  const gone = ahead > 0 ? Math.min(1, Math.max(0, 1 - leftNano / ahead)) : 0
  return { leftNano, leastWorth: MOST_WORTH ** gone }
}
