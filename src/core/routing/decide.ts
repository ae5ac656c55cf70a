import { chancesOf, normalDifficulty } from '../acceptance/difficulty.ts'
import { isGateUseful } from '../acceptance/instruments.ts'
import { cautious, optimistic } from '../acceptance/posterior.ts'
import { type Arm, attemptCost, type ExpectedNano, type Gate } from './arm.ts'
import { frontOf } from './front.ts'
import { drawsOf, lateShares, sequenceQuantile } from './latency-sum.ts'
import { type LoserReason, reasonsOf } from './loser-reasons.ts'
import {
  type GateStep,
  MOST_ATTEMPTS,
  type Prospect,
  type Prospects,
  parentOf,
  prospectsOf,
  type Step,
  scoreOf,
  stepsOf,
} from './prospects.ts'

/** What a purpose asks of a plan. */
export interface Wishes {
  /** Share of requests that must end in an accepted picture, as the floor controller sets it. */
  readonly floor: number
  /** What showing a bad picture costs. */
  readonly badNano: ExpectedNano
  /** Price of a second of the caller's waiting. */
  readonly secondNano: ExpectedNano
  /** 95 % of requests must be done by then. */
  readonly limitSeconds?: number
  /** The floor is held by the lower bound of what is believed. */
  readonly isCritical: boolean
  /** Price of money, 0 while the budget is in step; see `money-price.ts`. */
  readonly moneyPrice: number
}

/** Everything a decision depends on; the same input gives the same decision. */
export interface RouteInput {
  readonly arms: readonly Arm[]
  /** Absent when no gate can look at the pictures. */
  readonly gate?: Gate
  readonly wishes: Wishes
  /** Spread of difficulty; see `difficulty.ts`. */
  readonly sigma: number
  /** Attempts that may be made, at most three. */
  readonly attempts?: number
  readonly exploration: {
    /** What may be risked beyond the best known plan, in nano-dollars. */
    readonly leftNano: ExpectedNano
    /** From 0 (inclusive) to 1 (exclusive), drawn by the caller and logged. */
    readonly draw: number
  }
}

/** What is tried, in order, and what is expected of it. */
export interface Decision {
  /** Positions in the input's arms. */
  readonly steps: readonly number[]
  /** By what is believed on average (for critical purposes: at the lower bound). */
  readonly prospect: Prospect
  /** In nano-dollars for each accepted picture. */
  readonly score: ExpectedNano
  readonly floor: {
    readonly asked: number
    /** What is held: a little below the best that can be reached, if the floor is above that. */
    readonly effective: number
    readonly isReachable: boolean
  }
  readonly p95Seconds: number
  readonly gate: GateChoice
  readonly exploring: {
    readonly isExploring: boolean
    /** What the plan costs more than the best known one, as far as is known. */
    readonly extraNano: ExpectedNano
    /** The best known plan. */
    readonly known: readonly number[]
    /** Chance with which this plan was chosen; 1 where nothing was left to chance. */
    readonly propensity: number
  }
  /** For each arm why it is not part of the plan; undefined for those that are. */
  readonly losers: readonly (LoserReason | undefined)[]
}

/** Whether pictures are checked between attempts, and what the two ways cost. */
export interface GateChoice {
  readonly isOn: boolean
  /** `unpaid`: the best plan without it is no worse; it is switched off, and this says so. */
  readonly reason: 'pays' | 'unpaid' | 'useless' | 'absent'
  /** Best score with at least one check, and of a single attempt without any. */
  readonly withNano?: ExpectedNano
  readonly withoutNano?: ExpectedNano
}

/** When a floor cannot be reached, so much below the best is held: the last bit is not bought. */
const FLOOR_SLACK = 0.01
/** Share of requests that may take longer than the limit. */
const LATE_SHARE = 0.05
/** How often the promising plan is taken when it differs from the best known one. */
const EXPLORE_CHANCE = 0.75

/**
 * Chooses the sequence of attempts that makes an accepted picture cheapest. Money and floor are
 * judged apart: costs with bounded optimism, so that little known offers get tried, the floor by
 * what is believed.
 */
