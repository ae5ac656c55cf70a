import { PRIOR_SIGMA } from '../acceptance/difficulty.ts'
import { intervalOf } from '../acceptance/interval.ts'
import type { ArmBelief } from '../acceptance/knowledge.ts'
import type { Nano } from '../money.ts'
import type { Arm, Gate } from './arm.ts'
import { type ChosenPlan, choosePlan, type Exploration } from './choose-plan.ts'
import { frontIn } from './field.ts'
import { mostLooks } from './gate-use.ts'
import { drawsOf, quantileOf } from './latency-sum.ts'
import type { LoserReason } from './loser-reason.ts'
import {
  type BelievedOffer,
  type Candidate,
  type Decision,
  type Exclusion,
  type ExplainedOffer,
  type Plan,
  priceOf,
} from './plan.ts'
import { toPlanLog } from './plan-log.ts'
import { planSequences } from './plan-sequences.ts'
import type {
  GateChoice,
  PlanningInput,
  SequencePlan,
  SequencePlans,
  Wishes,
} from './sequence-plan.ts'

/** One way to make the picture, with what is believed of it. */
export interface Option {
  readonly candidate: Candidate
  /** Settings in words. */
  readonly variant?: string | undefined
  readonly belief: ArmBelief
  /** Seconds of calls alike; never empty. */
  readonly seconds: readonly number[]
}

/** All plans over some options. The same for requests alike, so it may be kept. */
export interface Weighed {
  readonly options: readonly Option[]
  /** The options that no other beats in everything; what is logged and planned with. */
  readonly front: readonly number[]
  readonly input: PlanningInput
  readonly plans: SequencePlans
  /** Options from here on stand in reserve alone. */
  readonly planned: number
}

/** Works out all plans over options, of which there must be one. */
export function weigh(
  options: readonly Option[],
  images: number,
  given: {
    readonly wishes: Wishes
    readonly gate?: Gate | undefined
    readonly attempts: number
    /** How many of the options, from the first, plans may use; all of them where it is absent. */
    readonly planned?: number | undefined
  },
): Weighed {
  const { wishes, gate, attempts, planned = options.length } = given
  const arms = options.map((option) => armOf(option, images))
  const all: PlanningInput = {
    ...{ arms, wishes, attempts, sigma: PRIOR_SIGMA },
    seen: options[0]?.belief.kindPictures ?? 0,
    ...(gate === undefined ? {} : { gate }),
  }
  const front = frontIn({ ...all, arms: arms.slice(0, planned) })
  const input = { ...all, arms: front.flatMap((position) => arms[position] ?? []) }
  return { options, front, input, plans: planSequences(input), planned }
}

function armOf({ candidate, variant, belief, seconds }: Option, images: number): Arm {
  const { offer, model, quote } = candidate
  return {
    name: variant === undefined ? offer : `${offer} (${variant})`,
    offer,
    provider: model.provider,
    cost: { priceNano: quote.expectedNano / BigInt(Math.max(1, images)) },
    belief: belief.belief,
    optimism: belief.optimism,
    seconds,
  }
}

/** A plan that was chosen, as positions of options. */
export interface ChosenSteps {
  readonly chosen: ChosenPlan
  /** The attempts, as gates refuse. */
  readonly attempts: readonly number[]
  /** Others for calls that fail, best first, each provider once where that is possible. */
  readonly reserves: readonly number[]
  readonly exploration: Exploration
}

/** Takes the best known plan or tries another one; the same draw chooses the same. */
export function chooseSteps(weighed: Weighed, exploration: Exploration): ChosenSteps {
  const { plans, front, options } = weighed
  const chosen = choosePlan(plans, exploration)
  const attempts = chosen.plan.steps.flatMap((step) => front[step] ?? [])
  const used = new Set(attempts.map((at) => options[at]?.candidate.offer))
  const providers = new Set(attempts.map((at) => options[at]?.candidate.model.provider))
  const reserves: number[] = []
  const ranked = rankedOptions(weighed)
  for (const isNew of [true, false]) {
    for (const at of ranked) {
      const candidate = options[at]?.candidate
      if (candidate === undefined || used.has(candidate.offer)) continue
      if (isNew && providers.has(candidate.model.provider)) continue
      used.add(candidate.offer)
      providers.add(candidate.model.provider)
      reserves.push(at)
    }
  }
  return { chosen, attempts, reserves, exploration }
}

/** Positions of all options, by what an accepted picture costs with each alone. */
function rankedOptions({ options, input }: Weighed): readonly number[] {
  const { badNano, moneyPrice } = input.wishes
  const score = ({ candidate, belief }: Option): number =>
    (Number(candidate.quote.expectedNano) * (1 + moneyPrice) + badNano * (1 - belief.belief.mean)) /
    Math.max(1e-6, belief.belief.mean)
  return options
    .map((option, at) => ({ at, score: score(option) }))
    .sort((one, other) => one.score - other.score)
    .map(({ at }) => at)
}

/** What the request would cost by the best known plan, shown bad pictures included. */
export const knownNano = ({ plans, input }: Weighed): number =>
  plans.known.prospect.spend + input.wishes.badNano * plans.known.prospect.bad

/** Rows of an explanation that are no steps; those behind them are only more of the same. */
const MOST_LOSERS = 24

/**
 * The plan of what was chosen. `steps` are the attempts and reserves as they cost now; what the
 * limits of the request or the gateway leave out was left out by the caller.
 */
