import { chancesOf, normalDifficulty } from '../acceptance/difficulty.ts'
import { isGateUseful } from '../acceptance/instruments.ts'
import { type Belief, cautious, optimistic } from '../acceptance/posterior.ts'
import { attemptCost } from './arm.ts'
import { type Contender, type Front, frontOf } from './front.ts'
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
 * Standard deviations below the mean by which floors are held. Usually none: what is believed of
 * one offer by what is seen of others is not too good on average, and half a deviation bought plans
 * far above the floor (1.30 instead of 1.17 times the best cost in eight random worlds of 6,000
 * requests). The controller makes up for what is missed.
 */
const CAUTION = { usual: 0, critical: 1 } as const

/** Share of requests that may take longer than the limit. */
export const LATE_SHARE = 0.05

/** All sequences over the arms worth trying, with what is expected of them. */
export interface Field {
  /** Positions of these arms in the input. */
  readonly front: readonly number[]
  /** By what is believed. */
  readonly sober: Prospects
  /** Shares of accepted pictures that floors count with. */
  readonly held: Float64Array
  /** What an accepted picture of each sequence costs, in nano-dollars, by what is believed. */
  readonly soberScores: Float64Array
  /**
   * The same over some positions in the front alone, the first of which is accepted so often.
   * @param share between 0 and 1, in place of what is believed of it
   */
  outlookIf(positions: readonly number[], share: number): Outlook
  /** Share of requests beyond the time limit; absent without a limit. */
  readonly late: Float64Array | undefined
  /** Equally likely durations, by position in the front. */
  readonly draws: readonly (readonly number[])[]
  readonly gateSeconds: number
}

/** What is expected of sequences: see {@link Prospects}, and what an accepted picture costs. */
export interface Outlook {
  readonly accepted: Float64Array
  readonly scores: Float64Array
}

/** An arm as the comparison sees it, with its equally likely durations. */
interface Entrant extends Contender {
  readonly draws: readonly number[]
}

/** The share of accepted pictures that floors count with. */
export const heldShare = (belief: Belief, { isCritical }: Pick<Wishes, 'isCritical'>): number =>
  cautious(belief, isCritical ? CAUTION.critical : CAUTION.usual)

function entrantsOf({ arms, wishes }: PlanningInput): readonly Entrant[] {
  return arms.map((arm) => {
    const draws = drawsOf(arm.seconds)
    return {
      offer: arm.offer,
      cost: attemptCost(arm.cost, wishes.secondNano, meanOf(draws)),
      hopeful: optimistic(arm.belief, arm.optimism),
      sober: arm.belief.mean,
      held: heldShare(arm.belief, wishes),
      seconds: wishes.limitSeconds === undefined ? 0 : quantileOf(draws, 1 - LATE_SHARE),
      draws,
    }
  })
}

/** The arms worth trying; plans over these alone are the same. */
export const compareArms = (input: PlanningInput): Front =>
  frontOf(entrantsOf(input), input.wishes.badNano)

/**
 * Works out all sequences. A gate that says nothing is not used, so nothing can be tried after a
 * picture was made: sequences are single attempts then.
 */
export function makeField(input: PlanningInput): Field {
  const { wishes, gate } = input
  const isUseful = gate !== undefined && isGateUseful(gate)
  const attempts = isUseful ? (input.attempts ?? MOST_ATTEMPTS) : 1
  const entrants = entrantsOf(input)
  const { front } = frontOf(entrants, wishes.badNano)
  const own = front.flatMap((position) => entrants[position] ?? [])
  const gateStep = gateStepOf(input)
  const usual = normalDifficulty(input.sigma)
  const refused = (input.refused ?? []).map((share) => chancesOf(share, usual))
  const mass = massAfter(refused, usual.mass, gateStep)
  const stepsBy = (share: 'sober' | 'held'): readonly Step[] =>
    own.map((one) => ({ cost: one.cost, chances: chancesOf(one[share], usual) }))
  const prospectsOver = (steps: readonly Step[]) => prospectsOf(steps, mass, gateStep, attempts)
  const believed = stepsBy('sober')
  const sober = prospectsOver(believed)
  const gateSeconds = gate?.seconds ?? 0
  const draws = own.map((one) => one.draws)
  const limit = { seconds: wishes.limitSeconds ?? 0, gateSeconds }
  const late =
    wishes.limitSeconds === undefined ? undefined : lateShares(draws, sober.reached, limit)
  return {
    ...{ front, sober, late, gateSeconds, draws },
    held: prospectsOver(stepsBy('held')).accepted,
    soberScores: scoresOf(sober, wishes),
    outlookIf(positions, share) {
      const [first, ...others] = positions.flatMap((position) => believed[position] ?? [])
      const hoped = first === undefined ? [] : [{ ...first, chances: chancesOf(share, usual) }]
      const prospects = prospectsOver([...hoped, ...others])
      return { accepted: prospects.accepted, scores: scoresOf(prospects, wishes) }
    },
  }
}

const meanOf = (draws: readonly number[]): number =>
  draws.length === 0 ? 0 : draws.reduce((sum, draw) => sum + draw, 0) / draws.length

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

const scoresOf = (prospects: Prospects, { badNano, moneyPrice }: Wishes): Float64Array =>
  prospects.spend.map((_, index) => scoreOf(prospectAt(prospects, index), badNano, moneyPrice))

/** Whether a sequence keeps the time limit. */
export const isInTime = ({ late }: Field, index: number): boolean =>
  late === undefined || (late[index] as number) <= LATE_SHARE