export function decide(input: RouteInput): Decision {
  const { arms, wishes, sigma } = input
  if (arms.length === 0) throw new RangeError('a plan needs at least one offer')
  const isUseful = input.gate !== undefined && isGateUseful(input.gate)
  const attempts = isUseful ? (input.attempts ?? MOST_ATTEMPTS) : 1
  const gate = gateStepOf(input.gate, wishes.secondNano)
  const limit = { seconds: wishes.limitSeconds, gateSeconds: input.gate?.seconds ?? 0 }
  const contenders = arms.map((arm) => ({
    cost: attemptCost(arm, wishes.secondNano),
    hopeful: optimistic(arm.belief),
    sober: wishes.isCritical ? cautious(arm.belief) : arm.belief.mean,
    seconds: limit.seconds === undefined ? 0 : (drawsOf(arm.seconds)[60] ?? 0),
  }))
  const front = frontOf(contenders, wishes.badNano)
  const difficulty = normalDifficulty(sigma)
  const stepsBy = (share: 'hopeful' | 'sober'): Step[] =>
    front.flatMap((position) => {
      const contender = contenders[position]
      if (contender === undefined) return []
      return [{ cost: contender.cost, chances: chancesOf(contender[share], difficulty) }]
    })
  const sober = prospectsOf(stepsBy('sober'), difficulty.mass, gate, attempts)
  const hopeful = prospectsOf(stepsBy('hopeful'), difficulty.mass, gate, attempts)
  const draws = front.map((position) => drawsOf(arms[position]?.seconds ?? []))
  const { seconds } = limit
  const late =
    seconds === undefined
      ? undefined
      : lateShares(draws, sober.reached, { seconds, gateSeconds: limit.gateSeconds })
  const field: Field = { sober, hopeful, late, wishes }
  const best = chooseFrom(field, input.exploration)
  const toArms = (index: number) =>
    stepsOf(index, front.length).map((step) => front[step] as number)
  const path = pathTo(best.index, front.length)
  return {
    steps: toArms(best.index),
    prospect: prospectAt(sober, best.index),
    score: scoreAt(field, sober, best.index),
    floor: best.floor,
    p95Seconds: sequenceQuantile(
      path.map((index) => ({
        draws: draws[index % front.length] as Float64Array,
        reached: sober.reached[index] as number,
      })),
      1 - LATE_SHARE,
      limit.gateSeconds,
    ),
    gate: gateChoice(field, best, isUseful, input.gate !== undefined),
    exploring: { ...best.exploring, known: toArms(best.known) },
    losers: reasonsOf({
      arms: arms.length,
      front,
      chosen: new Set(toArms(best.index)),
      isInTime: (index) => isInTime(field, index),
      isAboveFloor: (index) => (sober.accepted[index] as number) >= best.floor.effective,
      sequences: sober.accepted.length,
    }),
  }
}

function gateStepOf(gate: Gate | undefined, secondNano: ExpectedNano): GateStep {
  if (gate === undefined) return { passGood: 1, passBad: 1, cost: 0 }
  const { passGood, passBad, costNano, seconds } = gate
  return { passGood, passBad, cost: Number(costNano) + secondNano * seconds }
}

/** All sequences with what is expected of them. */
interface Field {
  readonly sober: Prospects
  readonly hopeful: Prospects
  readonly late: Float64Array | undefined
  readonly wishes: Wishes
}

/** The sequence that was chosen, and why. */
interface Choice {
  readonly index: number
  readonly known: number
  readonly floor: Decision['floor']
  readonly exploring: Omit<Decision['exploring'], 'known'>
}

const prospectAt = ({ spend, accepted, bad }: Prospects, index: number): Prospect => ({
  spend: spend[index] as number,
  accepted: accepted[index] as number,
  bad: bad[index] as number,
})

const scoreAt = ({ wishes }: Field, prospects: Prospects, index: number): number =>
  scoreOf(prospectAt(prospects, index), wishes.badNano, wishes.moneyPrice)

