import type { BudgetRefusal } from '../../core/budgets/claim.ts'
import { GatewayError } from '../../core/errors/gateway-error.ts'
import type { BudgetRefusedError, ContradictionError } from '../../ports/stores.ts'

/** How long a caller should wait before asking a lost database again. */
const RETRY_AFTER_MS = 1_000

/** A fact contradicts what is written. */
export const contradictionError = (contradiction: string, cause?: unknown): ContradictionError =>
  Object.assign(new Error(`contradiction: ${contradiction}`, { cause }), { contradiction })

/** A budget has no room for what was to be put aside. */
export const budgetError = (budgetRefusal: BudgetRefusal): BudgetRefusedError =>
  Object.assign(new Error(`refused by ${budgetRefusal.budgetId}`), { budgetRefusal })

/** Whether the database cannot be reached, so that trying again at once is vain. */
export const isUnavailable = (error: unknown): boolean =>
  GatewayError.isInstance(error) && error.code === 'ledger_unavailable'

/** The stores were closed. */
export const closedError = (): Error => new Error('The database was closed.')

/**
 * The database cannot be reached or cannot write. With `isOutcomeUnknown` the connection was lost
 * while a transaction was being confirmed: it is written completely or not at all.
 */
export const unavailableError = (
  engine: string,
  cause: unknown,
  isOutcomeUnknown = false,
): GatewayError & { readonly isOutcomeUnknown: boolean } =>
  Object.assign(
    new GatewayError(
      'ledger_unavailable',
      isOutcomeUnknown
        ? `${engine} was lost while it confirmed a write.`
        : `${engine} does not answer or cannot write.`,
      { cause, retryAfterMs: RETRY_AFTER_MS },
    ),
    { isOutcomeUnknown },
  )

/** New work is refused because too many commits wait; marked `journal_full`. */
export const journalFullError = (
  limit: number,
): GatewayError & { readonly journal_full: { readonly limit: number } } =>
  Object.assign(
    new GatewayError('ledger_unavailable', `${limit} writes are waiting for the database.`, {
      retryAfterMs: RETRY_AFTER_MS,
    }),
    { journal_full: { limit } },
  )
