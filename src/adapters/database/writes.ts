import { sql } from 'kysely'
import { answerWrites } from './answer-writes.ts'
import { beliefWrites } from './belief-writes.ts'
import { budgetWrites } from './budget-writes.ts'
import type { CacheRow } from './cache-tables.ts'
import {
  backColumns,
  begunColumns,
  endedColumns,
  holdChangeColumns,
  judgedColumns,
  settledColumns,
  submittedColumns,
} from './changes.ts'
import type { Printer } from './engine.ts'
import { experimentWrites } from './experiment-writes.ts'
import { balanceColumns, holdColumns, ledgerColumns } from './money-columns.ts'
import { deliveryColumns, noticeColumns } from './notice-rows.ts'
import type { Printed } from './printed.ts'
import { attemptColumns, imageColumns, requestColumns, type Schema } from './schema.ts'
import {
  type Columns,
  type PrintableStatement,
  rowsStatement,
  updateStatement,
} from './statement.ts'
import { isRunning, isUnfinished } from './unfinished.ts'
import { endedRequestColumns, settledCallColumns, usageWrites } from './usage-writes.ts'

const cacheColumns: Columns<CacheRow> = {
  cache_key: 'text',
  image_id: 'text',
  tenant: 'text',
  created_at: 'bigint',
  expires_at: 'bigint',
  quality: 'text',
  floor_permille: 'bigint',
  unpinned_expires_at: 'bigint',
}

/** The statements that write facts, printed for one database. */
export type Writes = ReturnType<typeof prepareWrites>

/** Prints nothing yet: each statement is compiled when it first runs. */
export const prepareWrites = (printer: Printer) => ({
  ...inserts(printer),
  ...attemptUpdates(printer),
  ...otherUpdates(printer),
  ...jobUpdates(printer),
  ...holdUpdates(printer),
  ...usageWrites(printer),
  ...answerWrites(printer),
  ...beliefWrites(printer),
  ...budgetWrites(printer),
  ...experimentWrites(printer),
})

/** The statements for one row each, as plain data. */
export const printWrites = (writes: Writes): Readonly<Record<keyof Writes, Printed>> => ({
  accept: writes.accept.print(),
  open: writes.open.print(),
  start: writes.start.print(),
  submit: writes.submit.print(),
  settle: writes.settle.print(),
  store: writes.store.print(),
  judge: writes.judge.print(),
  cache: writes.cache.print(),
  end: writes.end.print(),
  begin: writes.begin.print(),
  putBack: writes.putBack.print(),
  changeHold: writes.changeHold.print(),
  enter: writes.enter.print(),
  tell: writes.tell.print(),
  deliver: writes.deliver.print(),
  total: writes.total.print(),
  nameSeries: writes.nameSeries.print(),
  addUsage: writes.addUsage.print(),
  name: writes.name.print(),
  owe: writes.owe.print(),
  close: writes.close.print(),
  see: writes.see.print(),
  seeAgain: writes.seeAgain.print(),
  believe: writes.believe.print(),
  raise: writes.raise.print(),
  explore: writes.explore.print(),
  join: writes.join.print(),
  claimsOf: writes.claimsOf.print(),
  lockWindows: writes.lockWindows.print(),
  claim: writes.claim.print(),
  spendClaims: writes.spendClaims.print(),
  moveWindows: writes.moveWindows.print(),
})

function inserts({ kysely, rowsPerStatement }: Printer) {
  const insert = <Table extends keyof Schema>(
    table: Table,
    columns: Columns<Schema[Table]>,
  ): PrintableStatement<Schema[Table]> =>
    // The generic table keeps Kysely from seeing that these are just its rows.
    rowsStatement(columns, rowsPerStatement, (rows) =>
      kysely.insertInto(table).values(rows as never),
    )
  return {
    accept: insert('requests', requestColumns),
    open: insert('holds', holdColumns),
    start: insert('attempts', attemptColumns),
    store: insert('images', imageColumns),
    cache: insert('cache_entries', cacheColumns),
    enter: insert('ledger_entries', ledgerColumns),
    tell: insert('notices', noticeColumns),
    deliver: insert('deliveries', deliveryColumns),
    /** Adds to the totals; rows must come in one order, or two processes lock each other out. */
    total: rowsStatement(balanceColumns, rowsPerStatement, (rows) =>
      kysely
        .insertInto('balances')
        .values([...rows])
        .onConflict((conflict) =>
          conflict.columns(['key_id', 'book']).doUpdateSet((set) => ({
            spent_nano: set('balances.spent_nano', '+', set.ref('excluded.spent_nano')),
            held_nano: set('balances.held_nano', '+', set.ref('excluded.held_nano')),
          })),
        ),
    ),
  }
}

