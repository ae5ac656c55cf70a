import { sql } from 'kysely'
import {
  claimSpendColumns,
  type HoldClaimRow,
  holdClaimColumns,
  type WindowKeyRow,
  windowKeyColumns,
  windowMoveColumns,
} from './budget-rows.ts'
import type { Printer } from './engine.ts'
import type { HoldRow } from './schema.ts'
import { type Columns, rowsStatement, updateStatement } from './statement.ts'

/** Names a hold. */
type HoldKeyRow = Pick<HoldRow, 'request_id' | 'id'>

const holdKeyColumns: Columns<HoldKeyRow> = { request_id: 'text', id: 'text' }

/** The statements that check and move what budgets have taken. */
export const budgetWrites = ({ kysely, rowsPerStatement }: Printer) => ({
  /** What holds take of budgets. What is asked here never changes but `spent_nano`. */
  claimsOf: rowsStatement(holdKeyColumns, rowsPerStatement, (rows: readonly HoldKeyRow[]) =>
    kysely
      .selectFrom('hold_claims')
      .selectAll()
      .where((where) =>
        where.or(rows.map(({ request_id, id }) => where.and({ request_id, hold_id: id }))),
      ),
  ),
  /**
   * Makes windows that are not there yet, locks all of them, and reads them with today's limits.
   * Rows must come in one order, or two processes lock each other out.
   */
  lockWindows: rowsStatement(windowKeyColumns, rowsPerStatement, (rows: readonly WindowKeyRow[]) =>
    kysely
      .insertInto('budget_windows')
      .values(
        rows.map((row) => ({
          ...row,
          limit_nano: sql<bigint | null>`(select limit_nano from budgets
            where id = ${row.budget_id} and removed_at is null)`,
          spent_nano: sql<bigint>`0`,
          held_nano: sql<bigint>`0`,
          told_percent: sql<bigint>`0`,
        })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['budget_id', 'book', 'from_at'])
          .doUpdateSet((set) => ({ limit_nano: set.ref('excluded.limit_nano') })),
      )
      .returningAll(),
  ),
  claim: rowsStatement(holdClaimColumns, rowsPerStatement, (rows: readonly HoldClaimRow[]) =>
    kysely.insertInto('hold_claims').values([...rows]),
  ),
  spendClaims: updateStatement(
    kysely,
    'hold_claims',
    claimSpendColumns,
    rowsPerStatement,
    (update, given) =>
      update
        .set({
          spent_nano: sql<bigint>`hold_claims.spent_nano + cast(${given.spent_nano} as bigint)`,
        })
        .where('hold_claims.request_id', '=', given.request_id)
        .where('hold_claims.hold_id', '=', given.hold_id)
        .where('hold_claims.budget_id', '=', given.budget_id)
        .returning(claimNames),
  ),
  moveWindows: updateStatement(
    kysely,
    'budget_windows',
    windowMoveColumns,
    rowsPerStatement,
    (update, given) =>
      update
        .set({
          spent_nano: sql<bigint>`budget_windows.spent_nano + cast(${given.spent_nano} as bigint)`,
          held_nano: sql<bigint>`budget_windows.held_nano + cast(${given.held_nano} as bigint)`,
        })
        .where('budget_windows.budget_id', '=', given.budget_id)
        .where('budget_windows.book', '=', given.book)
        .where('budget_windows.from_at', '=', given.from_at),
  ),
})

const claimNames = [
  'hold_claims.request_id',
  'hold_claims.hold_id',
  'hold_claims.budget_id',
  'hold_claims.book',
  'hold_claims.from_at',
  'hold_claims.amount_nano',
  'hold_claims.spent_nano',
] as const
