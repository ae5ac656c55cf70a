import type { CompiledQuery } from 'kysely'
import type { Outcome } from './engine.ts'
import { contradictionError } from './errors.ts'
import type { RowsStatement } from './statement.ts'

/** Statements of a transaction that give rows in the end. */
export type RowSteps<Output> = Generator<CompiledQuery, readonly Output[], Outcome>

/** Every row must have been written: a missing one means that what it builds on is not so. */
export function* writeRows<Row extends object, Output>(
  statement: RowsStatement<Row, Output>,
  rows: readonly Row[],
  contradiction: string,
): RowSteps<Output> {
  let changes = 0
  const returned = yield* askRows(statement, rows, (outcome) => {
    changes += outcome.changes
  })
  if (changes === rows.length) return returned
  const ids = rows.flatMap((row) => ('id' in row ? [String(row.id)] : []))
  throw contradictionError(`${contradiction}: ${ids.join(', ')}`)
}

/** Runs a statement for some rows and gathers what it returns. */
export function* askRows<Row, Output>(
  statement: RowsStatement<Row, Output>,
  rows: readonly Row[],
  onOutcome: (outcome: Outcome) => void = () => undefined,
): RowSteps<Output> {
  if (rows.length === 0) return []
  const returned: Output[] = []
  for (const query of statement(rows)) {
    const outcome = yield query
    onOutcome(outcome)
    returned.push(...(outcome.rows as readonly Output[]))
  }
  return returned
}
