import type { Budget } from '../core/budgets/budget.ts'
import type { BudgetClaim } from '../core/budgets/claim.ts'
import { sampleNow } from './sample-records.ts'

/** A budget of 100 nano-dollars a day for everything. */
export const sampleBudget = (name: string, changes: Partial<Budget> = {}): Budget => ({
  id: `bud_${name}`,
  scope: 'total',
  per: 'day',
  zone: 'UTC',
  limitNano: 100n,
  isConfigured: false,
  createdAt: sampleNow,
  ...changes,
})

/** The day of all samples. */
export const sampleDay = { from: sampleNow, to: sampleNow + 86_400_000 } as const

/** What a hold takes of a sample budget on that day. */
export const sampleClaim = (
  name: string,
  amountNano: bigint,
  changes: Partial<BudgetClaim> = {},
): BudgetClaim => ({ budgetId: `bud_${name}`, window: sampleDay, amountNano, ...changes })
