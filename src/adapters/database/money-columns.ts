import type { BalanceRow, HoldRow, LedgerRow } from './schema.ts'
import type { Columns } from './statement.ts'

/** Columns of {@link HoldRow}. */
export const holdColumns: Columns<HoldRow> = {
  request_id: 'text',
  id: 'text',
  book: 'text',
  key_id: 'text',
  amount_nano: 'bigint',
  spent_nano: 'bigint',
  opened_at: 'bigint',
  closed_at: 'bigint',
}

/** Columns of {@link LedgerRow}. */
export const ledgerColumns: Columns<LedgerRow> = {
  id: 'text',
  kind: 'text',
  book: 'text',
  key_id: 'text',
  request_id: 'text',
  hold_id: 'text',
  attempt_id: 'text',
  amount_nano: 'bigint',
  at: 'bigint',
}

/** Columns of {@link BalanceRow}. */
export const balanceColumns: Columns<BalanceRow> = {
  key_id: 'text',
  book: 'text',
  spent_nano: 'bigint',
  held_nano: 'bigint',
}
