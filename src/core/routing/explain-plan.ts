import { intervalOf } from '../acceptance/interval.ts'
import type { ChosenPlan } from './choose-plan.ts'
import { drawsOf, quantileOf } from './latency-sum.ts'
import type { LoserReason } from './loser-reason.ts'
import {
  type BelievedOffer,
  type Candidate,
  type Exclusion,
  type ExplainedOffer,
  excludedRow,
  priceOf,
} from './plan.ts'
import type { GateChoice, PlannedFloor, Wishes } from './sequence-plan.ts'
import { burdenOf, type Option, rankedOptions, type Weighed } from './weigh.ts'

/** Rows with all that is believed; of the offers behind these only price and reason are told. */
const MOST_BELIEVED = 24

/** What was made of a choice. */
interface Made {
  readonly steps: readonly { readonly at: number; readonly candidate: Candidate }[]
  readonly exclusions: readonly Exclusion[]
  readonly gate: GateChoice
  /** Steps that are attempts; those behind them stand in reserve. */
  readonly planned: number
}

/** "Why this model": the steps of a plan, and of every other offer the one reason against it. */
export function explainPlan(
  weighed: Weighed,
  { plan, isExploring }: ChosenPlan,
  made: Made,
): readonly ExplainedOffer[] {
  const { options, input } = weighed
  const isTried = isExploring && made.gate.reason !== 'trial'
  const taken = made.steps.map(
    ({ at, candidate }, place): ExplainedOffer => ({
      ...rowOf(candidate, options[at], input.wishes),
      step: place + 1,
      ...roleOf(place, isTried, made),
    }),
  )
  const used = new Set(made.steps.map(({ at }) => at))
  const named = new Set(made.steps.map(({ candidate }) => candidate.offer))
  const losers = rankedOptions(weighed).filter((at) => !used.has(at))
  const rows = losers.flatMap((at, rank): readonly ExplainedOffer[] => {
    const option = options[at]
    if (option === undefined) return []
    const { candidate } = option
    const reason = whyNot(at, weighed, plan)
    if (rank < MOST_BELIEVED) {
      named.add(candidate.offer)
      return [{ ...rowOf(candidate, option, input.wishes), ...reason }]
    }
    // Of each offer its best setting stands for the others.
    if (named.has(candidate.offer)) return []
    named.add(candidate.offer)
    return [{ ...priceOf(candidate), ...reason }]
  })
  return [...taken, ...rows, ...made.exclusions.map(excludedRow)]
}

function roleOf(
  place: number,
  isTried: boolean,
  { gate, planned }: Made,
): Pick<ExplainedOffer, 'role' | 'reason' | 'isGated'> {
  // What stands in reserve takes the place of an attempt that failed, and of its check.
  const isGated = gate.isOn && (gate.reason !== 'pays' || place < planned - 1)
  const looks = gate.reason === 'absent' ? {} : { isGated }
  if (place === 0) {
    return isTried
      ? { ...looks, role: 'exploring', reason: 'chosen to learn about it' }
      : { ...looks, role: 'chosen', reason: 'chosen' }
  }
  return place < planned
    ? { ...looks, role: 'escalation', reason: 'made when gates refuse what came before' }
    : { ...looks, role: 'reserve', reason: 'used when the offers before it fail' }
}

function whyNot(
  at: number,
  { front, beatenBy, options, input, planned }: Weighed,
  plan: ChosenPlan['plan'],
): { readonly role: LoserReason; readonly reason: string } {
  if (at >= planned) return { role: 'pinned', reason: 'an experiment fixed other ones' }
  const place = front.indexOf(at)
  if (place >= 0) {
    const role = plan.losers[place] ?? 'dominated'
    return { role, reason: saidOf(role, plan.floor, input.wishes) }
  }
  const better = options[beatenBy.get(at) ?? -1]
  const reason =
    better === undefined
      ? 'others promise accepted pictures for less, bad ones counted'
      : `no better than ${nameOf(better)} in price, acceptance or time`
  return { role: 'dominated', reason }
}

function saidOf(role: LoserReason, { asked, isReachable }: PlannedFloor, wishes: Wishes): string {
  if (role === 'too_slow') {
    return `no plan that begins with it is done within ${wishes.limitSeconds ?? 0} s`
  }
  if (role !== 'below_floor') {
    return 'the chosen plan brings accepted pictures for less, bad ones counted'
  }
  return isReachable
    ? `no plan that begins with it reaches the floor ${asked}`
    : `others come nearer to the floor ${asked}, which no plan reaches`
}

const nameOf = ({ candidate: { offer }, variant }: Option): string =>
  variant === undefined ? offer : `${offer} (${variant})`

const rowOf = (
  candidate: Candidate,
  option: Option | undefined,
  wishes: Wishes,
): Omit<ExplainedOffer, 'role' | 'reason'> => ({
  ...priceOf(candidate),
  ...(option === undefined ? {} : { believed: believedOf(candidate, option, wishes) }),
})

function believedOf(candidate: Candidate, option: Option, wishes: Wishes): BelievedOffer {
  const { belief, variant, seconds } = option
  const { mean } = belief.belief
  return {
    ...(variant === undefined ? {} : { variant }),
    ...{ acceptance: mean, interval: intervalOf(belief.belief) },
    ...{ ownOutcomes: belief.ownOutcomes, inheritedOutcomes: belief.inheritedOutcomes },
    perAcceptedNano: Number(candidate.quote.expectedNano) / Math.max(1e-6, mean),
    burdenNano: burdenOf({ ...option, candidate }, { ...wishes, moneyPrice: 0 }),
    p95Seconds: quantileOf(drawsOf(seconds), 0.95),
  }
}
