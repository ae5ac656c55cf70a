import type { Nano } from '../money.ts'
import { type ChosenPlan, choosePlan, type Exploration } from './choose-plan.ts'
import { explainPlan } from './explain-plan.ts'
import { heldShare } from './field.ts'
import { mostLooks } from './gate-use.ts'
import type { Candidate, Decision, Exclusion, Plan } from './plan.ts'
import { nameOfPlan, toPlanLog } from './plan-log.ts'
import { FLOOR_SLACK } from './plan-sequences.ts'
import type { GateChoice, SequencePlan } from './sequence-plan.ts'
import { knownNano, rankedOptions, type Weighed } from './weigh.ts'

/** A plan that was chosen, as positions of options. */
export interface ChosenSteps {
  readonly chosen: ChosenPlan
  /** The attempts, as gates refuse. */
  readonly attempts: readonly number[]
  /** Others for calls that fail, see `reserveOrder`; each provider once where that is possible. */
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
  const ranked = reserveOrder(weighed, (at) => {
    const provider = options[at]?.candidate.model.provider
    return provider !== undefined && !providers.has(provider)
  })
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

/**
 * Options in the order in which they stand in for calls that fail. The floor holds for these as
 * well: those that reach it come first, or come as near to it as any other provider's can.
 */
function reserveOrder(weighed: Weighed, isElsewhere: (at: number) => boolean): readonly number[] {
  const { options, input } = weighed
  const held = options.map(({ belief }) => heldShare(belief.belief, input.wishes))
  const heldAt = (at: number): number => held[at] ?? 0
  const ranked = rankedOptions(weighed)
  const reach = Math.max(0, ...ranked.filter(isElsewhere).map(heldAt))
  const floor = Math.min(input.wishes.floor, reach - FLOOR_SLACK)
  const isAbove = (at: number): boolean => heldAt(at) >= floor
  return [...ranked.filter(isAbove), ...ranked.filter((at) => !isAbove(at))]
}

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
    explanation: explainPlan(weighed, chosen, { ...given, gate, planned }),
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
    plan: nameOfPlan(each, input),
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
