import type { CompiledQuery } from 'kysely'
import type { Batch, BatchRows } from './batch.ts'
import type { Outcome, Steps } from './engine.ts'
import { contradictionError } from './errors.ts'
import type { RowsStatement } from './statement.ts'
import { Totals } from './totals.ts'
import type { Writes } from './writes.ts'

/**
 * Writes the facts of several commits, table by table in the order of a request's life. The caller
 * sees to it that no two commits speak of the same thing, so that this order is as good as theirs.
 */
export function* writeBatches(writes: Writes, batches: readonly Batch[]): Steps {
  const totals = new Totals()
  const all = <Name extends keyof BatchRows>(name: Name): BatchRows[Name] =>
    // The type of a union of tables does not say that one name means one table.
    batches.flatMap((batch) => batch.rows[name] as readonly unknown[]) as unknown as BatchRows[Name]

  yield* write(writes.accept, all('accepted'), 'request already accepted')
  const opened = all('opened')
  yield* write(writes.open, opened, 'hold already opened')
  for (const hold of opened) totals.open(hold)
  yield* write(writes.start, all('started'), 'attempt already started')
  yield* write(writes.submit, all('submitted'), 'attempt is not being submitted')
  yield* write(writes.settle, all('settled'), 'attempt already settled or unknown')
  yield* write(writes.store, all('stored'), 'image already stored')
  yield* write(writes.judge, all('judged'), 'image unknown')
  yield* write(writes.cache, all('cached'), 'image already cached')
  yield* write(writes.end, all('ended'), 'request already ended or unknown')
  const changes = all('holdChanges')
  const holds = yield* write(writes.changeHold, changes, 'hold already closed or unknown')
  totals.change(holds, changes)
  const entries = all('entries')
  yield* write(writes.enter, entries, 'ledger entry already written')
  for (const entry of entries) if (entry.kind === 'settle') totals.settle(entry)
  // Last, and in one order: these are the rows that requests share, so they stay locked shortest.
  yield* write(writes.total, totals.rows(), 'balance')
}

/** Every row must have been written: a missing one means that what it builds on is not so. */
function* write<Row extends object, Output>(
  statement: RowsStatement<Row, Output>,
  rows: readonly Row[],
  contradiction: string,
): Generator<CompiledQuery, readonly Output[], Outcome> {
  if (rows.length === 0) return []
  const returned: Output[] = []
  let changes = 0
  for (const query of statement(rows)) {
    const outcome = yield query
    changes += outcome.changes
    returned.push(...(outcome.rows as readonly Output[]))
  }
  if (changes === rows.length) return returned
  const ids = rows.flatMap((row) => ('id' in row ? [String(row.id)] : []))
  throw contradictionError(`${contradiction}: ${ids.join(', ')}`)
}
