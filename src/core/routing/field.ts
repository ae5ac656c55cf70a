import { chancesOf, normalDifficulty } from '../acceptance/difficulty.ts'
import { isGateUseful } from '../acceptance/instruments.ts'
import { cautious, optimistic } from '../acceptance/posterior.ts'
import { attemptCost } from './arm.ts'
import { frontOf } from './front.ts'
import { drawsOf, lateShares, quantileOf } from './latency-sum.ts'
import {
  type GateStep,
  MOST_ATTEMPTS,
  massAfter,
  type Prospect,
  type Prospects,
  prospectsOf,
  type Step,
  scoreOf,
} from './prospects.ts'
import type { PlanningInput, Wishes } from './sequence-plan.ts'

/**
 * Standard deviations below the mean by which floors are held. The cheapest of hundreds of
 * sequences that seem to reach a floor is often one that only seems to, so something is taken off
 * always, and more where the purpose is critical.
 */
const CAUTION = { usual: 0.5, critical: 1 } as const

/** Share of requests that may take longer than the limit. */
export const LATE_SHARE = 0.05

/** All sequences over the arms worth trying, with what is expected of them. */
export interface Field {
  readonly wishes: Wishes
  /** Positions of these arms in the input. */
  readonly front: readonly number[]
  /** By what is believed. */
  readonly sober: Prospects
  /** Shares of accepted pictures that floors count with. */
  readonly held: Float64Array
  /** By what may be hoped. */
  readonly hopeful: Prospects
  /** Share of requests beyond the time limit; absent without a limit. */
  readonly late: Float64Array | undefined
  /** Equally likely durations, by position in the front. */
  readonly draws: readonly Float64Array[]
  readonly gateSeconds: number
}

/**
 * Works out all sequences. A gate that says nothing is not used, so nothing can be tried after a
 * picture was made: sequences are single attempts then.
 */
export function makeField(input: PlanningInput): Field {
  const { arms, wishes, gate } = input
  const isUseful = gate !== undefined && isGateUseful(gate)
  const attempts = isUseful ? (input.attempts ?? MOST_ATTEMPTS) : 1
  const limitSeconds = wishes.limitSeconds
  const draws = arms.map(({ seconds }) => drawsOf(seconds))
  const contenders = arms.map((arm, position) => ({
    cost: attemptCost(arm.cost, wishes.secondNano, meanOf(draws[position])),
    hopeful: optimistic(arm.belief, arm.optimism),
    sober: arm.belief.mean,
    held: cautious(arm.belief, wishes.isCritical ? CAUTION.critical : CAUTION.usual),
    seconds: limitSeconds === undefined ? 0 : quantileOf(draws[position], 1 - LATE_SHARE),
  }))
  const front = frontOf(contenders, wishes.badNano)
  const gateStep = gateStepOf(input)
  const usual = normalDifficulty(input.sigma)
  const refused = (input.refused ?? []).map((share) => chancesOf(share, usual))
  const mass = massAfter(refused, usual.mass, gateStep)
  const stepsBy = (share: 'hopeful' | 'sober' | 'held'): Step[] =>
    front.flatMap((position) => {
      const contender = contenders[position]
      if (contender === undefined) return []
      return [{ cost: contender.cost, chances: chancesOf(contender[share], usual) }]
    })
  const sober = prospectsOf(stepsBy('sober'), mass, gateStep, attempts)
  const gateSeconds = gate?.seconds ?? 0
  const ownDraws = front.flatMap((position) => draws[position] ?? [])
  const late =
    limitSeconds === undefined
      ? undefined
      : lateShares(ownDraws, sober.reached, { seconds: limitSeconds, gateSeconds })
  return {
    ...{ wishes, front, sober, late, gateSeconds, draws: ownDraws },
    held: prospectsOf(stepsBy('held'), mass, gateStep, attempts).accepted,
    hopeful: prospectsOf(stepsBy('hopeful'), mass, gateStep, attempts),
  }
}

const meanOf = (draws: Float64Array | undefined): number =>
  draws === undefined || draws.length === 0
    ? 0
    : draws.reduce((sum, draw) => sum + draw, 0) / draws.length

function gateStepOf({ gate, wishes }: PlanningInput): GateStep {
  if (gate === undefined) return { passGood: 1, passBad: 1, cost: 0 }
  const { passGood, passBad, costNano, seconds } = gate
  return { passGood, passBad, cost: Number(costNano) + wishes.secondNano * seconds }
}

/** What one sequence brings. */
export const prospectAt = ({ spend, accepted, bad }: Prospects, index: number): Prospect => ({
  spend: spend[index] as number,
  accepted: accepted[index] as number,
  bad: bad[index] as number,
})

/** What an accepted picture of one sequence costs, in nano-dollars. */
export const scoreAt = ({ wishes }: Field, prospects: Prospects, index: number): number =>
  scoreOf(prospectAt(prospects, index), wishes.badNano, wishes.moneyPrice)

/** Whether a sequence keeps the time limit. */
export const isInTime = ({ late }: Field, index: number): boolean =>
  late === undefined || (late[index] as number) <= LATE_SHARE
