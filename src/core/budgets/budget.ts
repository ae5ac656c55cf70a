import { invalid } from '../errors/gateway-error.ts'
import type { Book } from '../ledger/entry.ts'
import type { Nano } from '../money.ts'
import type { Instant } from '../time.ts'
import type { BudgetPeriod, BudgetWindow } from './window.ts'

/** What makes a budget that budget; two that share it are one. */
export interface BudgetKey {
  /** In the spelling of `checkScope`. */
  readonly scope: string
  readonly per: BudgetPeriod
  /** IANA name of the zone by whose wall clock it turns. */
  readonly zone: string
}

/** How much may be spent in each window. */
export interface BudgetLimits {
  /** Nothing is put aside beyond it. */
  readonly limitNano?: Nano
  /** Reaching it is told and changes nothing. */
  readonly softNano?: Nano
}

/** A limit of money. What was spent counts from when it was first made. */
export interface Budget extends BudgetKey, BudgetLimits {
  readonly id: string
  /** Set by the configuration file, which alone may change it. */
  readonly isConfigured: boolean
  readonly createdAt: Instant
}

/** What one window of a budget has taken, in one book. */
export interface WindowState extends BudgetWindow {
  readonly budgetId: string
  readonly book: Book
  readonly spentNano: Nano
  /** Put aside by requests that have not ended. */
  readonly heldNano: Nano
}

/**
 * An id that everybody finds who knows what the budget is: a file and the API mean the same one.
 * @param digest SHA-256 as lower-case hex.
 */
export const budgetIdOf = ({ scope, per, zone }: BudgetKey, digest: (text: string) => string) =>
  `bud_${digest([scope, per, zone].join('\n')).slice(0, 32)}`

/** How people call it: `team:design per day`. */
export const budgetName = ({ scope, per, zone }: BudgetKey): string => {
  const period = per === 'total' ? 'in total' : `per ${per}`
  return `${scope} ${period}${zone === 'UTC' || per === 'total' ? '' : ` (${zone})`}`
}

/** @throws GatewayError when there is no limit, or none that means something. */
export function checkLimits({ limitNano, softNano }: BudgetLimits): void {
  if (limitNano === undefined && softNano === undefined) {
    throw invalid('limit', 'A budget needs a limit or a soft limit.')
  }
  if ((limitNano ?? 0n) < 0n) throw invalid('limit', 'A limit is never below zero.')
  if (softNano !== undefined && softNano <= 0n) {
    throw invalid('soft_limit', 'A soft limit is above zero.')
  }
  if (limitNano !== undefined && softNano !== undefined && softNano > limitNano) {
    throw invalid('soft_limit', 'A soft limit is not above the limit.')
  }
}

/** The limit that such a share is of: the soft one, until there is no more than the hard one. */
export const toldLimit = (
  { limitNano, softNano }: BudgetLimits,
  percent: number,
): Nano | undefined =>
  (percent < 100 || limitNano === undefined ? softNano : undefined) ?? limitNano

/** Shares of a budget that are told when they are reached, in percent. */
const TOLD_PERCENTS = [100, 80, 50] as const

/**
 * The highest share that was spent: of the soft limit where there is one, else of the hard one. Of
 * a hard limit the last of it is seldom spent, because nothing fits any more; who is refused tells.
 * @example spentPercent({ limitNano: 10n }, 8n) // 80
 */
export function spentPercent({ limitNano, softNano }: BudgetLimits, spentNano: Nano): number {
  const whole = softNano ?? limitNano
  if (whole === undefined || whole === 0n) return 0
  return TOLD_PERCENTS.find((percent) => spentNano * 100n >= whole * BigInt(percent)) ?? 0
}