const isInTime = ({ late }: Field, index: number): boolean =>
  late === undefined || (late[index] as number) <= LATE_SHARE

function chooseFrom(field: Field, exploration: RouteInput['exploration']): Choice {
  const { sober, wishes } = field
  const inTime = [...sober.accepted.keys()].filter((index) => isInTime(field, index))
  // When nothing is quick enough, time is the floor that cannot be reached: all are looked at.
  const possible = inTime.length > 0 ? inTime : [...sober.accepted.keys()]
  const reach = reachOf(sober, possible)
  const isReachable = reach >= wishes.floor && inTime.length > 0
  const effective = Math.min(wishes.floor, reach - FLOOR_SLACK)
  const known = bestOf(field, sober, possible, effective)
  const promising = bestOf(field, field.hopeful, hopefulOnes(field, possible, effective), 0)
  const floor = { asked: wishes.floor, effective, isReachable }
  const gap = scoreAt(field, sober, promising) - scoreAt(field, sober, known)
  const extraNano = Math.max(0, gap * (sober.accepted[promising] as number))
  if (promising === known || extraNano > exploration.leftNano) {
    const exploring = { isExploring: false, extraNano: 0, propensity: 1 }
    return { index: known, known, floor, exploring }
  }
  const isExploring = exploration.draw < EXPLORE_CHANCE
  const propensity = isExploring ? EXPLORE_CHANCE : 1 - EXPLORE_CHANCE
  const exploring = { isExploring, extraNano: isExploring ? extraNano : 0, propensity }
  return { index: isExploring ? promising : known, known, floor, exploring }
}

/**
 * The sequences that may be explored: the floor binds these too. Where it is out of reach, those
 * that might come nearer than what is known are looked for, or nobody would ever find them.
 */
function hopefulOnes(
  { sober, hopeful, wishes }: Field,
  possible: readonly number[],
  effective: number,
): readonly number[] {
  const isOutOfReach = effective < wishes.floor
  const hoped = Math.min(wishes.floor, reachOf(hopeful, possible) - FLOOR_SLACK)
  return possible.filter(
    (index) =>
      (sober.accepted[index] as number) >= effective ||
      (isOutOfReach && (hopeful.accepted[index] as number) >= hoped),
  )
}

/** The largest share of accepted pictures that any sequence reaches. */
const reachOf = ({ accepted }: Prospects, indices: readonly number[]): number =>
  indices.reduce((most, index) => Math.max(most, accepted[index] as number), 0)

/** The sequence with the lowest score among those that reach a floor; the first of equals. */
function bestOf(
  field: Field,
  prospects: Prospects,
  indices: readonly number[],
  floor: number,
): number {
  let [best, score] = [indices[0] ?? 0, Number.POSITIVE_INFINITY]
  for (const index of indices) {
    if ((prospects.accepted[index] as number) < floor) continue
    const next = scoreAt(field, prospects, index)
    if (next < score) [best, score] = [index, next]
  }
  return best
}

/** A sequence and those it begins with, shortest first. */
function pathTo(index: number, arms: number): readonly number[] {
  const path: number[] = []
  for (let at = index; at >= 0; at = parentOf(at, arms)) path.unshift(at)
  return path
}

function gateChoice(field: Field, choice: Choice, isUseful: boolean, isThere: boolean): GateChoice {
  if (!isThere) return { isOn: false, reason: 'absent' }
  if (!isUseful) return { isOn: false, reason: 'useless' }
  const { sober } = field
  const cheapest = (from: number, to: number): ExpectedNano | undefined => {
    let best: number | undefined
    for (let index = from; index < to; index += 1) {
      if (!isInTime(field, index)) continue
      if ((sober.accepted[index] as number) < choice.floor.effective) continue
      const score = scoreAt(field, sober, index)
      if (best === undefined || score < best) best = score
    }
    return best
  }
  const isOn = choice.index >= sober.arms
  return {
    isOn,
    reason: isOn ? 'pays' : 'unpaid',
    withNano: cheapest(sober.arms, sober.accepted.length),
    withoutNano: cheapest(0, sober.arms),
  }
}
