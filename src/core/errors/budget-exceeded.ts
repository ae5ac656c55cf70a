import type { Nano } from '../money.ts'
import { GatewayError } from './gateway-error.ts'

/**
 * The refusal of a request that a budget has no room for. `resetsAt` is absent where waiting does
 * not help: no window of the budget will ever have so much.
 */
export interface BudgetExceeded extends GatewayError {
  readonly code: 'insufficient_quota'
  readonly budgetLeftNano: Nano
}

/** Recognises the refusal of a budget, also from a second copy of the package. */
export const isBudgetExceeded = (error: unknown): error is BudgetExceeded =>
  GatewayError.isInstance(error) && error.code === 'insufficient_quota'
