import { admitHolds } from './admit-holds.ts'
import { type Batch, joinRows } from './batch.ts'
import { sumExploration, toBeliefRows } from './belief-tables.ts'
import type { RefusedBatch, Steps } from './engine.ts'
import { Totals } from './totals.ts'
import { UsageTotals } from './usage-totals.ts'
import { claimSpends, WindowTotals } from './window-totals.ts'
import { writeRows as write } from './write-rows.ts'
import type { Writes } from './writes.ts'

/**
 * Writes the facts of several commits, table by table in the order of a request's life.
 * @returns the commits that no budget had room for.
 */
export function* writeBatches(
  writes: Writes,
  batches: readonly Batch[],
): Steps<readonly RefusedBatch[]> {
  const totals = new Totals()
  const usage = new UsageTotals()
  const windows = new WindowTotals()
  const { admitted, refused, earlier } = yield* admitHolds(writes, batches)
  const rows = joinRows(admitted)
  yield* write(writes.name, rows.named, 'idempotency key already used')
  yield* write(writes.accept, rows.accepted, 'request already accepted')
  yield* write(writes.begin, rows.begun, 'job lost to another process')
  yield* write(writes.owe, rows.owed, 'answer already owed')
  yield* write(writes.open, rows.opened, 'hold already opened')
  for (const hold of rows.opened) totals.open(hold)
  yield* write(writes.claim, rows.claims, 'claim already made')
  for (const claim of rows.claims) windows.open(claim)
  yield* write(writes.start, rows.started, 'attempt already started')
  yield* write(writes.submit, rows.submitted, 'attempt is not being submitted')
  const settled = yield* write(writes.settle, rows.settled, 'attempt already settled or unknown')
  usage.settle(settled, rows.settled, rows.entries)
  yield* write(writes.store, rows.stored, 'image already stored')
  yield* write(writes.judge, rows.judged, 'image unknown')
  yield* write(writes.cache, rows.cached, 'image already cached')
  const ended = yield* write(writes.end, rows.ended, 'request already ended or unknown')
  usage.end(ended, rows.ended)
  yield* write(writes.putBack, rows.back, 'job lost to another process')
  const holds = yield* write(writes.changeHold, rows.holdChanges, 'hold already closed or unknown')
  totals.change(holds, rows.holdChanges)
  const spends = claimSpends([...earlier, ...rows.claims], rows.holdChanges, rows.entries, settled)
  const claims = yield* write(writes.spendClaims, spends, 'claim')
  windows.change(claims, spends, holds, rows.holdChanges)
  yield* write(writes.moveWindows, windows.rows(), 'window of a budget')
  yield* write(writes.enter, rows.entries, 'ledger entry already written')
  for (const entry of rows.entries) if (entry.kind === 'settle') totals.settle(entry)
  yield* write(writes.tell, rows.notices, 'notice already given')
  yield* write(writes.deliver, rows.deliveries, 'delivery already owed')
  yield* write(writes.see, rows.sighted, 'evidence already noted')
  yield* write(writes.seeAgain, rows.sightedAgain, 'evidence has changed meanwhile')
  // One that is not there any more is closed as well.
  for (const query of writes.close(rows.closed)) yield query
  // Last, and in one order: these are the rows that requests share, so they stay locked shortest.
  yield* write(writes.total, totals.rows(), 'balance')
  const learned = toBeliefRows(rows.learned)
  yield* write(writes.believe, learned.counts, 'belief')
  for (const query of writes.raise(learned.generations)) yield query
  for (const query of writes.join(rows.joined)) yield query
  yield* write(writes.explore, sumExploration(rows.explored), 'exploration')
  // Most series are known already, so fewer rows are written than given.
  const { series, totals: used } = usage.rows()
  for (const query of writes.nameSeries(series)) yield query
  yield* write(writes.addUsage, used, 'usage')
  return refused
}
