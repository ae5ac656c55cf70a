import { z } from 'zod'
import { invalid } from '../errors/gateway-error.ts'
import { dollarsFromNano, type Nano, nanoFromDollars } from '../money.ts'
import { openZone } from '../usage/zone.ts'
import {
  type Budget,
  type BudgetKey,
  type BudgetLimits,
  budgetName,
  checkLimits,
  type WindowState,
} from './budget.ts'
import { checkScope } from './scope.ts'
import { type BudgetWindow, budgetPeriods } from './window.ts'

const dollars = z
  .union([z.string().max(32), z.number().nonnegative()])
  .describe('Dollars; a decimal string keeps every digit')

/** How much may be spent, as files and wire say it. */
export const budgetLimitsSchema = z.strictObject({
  limit: dollars.nullish().describe('Dollars that are never exceeded in a window'),
  soft_limit: dollars.nullish().describe('Dollars whose reaching is told and stops nothing'),
})

/** A budget as files and wire say it. */
export const budgetSchema = budgetLimitsSchema.extend({
  scope: z
    .string()
    .min(1)
    .max(300)
    .describe('total, tenant:…, key:…, team:…, tag:name=value, provider:… or purpose:…'),
  per: z.enum(budgetPeriods),
  time_zone: z
    .string()
    .max(64)
    .optional()
    .describe('IANA name of the zone by whose clock it turns; UTC unless it is given'),
})

/**
 * What a budget is and how much it is.
 * @throws GatewayError naming the member that means nothing.
 */
export function fromBudgetBody(body: z.infer<typeof budgetSchema>): BudgetKey & BudgetLimits {
  const { scope, per, time_zone = 'UTC' } = body
  if (openZone(time_zone) === undefined) {
    throw invalid('time_zone', `There is no time zone ${time_zone}.`)
  }
  // As it was written: runtimes call some zones by other names, and the budget would be another.
  return { scope: checkScope(scope), per, zone: time_zone, ...fromLimitsBody(body) }
}

/** @throws GatewayError naming the limit that means nothing. */
export function fromLimitsBody(
  { limit, soft_limit }: z.infer<typeof budgetLimitsSchema>,
  before: BudgetLimits = {},
): BudgetLimits {
  const limits = {
    limitNano: read('limit', limit, before.limitNano),
    softNano: read('soft_limit', soft_limit, before.softNano),
  }
  checkLimits(limits)
  return limits
}

/** Not said: as before; null: not any more. */
function read(
  param: string,
  said: string | number | null | undefined,
  before: Nano | undefined,
): Nano | undefined {
  if (said === undefined) return before
  if (said === null) return undefined
  try {
    return nanoFromDollars(typeof said === 'number' ? plainDecimal(said) : said)
  } catch (error) {
    throw invalid(param, `${param} is no amount of dollars (${(error as Error).message}).`)
  }
}

/** A number of a file as it was written there, without an exponent. */
const plainDecimal = (value: number): string => {
  const text = String(value)
  return text.includes('e') ? value.toFixed(9) : text
}

const money = (nano: Nano | undefined): string | null =>
  nano === undefined ? null : dollarsFromNano(nano)

/** A budget with what its window in force has taken. */
export function printBudget(budget: Budget, window: BudgetWindow, taken: WindowState | undefined) {
  const { spentNano, heldNano } = taken ?? { spentNano: 0n, heldNano: 0n }
  const { limitNano } = budget
  const left = limitNano === undefined ? undefined : limitNano - spentNano - heldNano
  return {
    object: 'budget' as const,
    id: budget.id,
    name: budgetName(budget),
    scope: budget.scope,
    per: budget.per,
    time_zone: budget.zone,
    limit: money(limitNano),
    soft_limit: money(budget.softNano),
    spent: dollarsFromNano(spentNano),
    held: dollarsFromNano(heldNano),
    remaining: money(left !== undefined && left < 0n ? 0n : left),
    window: {
      from: new Date(window.from).toISOString(),
      to: window.to === undefined ? null : new Date(window.to).toISOString(),
    },
    configured: budget.isConfigured,
    created_at: new Date(budget.createdAt).toISOString(),
  }
}
