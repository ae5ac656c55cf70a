import type { Book } from '../ledger/entry.ts'
import type { Nano } from '../money.ts'
import type { Budget, BudgetKey } from './budget.ts'
import { counts, providerOf, type Spender } from './scope.ts'
import type { BudgetWindow } from './window.ts'

/** What a hold takes of one budget: its share of the worst case, in one window for good. */
export interface BudgetClaim {
  readonly budgetId: string
  readonly window: BudgetWindow
  readonly amountNano: Nano
  /** Only calls to this provider are counted. */
  readonly provider?: string
}

/** What a plan can cost at worst. */
export interface WorstCase {
  readonly totalNano: Nano
  readonly byProvider: ReadonlyMap<string, Nano>
}

/**
 * What a request has to find room for, in each budget that counts it. A provider's budget takes the
 * worst case of the steps that go there, and one whose provider the plan does not have nothing.
 */
export function claimsOf(
  budgets: readonly Budget[],
  spender: Spender,
  worst: WorstCase,
  windowOf: (budget: BudgetKey) => BudgetWindow,
): readonly BudgetClaim[] {
  return budgets.flatMap((budget): BudgetClaim[] => {
    if (!counts(budget.scope, spender)) return []
    const provider = providerOf(budget.scope)
    const amountNano = provider === undefined ? worst.totalNano : worst.byProvider.get(provider)
    if (amountNano === undefined) return []
    return [
      {
        ...{ budgetId: budget.id, window: windowOf(budget), amountNano },
        ...(provider === undefined ? {} : { provider }),
      },
    ]
  })
}

/** Why a hold was refused: the first of its budgets that has no room for it. */
export interface BudgetRefusal {
  readonly budgetId: string
  readonly book: Book
  readonly window: BudgetWindow
  readonly limitNano: Nano
  /** What the window has left; below zero where the limit was lowered. */
  readonly leftNano: Nano
  readonly askedNano: Nano
}

/** A window as it stands while holds are admitted one after the other. */
export interface OpenWindow {
  readonly limitNano?: Nano
  readonly spentNano: Nano
  readonly heldNano: Nano
}

/** What is left of a window; undefined when it has no limit. May be below zero. */
export const leftOf = ({ limitNano, spentNano, heldNano }: OpenWindow): Nano | undefined =>
  limitNano === undefined ? undefined : limitNano - spentNano - heldNano
