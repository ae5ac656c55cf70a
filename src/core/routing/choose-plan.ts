import type { ExpectedNano } from './arm.ts'
import type { SequencePlan, SequencePlans } from './sequence-plan.ts'

/** How often the promising plan is taken when it differs from the best known one. */
const EXPLORE_CHANCE = 0.75

/** What may be left to chance in a decision. */
export interface Exploration {
  /** What may be risked beyond the best known plan, in nano-dollars; see `explorationLeft`. */
  readonly leftNano: ExpectedNano
  /** From 0 (inclusive) to 1 (exclusive), drawn by the caller and logged. */
  readonly draw: number
  /** All requests of late began at one provider; see `warmth.ts`. */
  readonly isOneSided?: boolean
}

/** The plan that is taken, and how it came to that. */
export interface ChosenPlan {
  readonly plan: SequencePlan
  readonly isExploring: boolean
  /** What it costs more than the best known one, as far as is known. */
  readonly extraNano: ExpectedNano
  /**
   * The chance with which this plan was chosen; 1 where nothing was left to chance. Logged, so
   * that other policies can be judged by what happened.
   */
  readonly propensity: number
}

/**
 * Takes the promising plan or the best known one; the same draw chooses the same. When nobody but
 * one provider was used for long, another one gets a request: an outage must not be met cold.
 */
export function choosePlan(plans: SequencePlans, exploration: Exploration): ChosenPlan {
  const { known, promising, extraNano, other, otherExtraNano } = plans
  if (exploration.isOneSided === true && other !== undefined) {
    if (otherExtraNano <= exploration.leftNano) {
      return { plan: other, isExploring: true, extraNano: otherExtraNano, propensity: 1 }
    }
  }
  if (promising === known || extraNano > exploration.leftNano) {
    return { plan: known, isExploring: false, extraNano: 0, propensity: 1 }
  }
  return exploration.draw < EXPLORE_CHANCE
    ? { plan: promising, isExploring: true, extraNano, propensity: EXPLORE_CHANCE }
    : { plan: known, isExploring: false, extraNano: 0, propensity: 1 - EXPLORE_CHANCE }
}
