import type { Budget, WindowState } from '../core/budgets/budget.ts'
import type { Instant } from '../core/time.ts'

/** Names one window of a budget in one book. */
export type WindowKey = Pick<WindowState, 'budgetId' | 'book' | 'from'>

/** Limits of money; what is taken of them is written by the journal. */
export interface BudgetStore {
  /**
   * Makes a budget, or gives the one of the same id other limits; what was spent stays. Jobs that
   * wait for it are due from `at` on: who finds no room again waits again.
   */
  set(budget: Budget, at: Instant): Promise<void>
  /**
   * From then on it limits nothing, and jobs that wait for it are due. False when there is no such
   * budget.
   */
  remove(id: string, at: Instant): Promise<boolean>
  /** By scope, period and zone. */
  list(): Promise<readonly Budget[]>
  /** Those that have taken something; the others have not, or are not there. */
  windows(keys: readonly WindowKey[]): Promise<readonly WindowState[]>
  /** Notes that a share was told. True for the first one who says so, of all processes. */
  tell(key: WindowKey, percent: number): Promise<boolean>
}
