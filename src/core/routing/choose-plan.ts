import type { ExpectedNano } from './arm.ts'
import type { GateChoice, SequencePlan, SequencePlans } from './sequence-plan.ts'

/** How often a plan is tried where one is worth it. */
const EXPLORE_CHANCE = 0.75

/**
 * How often a gate that is off as useless looks all the same. Only people's word about pictures
 * that it looked at can show that it, or what it looks at, has become another.
 */
const TRIAL_SHARE = 0.02
/** Digits of a draw behind this one choose trials; those before it choose the plan. */
const PLAN_DRAWS = 1_000

/** What may be left to chance in a decision. */
export interface Exploration {
  /** What may be risked beyond the best known plan, in nano-dollars; see `explorationLeft`. */
  readonly leftNano: ExpectedNano
  /** What a try must promise to save for each dollar; 1 where it is absent. */
  readonly leastWorth?: number
  /** From 0 (inclusive) to 1 (exclusive), drawn by the caller and logged. */
  readonly draw: number
  /** All requests of late began at one provider; see `warmth.ts`. */
  readonly isOneSided?: boolean
  /** What a look costs that may try a useless gate again; without it none is tried. */
  readonly lookNano?: ExpectedNano
}

/** The plan that is taken, and how it came to that. */
export interface ChosenPlan {
  readonly plan: SequencePlan
  /** The plan's, or a trial of it. */
  readonly gate: GateChoice
  readonly isExploring: boolean
  /** What it costs more than the best known one, as far as is known. */
  readonly extraNano: ExpectedNano
  /**
   * The chance with which this plan was chosen; 1 where nothing was left to chance. Logged, so
   * that other policies can be judged by what happened.
   */
  readonly propensity: number
  /** What another draw would have chosen. */
  readonly instead?: SequencePlan
}

/**
 * Takes the best known plan, or the first one that is worth trying and may be paid; the same draw
 * chooses the same. When nobody but one provider was used for long, another one gets a request: an
 * outage must not be met cold. Where nothing else is tried, a gate that was found useless may be.
 */
export function choosePlan(plans: SequencePlans, exploration: Exploration): ChosenPlan {
  const { known, tries, other, otherExtraNano } = plans
  const { draw, leftNano, leastWorth = 1 } = exploration
  if (exploration.isOneSided === true && other !== undefined && otherExtraNano <= leftNano) {
    return tried(other, otherExtraNano, 1)
  }
  const worthwhile = tries.find(
    ({ extraNano, savedNano }) => extraNano <= leftNano && savedNano >= leastWorth * extraNano,
  )
  if (worthwhile === undefined) return knownPlan(known, 1, exploration)
  return draw < EXPLORE_CHANCE
    ? { ...tried(worthwhile.plan, worthwhile.extraNano, EXPLORE_CHANCE), instead: known }
    : { ...knownPlan(known, 1 - EXPLORE_CHANCE, exploration), instead: worthwhile.plan }
}

const tried = (plan: SequencePlan, extraNano: ExpectedNano, propensity: number): ChosenPlan => ({
  ...{ plan, gate: plan.gate, isExploring: true, extraNano, propensity },
})

/** The best known plan; its gate on trial where it is a useless one, and its turn has come. */
function knownPlan(
  plan: SequencePlan,
  propensity: number,
  { draw, leftNano, lookNano }: Exploration,
): ChosenPlan {
  const isTurn = (draw * PLAN_DRAWS) % 1 < TRIAL_SHARE
  const isTrial =
    plan.gate.reason === 'useless' && lookNano !== undefined && lookNano <= leftNano && isTurn
  return isTrial
    ? { ...{ plan, propensity, isExploring: true, extraNano: lookNano }, gate: onTrial }
    : { ...{ plan, propensity, isExploring: false, extraNano: 0 }, gate: plan.gate }
}

const onTrial: GateChoice = { isOn: true, reason: 'trial' }
