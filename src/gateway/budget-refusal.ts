import type { BudgetRefusedError } from '../ports/stores.ts'

/** Whether a commit was refused because a budget has no room for its hold. */
export const isBudgetRefusal = (error: unknown): error is BudgetRefusedError =>
  error instanceof Error && 'budgetRefusal' in error
