import {
  type Budget,
  type BudgetKey,
  type BudgetLimits,
  budgetIdOf,
} from '../core/budgets/budget.ts'
import { windowAt } from '../core/budgets/window.ts'
import { printBudget } from '../core/budgets/wire.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { Book } from '../core/ledger/entry.ts'
import { openZone } from '../core/usage/zone.ts'
import type { Clock } from '../ports/clock.ts'
import type { Sha256 } from '../ports/digest.ts'
import type { Stores } from '../ports/stores.ts'
import type { BudgetDesk } from './budget-desk.ts'

/** Each request is held against all of them. */
const MAX_BUDGETS = 10_000

interface Parts {
  readonly stores: Pick<Stores, 'budgets'>
  readonly clock: Clock
  readonly sha256: Sha256
  /** Who remembers budgets in this process, and must look again. */
  readonly budgets?: Pick<BudgetDesk, 'forget'>
}

/** What is wanted of a budget. */
export type WantedBudget = BudgetKey & BudgetLimits

/**
 * Makes a budget, or changes the limits of the one that is the same.
 * @throws GatewayError when the configuration file has it, or there are too many.
 */
export async function setBudget(wanted: WantedBudget, parts: Parts): Promise<Budget> {
  const known = await parts.stores.budgets.list()
  const id = budgetIdOf(wanted, parts.sha256)
  const before = known.find((budget) => budget.id === id)
  if (before !== undefined) refuseConfigured(before)
  if (before === undefined && known.length >= MAX_BUDGETS) {
    throw new GatewayError('invalid_request', `There are ${MAX_BUDGETS} budgets already.`)
  }
  const createdAt = before?.createdAt ?? parts.clock.now()
  const budget: Budget = { ...wanted, id, isConfigured: false, createdAt }
  await parts.stores.budgets.set(budget, parts.clock.now())
  parts.budgets?.forget()
  return budget
}

/** @throws GatewayError `not_found`. */
export async function findBudget(id: string, { stores }: Pick<Parts, 'stores'>): Promise<Budget> {
  const budget = (await stores.budgets.list()).find((candidate) => candidate.id === id)
  if (budget !== undefined) return budget
  throw new GatewayError('not_found', `There is no budget ${id.slice(0, 40)}.`, { param: 'id' })
}

/** @throws GatewayError `not_found`, or when the configuration file has it. */
export async function removeBudget(id: string, parts: Parts): Promise<void> {
  refuseConfigured(await findBudget(id, parts))
  await parts.stores.budgets.remove(id, parts.clock.now())
  parts.budgets?.forget()
}

function refuseConfigured({ isConfigured }: Budget): void {
  if (!isConfigured) return
  const message = 'This budget is set in the configuration file, and can be changed only there.'
  throw new GatewayError('invalid_request', message, { param: 'scope' })
}

/** Brings the budgets of the configuration file into force. */
export async function configureBudgets(
  wanted: readonly WantedBudget[],
  { stores, clock, sha256 }: Parts,
): Promise<void> {
  if (wanted.length === 0) return
  const known = await stores.budgets.list()
  for (const each of wanted) {
    const id = budgetIdOf(each, sha256)
    const before = known.find((budget) => budget.id === id)
    const isSame =
      before?.isConfigured === true &&
      before.limitNano === each.limitNano &&
      before.softNano === each.softNano
    const createdAt = before?.createdAt ?? clock.now()
    if (isSame) continue
    await stores.budgets.set({ ...each, id, isConfigured: true, createdAt }, clock.now())
  }
}

/**
 * Takes away what the configuration file does not name any more. Other processes may have been
 * started with another file, so only a server does this.
 */
export async function dropUnconfigured(
  wanted: readonly WantedBudget[],
  { stores, clock, sha256 }: Parts,
): Promise<void> {
  const ids = new Set(wanted.map((each) => budgetIdOf(each, sha256)))
  const known = await stores.budgets.list()
  const stale = known.filter(({ id, isConfigured }) => isConfigured && !ids.has(id))
  for (const { id } of stale) await stores.budgets.remove(id, clock.now())
}

/** Budgets with what their windows in force have taken, as callers see them. */
export async function showBudgets(
  budgets: readonly Budget[],
  book: Book,
  { stores, clock }: Pick<Parts, 'stores' | 'clock'>,
) {
  const now = clock.now()
  const inForce = budgets.map((budget) => {
    const zone = openZone(budget.zone)
    if (zone === undefined) throw new TypeError(`${budget.zone} is no time zone any more`)
    return { budget, window: windowAt(budget.per, zone, now) }
  })
  const keys = inForce.map(({ budget, window }) => ({
    ...{ budgetId: budget.id, book, from: window.from },
  }))
  const windows = await stores.budgets.windows(keys)
  const takenOf = new Map(windows.map((window) => [window.budgetId, window]))
  return inForce.map(({ budget, window }) => printBudget(budget, window, takenOf.get(budget.id)))
}
