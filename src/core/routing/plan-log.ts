import { z } from 'zod'
import { intervalOf } from '../acceptance/interval.ts'
import { dollarsFromNano, nanoFromDollars } from '../money.ts'
import type { Arm } from './arm.ts'
import type { ChosenPlan, Exploration } from './choose-plan.ts'
import { drawsOf, quantileOf } from './latency-sum.ts'
import type { PlanningInput, SequencePlan } from './sequence-plan.ts'

const dollars = z.string()
const armSchema = z.object({
  name: z.string(),
  offer: z.string(),
  provider: z.string(),
  price: dollars,
  moderation: dollars.optional(),
  storage: dollars.optional(),
  egress: dollars.optional(),
  acceptance: z.object({ mean: z.number(), weight: z.number(), optimism: z.number().optional() }),
  /** Twenty equally likely durations. */
  seconds: z.array(z.number()),
})

/** What a decision was made of, as it stands in the log. */
export const planLogSchema = z.object({
  arms: z.array(armSchema).min(1),
  gate: z
    .object({
      pass_good: z.number(),
      pass_bad: z.number(),
      cost: dollars,
      seconds: z.number(),
      is_required: z.boolean().optional(),
    })
    .optional(),
  wishes: z.object({
    floor: z.number(),
    aim: z.number().optional(),
    bad_nano: z.number(),
    second_nano: z.number(),
    limit_seconds: z.number().optional(),
    is_limit_soft: z.boolean().optional(),
    is_critical: z.boolean(),
    money_price: z.number(),
  }),
  sigma: z.number(),
  attempts: z.number().optional(),
  refused: z.array(z.number()).optional(),
  seen: z.number().optional(),
  exploration: z.object({
    left_nano: z.number(),
    least_worth: z.number().optional(),
    draw: z.number(),
    is_one_sided: z.boolean().optional(),
    look_nano: z.number().optional(),
  }),
})
/** See {@link planLogSchema}. */
export type PlanLog = z.infer<typeof planLogSchema>

/**
 * The inputs of a decision as plain JSON. `planSequences` and `choosePlan` make the same of it
 * again, so the log proves its explanations; the digest of its text can stand for it where it is
 * too long.
 */
export function toPlanLog(input: PlanningInput, exploration: Exploration): PlanLog {
  const { gate, wishes } = input
  return {
    arms: input.arms.map(toLoggedArm),
    gate: gate && {
      ...{ pass_good: gate.passGood, pass_bad: gate.passBad },
      ...{ cost: dollarsFromNano(gate.costNano), seconds: gate.seconds },
      is_required: gate.isRequired,
    },
    wishes: {
      ...{ floor: wishes.floor, aim: wishes.aim },
      ...{ bad_nano: wishes.badNano, second_nano: wishes.secondNano },
      ...{ limit_seconds: wishes.limitSeconds, is_limit_soft: wishes.isLimitSoft },
      ...{ is_critical: wishes.isCritical, money_price: wishes.moneyPrice },
    },
    sigma: input.sigma,
    attempts: input.attempts,
    refused: input.refused && [...input.refused],
    seen: input.seen,
    exploration: {
      ...{ left_nano: exploration.leftNano, draw: exploration.draw },
      least_worth: exploration.leastWorth,
      is_one_sided: exploration.isOneSided,
      look_nano: exploration.lookNano,
    },
  }
}

function toLoggedArm({ cost, belief, optimism, seconds, ...names }: Arm): PlanLog['arms'][0] {
  const optional = (nano: bigint | undefined) =>
    nano === undefined ? undefined : dollarsFromNano(nano)
  return {
    ...names,
    price: dollarsFromNano(cost.priceNano),
    moderation: optional(cost.moderationNano),
    storage: optional(cost.storageNano),
    egress: optional(cost.egressNano),
    acceptance: { ...belief, optimism },
    seconds: [...drawsOf(seconds)],
  }
}

/** Reads back what `toPlanLog` wrote. */
export function fromPlanLog(log: PlanLog): {
  readonly input: PlanningInput
  readonly exploration: Exploration
} {
  const { gate, wishes, exploration } = log
  const input: PlanningInput = {
    arms: log.arms.map(fromLoggedArm),
    gate: gate && {
      ...{ passGood: gate.pass_good, passBad: gate.pass_bad },
      ...{ costNano: nanoFromDollars(gate.cost), seconds: gate.seconds },
      isRequired: gate.is_required,
    },
    wishes: {
      ...{ floor: wishes.floor, aim: wishes.aim },
      ...{ badNano: wishes.bad_nano, secondNano: wishes.second_nano },
      ...{ limitSeconds: wishes.limit_seconds, isLimitSoft: wishes.is_limit_soft },
      ...{ isCritical: wishes.is_critical, moneyPrice: wishes.money_price },
    },
    sigma: log.sigma,
    attempts: log.attempts,
    refused: log.refused,
    seen: log.seen,
  }
  const {
    left_nano: leftNano,
    least_worth: leastWorth,
    draw,
    is_one_sided: isOneSided,
  } = exploration
  const { look_nano: lookNano } = exploration
  return { input, exploration: { leftNano, leastWorth, draw, isOneSided, lookNano } }
}

function fromLoggedArm(logged: PlanLog['arms'][0]): Arm {
  const { name, offer, provider, price, moderation, storage, egress, acceptance, seconds } = logged
  const optional = (text: string | undefined) =>
    text === undefined ? undefined : nanoFromDollars(text)
  return {
    ...{ name, offer, provider, seconds, optimism: acceptance.optimism },
    cost: {
      priceNano: nanoFromDollars(price),
      moderationNano: optional(moderation),
      storageNano: optional(storage),
      egressNano: optional(egress),
    },
    belief: { mean: acceptance.mean, weight: acceptance.weight },
  }
}

/** The attempts of a plan, by the names of their arms. */
export const nameOfPlan = (
  { steps }: Pick<SequencePlan, 'steps'>,
  { arms }: Pick<PlanningInput, 'arms'>,
): string => steps.map((step) => arms[step]?.name ?? '').join('>')

/** One row of "why this model": an arm beside the others. */
export interface ExplainedArm {
  readonly name: string
  /** Place in the plan, from 1; absent when it is not part of it. */
  readonly step?: number
  /** Why it is not part of the plan. */
  readonly reason?: NonNullable<ChosenPlan['plan']['losers'][number]>
  readonly priceNano: bigint
  readonly acceptance: number
  /** The middle 80 % of what is believed. */
  readonly interval: readonly [low: number, high: number]
  /** In nano-dollars, tried until it is accepted, by itself. */
  readonly perAcceptedNano: number
  readonly p95Seconds: number
}

/**
 * Explains a decision arm by arm, in the input's order; an arm that comes twice shows its first
 * step.
 */
export const explainArms = (input: PlanningInput, { plan }: ChosenPlan): readonly ExplainedArm[] =>
  input.arms.map((arm, position): ExplainedArm => {
    const step = plan.steps.indexOf(position) + 1
    const reason = plan.losers[position]
    const { priceNano } = arm.cost
    return {
      name: arm.name,
      ...(step > 0 ? { step } : {}),
      ...(reason === undefined ? {} : { reason }),
      ...{ priceNano, acceptance: arm.belief.mean, interval: intervalOf(arm.belief) },
      perAcceptedNano: Number(priceNano) / Math.max(1e-6, arm.belief.mean),
      p95Seconds: quantileOf(drawsOf(arm.seconds), 0.95),
    }
  })
