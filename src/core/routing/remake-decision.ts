import { choosePlan } from './choose-plan.ts'
import {
  type ExplainedArm,
  explainArms,
  fromPlanLog,
  nameOfPlan,
  type PlanLog,
} from './plan-log.ts'
import { planSequences } from './plan-sequences.ts'

/** A decision made again of what was logged. */
export interface RemadeDecision {
  readonly plan: string
  readonly isExploring: boolean
  readonly propensity: number
  /** The number that was drawn, from 0 to 1. */
  readonly draw: number
  readonly arms: readonly ExplainedArm[]
}

/** Makes a decision again, of nothing but its log. */
export function remakeDecision(log: PlanLog): RemadeDecision {
  const { input, exploration } = fromPlanLog(log)
  const chosen = choosePlan(planSequences(input), exploration)
  return {
    plan: nameOfPlan(chosen.plan, input),
    isExploring: chosen.isExploring,
    propensity: chosen.propensity,
    draw: exploration.draw,
    arms: explainArms(input, chosen),
  }
}
