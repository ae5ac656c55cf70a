import type { Budget, WindowState } from '../../core/budgets/budget.ts'
import type { BudgetClaim } from '../../core/budgets/claim.ts'
import type { BudgetPeriod } from '../../core/budgets/window.ts'
import type { Book, Hold } from '../../core/ledger/entry.ts'
import { fromNullable, toMilliseconds, toNullable, toText } from './columns.ts'
import type { Columns } from './statement.ts'

/** A limit of money. One that was removed stays, because its windows do. */
export interface BudgetRow {
  readonly id: string
  readonly scope: string
  readonly per: string
  readonly zone: string
  readonly limit_nano: bigint | null
  readonly soft_nano: bigint | null
  readonly is_configured: bigint
  readonly created_at: bigint
  readonly removed_at: bigint | null
}

/** What one window of a budget has taken; the one row that all its requests share. */
export interface BudgetWindowRow {
  readonly budget_id: string
  readonly book: string
  readonly from_at: bigint
  readonly to_at: bigint | null
  /** The budget's limit when the window was last touched. */
  readonly limit_nano: bigint | null
  readonly spent_nano: bigint
  readonly held_nano: bigint
  /** The highest share that was told. */
  readonly told_percent: bigint
}

/** What a hold has taken of one budget. */
export interface HoldClaimRow {
  readonly request_id: string
  readonly hold_id: string
  readonly budget_id: string
  readonly book: string
  readonly from_at: bigint
  readonly to_at: bigint | null
  /** Empty when calls to all providers count. */
  readonly provider: string
  readonly amount_nano: bigint
  readonly spent_nano: bigint
}

/** Columns of {@link HoldClaimRow}. */
export const holdClaimColumns: Columns<HoldClaimRow> = {
  request_id: 'text',
  hold_id: 'text',
  budget_id: 'text',
  book: 'text',
  from_at: 'bigint',
  to_at: 'bigint',
  provider: 'text',
  amount_nano: 'bigint',
  spent_nano: 'bigint',
}

/** Names a window. */
export type WindowKeyRow = Pick<BudgetWindowRow, 'budget_id' | 'book' | 'from_at' | 'to_at'>

/** Columns of {@link WindowKeyRow}. */
export const windowKeyColumns: Columns<WindowKeyRow> = {
  budget_id: 'text',
  book: 'text',
  from_at: 'bigint',
  to_at: 'bigint',
}

/** What a group adds to a window. */
export type WindowMoveRow = Pick<
  BudgetWindowRow,
  'budget_id' | 'book' | 'from_at' | 'spent_nano' | 'held_nano'
>

/** Columns of {@link WindowMoveRow}. */
export const windowMoveColumns: Columns<WindowMoveRow> = {
  budget_id: 'text',
  book: 'text',
  from_at: 'bigint',
  spent_nano: 'bigint',
  held_nano: 'bigint',
}

/** What a group adds to a claim. */
export type ClaimSpendRow = Pick<
  HoldClaimRow,
  'request_id' | 'hold_id' | 'budget_id' | 'spent_nano'
>

/** Columns of {@link ClaimSpendRow}. */
export const claimSpendColumns: Columns<ClaimSpendRow> = {
  request_id: 'text',
  hold_id: 'text',
  budget_id: 'text',
  spent_nano: 'bigint',
}

/** A claim of a hold as a row, of which nothing is spent. */
export const toHoldClaimRow = (hold: Hold, claim: BudgetClaim): HoldClaimRow => ({
  request_id: hold.requestId,
  hold_id: hold.id,
  budget_id: claim.budgetId,
  book: hold.book,
  from_at: toMilliseconds(claim.window.from),
  to_at: toNullable(claim.window.to, toMilliseconds),
  provider: toText(claim.provider ?? ''),
  amount_nano: claim.amountNano,
  spent_nano: 0n,
})

/** A budget as a row. */
export const toBudgetRow = (budget: Budget): BudgetRow => ({
  id: budget.id,
  scope: toText(budget.scope),
  per: budget.per,
  zone: budget.zone,
  limit_nano: budget.limitNano ?? null,
  soft_nano: budget.softNano ?? null,
  is_configured: budget.isConfigured ? 1n : 0n,
  created_at: toMilliseconds(budget.createdAt),
  removed_at: null,
})

/** A budget from its row. */
export const fromBudgetRow = (row: BudgetRow): Budget => ({
  id: row.id,
  scope: row.scope,
  per: row.per as BudgetPeriod,
  zone: row.zone,
  limitNano: row.limit_nano ?? undefined,
  softNano: row.soft_nano ?? undefined,
  isConfigured: Number(row.is_configured) === 1,
  createdAt: Number(row.created_at),
})

/** A window from its row. */
export const fromWindowRow = (row: BudgetWindowRow): WindowState => ({
  budgetId: row.budget_id,
  book: row.book as Book,
  from: Number(row.from_at),
  to: fromNullable(row.to_at, Number),
  spentNano: row.spent_nano,
  heldNano: row.held_nano,
})