export function toLearnedPlan(
  weighed: Weighed,
  { chosen, attempts, exploration }: ChosenSteps,
  given: {
    readonly steps: readonly { readonly at: number; readonly candidate: Candidate }[]
    readonly exclusions: readonly Exclusion[]
    /** Most that looking at the pictures of one attempt may cost. */
    readonly besideNano?: Nano
  },
): Plan {
  const steps = given.steps.map(({ at, candidate }): Candidate => {
    const acceptance = weighed.options[at]?.belief.belief.mean
    return {
      ...candidate,
      ...(acceptance === undefined ? {} : { acceptance }),
      ...(attempts.includes(at) ? {} : { isReserve: true }),
    }
  })
  const { besideNano = 0n } = given
  const planned = steps.filter(({ isReserve }) => isReserve !== true).length
  const gate = gateOf(chosen.gate, planned)
  const looksNano = besideNano * BigInt(mostLooks({ gate, steps }))
  return {
    steps,
    explanation: explain(weighed, chosen, { ...given, gate, planned }),
    holdNano: steps.reduce<Nano>((sum, { quote }) => sum + quote.highNano, looksNano),
    strategy: planned > 1 ? 'cascade' : steps.length > planned ? 'fallback' : 'direct',
    gate,
    decision: decisionOf(weighed, chosen, exploration),
  }
}

/** Between attempts of which the request's limit left only one there is nothing to check. */
const gateOf = (gate: GateChoice, planned: number): GateChoice =>
  gate.reason === 'pays' && planned <= 1 ? { ...gate, isOn: false, reason: 'single' } : gate

function decisionOf(weighed: Weighed, chosen: ChosenPlan, exploration: Exploration): Decision {
  const { input, plans } = weighed
  const { plan, instead, isExploring, propensity, extraNano } = chosen
  const others = [plans.known, ...plans.tries.map((each) => each.plan)].filter(
    (other) => other !== plan,
  )
  const loggable = (each: SequencePlan, share: number) => ({
    plan: nameOf(each, input),
    propensity: share,
    spendNano: each.prospect.spend,
    accepted: each.prospect.accepted,
  })
  return {
    ...{ isExploring, propensity, extraNano, knownNano: knownNano(weighed) },
    ...{ accepted: plan.prospect.accepted, spendNano: plan.prospect.spend },
    perAcceptedNano: plan.prospect.spend / Math.max(1e-6, plan.prospect.accepted),
    ...{ p95Seconds: plan.p95Seconds, floor: plan.floor },
    plans: [
      loggable(plan, propensity),
      ...others.map((other) => loggable(other, other === instead ? 1 - propensity : 0)),
    ],
    log: toPlanLog(input, exploration),
  }
}

const nameOf = ({ steps }: SequencePlan, { arms }: PlanningInput): string =>
  steps.map((step) => arms[step]?.name ?? '').join('>')

const REASONS: { readonly [Reason in LoserReason]: string } = {
  dominated: 'another plan brings accepted pictures for less',
  below_floor: 'no plan that begins with it reaches the floor',
  too_slow: 'no plan that begins with it is quick enough',
  capability_missing: 'it cannot do what is asked',
  breaker_open: 'its circuit breaker is open',
  budget: 'it costs more than the request may',
  pinned: 'an operator fixed another one',
}

function explain(
  weighed: Weighed,
  { plan, isExploring }: ChosenPlan,
  given: Parameters<typeof toLearnedPlan>[2] & {
    readonly gate: GateChoice
    readonly planned: number
  },
): readonly ExplainedOffer[] {
  const { options, front } = weighed
  const { steps, exclusions, gate, planned } = given
  // What stands in reserve takes the place of an attempt that failed, and of its check.
  const isGated = (place: number) => gate.isOn && (gate.reason !== 'pays' || place < planned - 1)
  const isTried = isExploring && gate.reason !== 'trial'
  const first = isTried ? 'chosen to learn about it' : 'chosen'
  const taken = steps.map(
    ({ at, candidate }, place): ExplainedOffer => ({
      ...rowOf(candidate, options[at]),
      step: place + 1,
      ...(gate.reason === 'absent' ? {} : { isGated: isGated(place) }),
      reason:
        place === 0
          ? first
          : place < planned
            ? 'made when gates refuse what came before'
            : 'used when the offers before it fail',
    }),
  )
  const used = new Set(steps.map(({ at }) => at))
  const losers = rankedOptions(weighed).filter((at) => !used.has(at))
  const reasonAt = (at: number): string => {
    if (at >= weighed.planned) return REASONS.pinned
    const place = front.indexOf(at)
    return REASONS[(place < 0 ? undefined : plan.losers[place]) ?? 'dominated']
  }
  return [
    ...taken,
    ...losers.slice(0, MOST_LOSERS).flatMap((at) => {
      const option = options[at]
      if (option === undefined) return []
      return [{ ...rowOf(option.candidate, option), reason: reasonAt(at) }]
    }),
    ...exclusions.map(({ offer, unfit }) => ({ offer, reason: unfit.reason })),
  ]
}

const rowOf = (
  candidate: Candidate,
  option: Option | undefined,
): Omit<ExplainedOffer, 'reason'> => ({
  ...priceOf(candidate),
  ...(option === undefined ? {} : { believed: believedOf(candidate, option) }),
})

function believedOf(
  { quote, row, origin }: Candidate,
  { belief, variant, seconds }: Option,
): BelievedOffer {
  const { mean } = belief.belief
  return {
    ...(variant === undefined ? {} : { variant }),
    ...{ acceptance: mean, interval: intervalOf(belief.belief) },
    ...{ ownOutcomes: belief.ownOutcomes, inheritedOutcomes: belief.inheritedOutcomes },
    perAcceptedNano: Number(quote.expectedNano) / Math.max(1e-6, mean),
    p95Seconds: quantileOf(drawsOf(seconds), 0.95),
    ...{ row, origin },
  }
}
