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

/**
 * What may be risked now (conservative bandit): all extra costs together stay within that share of
 * what is spent, on the next few requests too.
 */
export function explorationLeft(spend: ExplorationSpend, knownNano: ExpectedNano): ExpectedNano {
  const mean = spend.requests === 0 ? knownNano : spend.knownNano / spend.requests
  return EXPLORATION_SHARE * (spend.knownNano + AHEAD * mean) - spend.extraNano
}