const attemptUpdates = ({ kysely, rowsPerStatement }: Printer) => ({
  submit: updateStatement(kysely, 'attempts', submittedColumns, rowsPerStatement, (update, given) =>
    update
      .set({ state: 'submitted', job: given.job })
      .where('attempts.id', '=', given.id)
      .where('attempts.state', '=', 'submitting'),
  ),
  settle: updateStatement(kysely, 'attempts', settledColumns, rowsPerStatement, (update, given) =>
    update
      .set({
        state: 'settled',
        settled_at: given.settled_at,
        outcome: given.outcome,
        failure_message: given.failure_message,
        book: given.book,
        cost_nano: given.cost_nano,
        cost_basis: given.cost_basis,
        provider_request_id: given.provider_request_id,
        // A job id that was written is not lost when the settling call does not repeat it.
        job: sql<string | null>`coalesce(${given.job}, attempts.job)`,
        charge: given.charge,
        usage: given.usage,
        made_images: given.made_images,
      })
      .where('attempts.id', '=', given.id)
      .where('attempts.request_id', '=', given.request_id)
      .where('attempts.state', 'in', ['submitting', 'submitted'])
      .returning(settledCallColumns),
  ),
})

const otherUpdates = ({ kysely, rowsPerStatement }: Printer) => ({
  judge: updateStatement(kysely, 'images', judgedColumns, rowsPerStatement, (update, given) =>
    update
      .set({
        digest: given.digest,
        format: given.format,
        width: given.width,
        height: given.height,
        byte_length: given.byte_length,
        original_bytes: given.original_bytes,
        state: given.state,
        refusal: given.refusal,
        quality_note: given.quality_note,
      })
      .where('images.id', '=', given.id)
      .where('images.request_id', '=', given.request_id),
  ),
  end: updateStatement(kysely, 'requests', endedColumns, rowsPerStatement, (update, given) =>
    update
      .set({
        state: given.state,
        ended_at: given.ended_at,
        cost_nano: given.cost_nano,
        list_cost_nano: given.list_cost_nano,
        saved_nano: given.saved_nano,
        lease_owner: given.lease_owner,
        lease_until: given.lease_until,
        error: given.error,
        summary: given.summary,
        dead_letter: given.dead_letter,
        plan: given.plan,
        made_offer: given.made_offer,
        made_size: given.made_size,
        made_quality: given.made_quality,
        made_images: given.made_images,
        made_cached: given.made_cached,
      })
      .where('requests.id', '=', given.id)
      .where(isUnfinished)
      // Of a job that was taken over, only the process that has it now may tell the end.
      .where(
        sql<boolean>`coalesce(requests.fence, -1) = coalesce(cast(${given.fence} as bigint), -1)`,
      )
      .returning(endedRequestColumns),
  ),
})

/** Both are refused to a process that has lost the job. */
const jobUpdates = ({ kysely, rowsPerStatement }: Printer) => ({
  begin: updateStatement(kysely, 'requests', begunColumns, rowsPerStatement, (update, given) =>
    update
      .set({
        plan: given.plan,
        book: given.book,
        price_version: given.price_version,
        list_cost_nano: given.list_cost_nano,
      })
      .where('requests.id', '=', given.id)
      .where('requests.fence', '=', given.fence)
      .where(isRunning),
  ),
  putBack: updateStatement(kysely, 'requests', backColumns, rowsPerStatement, (update, given) =>
    update
      .set({
        state: given.state,
        due_at: given.due_at,
        tries: given.tries,
        paused_by: given.paused_by,
        lease_owner: null,
        lease_until: null,
      })
      .where('requests.id', '=', given.id)
      .where('requests.fence', '=', given.fence)
      .where(isRunning),
  ),
})

const holdUpdates = ({ kysely, rowsPerStatement }: Printer) => ({
  /** A late settlement may come to a closed hold, a second close may not. */
  changeHold: updateStatement(
    kysely,
    'holds',
    holdChangeColumns,
    rowsPerStatement,
    (update, given) =>
      update
        .set({
          spent_nano: sql<bigint>`holds.spent_nano + case holds.book
            when 'real' then cast(${given.real_nano} as bigint)
            else cast(${given.simulated_nano} as bigint) end`,
          closed_at: sql<bigint | null>`coalesce(holds.closed_at,
            cast(${given.closed_at} as bigint))`,
        })
        .where('holds.request_id', '=', given.request_id)
        .where('holds.id', '=', given.id)
        .where((where) =>
          where.or([
            where('holds.closed_at', 'is', null),
            where(sql`cast(${given.closed_at} as bigint)`, 'is', null),
          ]),
        )
        .returning(changedHoldColumns),
  ),
})

const changedHoldColumns = [
  'holds.id',
  'holds.book',
  'holds.key_id',
  'holds.amount_nano',
  'holds.spent_nano',
  'holds.closed_at',
] as const
