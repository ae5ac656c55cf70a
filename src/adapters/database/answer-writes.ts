import {
  type IdempotencyKeyRow,
  idempotencyKeyColumns,
  type OwedAnswerRow,
  owedAnswerColumns,
} from './answer-rows.ts'
import type { Printer } from './engine.ts'
import { rowsStatement } from './statement.ts'

/** The statements that write what clients are owed. */
export const answerWrites = ({ kysely, rowsPerStatement }: Printer) => ({
  /** A name in use writes no row, which is a contradiction; one whose time is over gives way. */
  name: rowsStatement(
    idempotencyKeyColumns,
    rowsPerStatement,
    (rows: readonly IdempotencyKeyRow[]) =>
      kysely
        .insertInto('idempotency_keys')
        .values([...rows])
        .onConflict((conflict) =>
          conflict
            .columns(['key_id', 'name'])
            .doUpdateSet((set) => ({
              fingerprint: set.ref('excluded.fingerprint'),
              request_id: set.ref('excluded.request_id'),
              used_at: set.ref('excluded.used_at'),
              expires_at: set.ref('excluded.expires_at'),
            }))
            .whereRef('idempotency_keys.expires_at', '<=', 'excluded.used_at'),
        ),
  ),
  owe: rowsStatement(owedAnswerColumns, rowsPerStatement, (rows: readonly OwedAnswerRow[]) =>
    kysely.insertInto('owed_answers').values([...rows]),
  ),
  close: rowsStatement(owedAnswerColumns, rowsPerStatement, (rows: readonly OwedAnswerRow[]) =>
    kysely
      .deleteFrom('owed_answers')
      .where((where) =>
        where.or(
          rows.map(({ key_id, fingerprint, request_id }) =>
            where.and({ key_id, fingerprint, request_id }),
          ),
        ),
      ),
  ),
})
