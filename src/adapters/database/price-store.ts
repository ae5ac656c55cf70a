import type { JsonObject } from '../../core/json.ts'
import { addTallies, type BillTally } from '../../core/pricebook/feed/bill-tally.ts'
import { slotKey } from '../../core/pricebook/feed/feed-entry.ts'
import { emptyFeedState, type FeedState } from '../../core/pricebook/feed/feed-state.ts'
import type { RecordedChange } from '../../core/pricebook/feed/recorded-change.ts'
import type { PriceStore, SourceStatus } from '../../ports/price-store.ts'
import { fromNullable, toMilliseconds, toNullable, toText } from './columns.ts'
import { type Engine, run, type Steps } from './engine.ts'
import { fromBills, fromChange, toBills, toChange } from './price-documents.ts'
import type { PriceSourceRow } from './price-tables.ts'

/** The one row of the feeds' state. */
const FEED = 'feed'

/** Thrown inside a transaction to undo it when another process was faster. */
class TooLate extends Error {}

/** What price sources said, what changed, and what providers charged. */
export function priceStore(engine: Engine): PriceStore {
  const { kysely } = engine
  return {
    async feed() {
      const query = kysely.selectFrom('price_feeds').selectAll().where('id', '=', FEED)
      const [row] = (await run(engine, query)).rows
      if (row === undefined) return { state: emptyFeedState, revision: 0 }
      return { state: JSON.parse(row.state) as FeedState, revision: Number(row.revision) }
    },
    advance: (step) => advance(engine, step),
    changes: (query) => changes(engine, query),
    async sources() {
      const { rows } = await run(engine, kysely.selectFrom('price_sources').selectAll())
      return rows.map(fromSourceRow)
    },
    claimSource: (claim) => claimSource(engine, claim),
    async noteSource(status) {
      const row = toSourceRow(status)
      const { id: _, ...values } = row
      await run(
        engine,
        kysely
          .insertInto('price_sources')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doUpdateSet(values)),
      )
    },
    putBills: (part) => putBills(engine, part),
    async bills(since) {
      const query = kysely.selectFrom('bill_tallies').selectAll().where('day', '>=', since)
      const { rows } = await run(engine, query)
      const sums = new Map<string, BillTally>()
      for (const { slot, document } of rows) {
        const tally = toBills(document)
        const known = sums.get(slot)
        sums.set(slot, known === undefined ? tally : addTallies(known, tally))
      }
      return [...sums.values()]
    },
    async purgeBills(before) {
      await run(engine, kysely.deleteFrom('bill_tallies').where('day', '<', before))
    },
  }
}

async function advance(
  engine: Engine,
  step: Parameters<PriceStore['advance']>[0],
): Promise<boolean> {
  const { kysely } = engine
  const state = JSON.stringify(step.state)
  const revision = BigInt(step.from + 1)
  const steps = function* (): Steps {
    const { changes: isWritten } =
      step.from === 0
        ? yield kysely
            .insertInto('price_feeds')
            .values({ id: FEED, revision, state })
            .onConflict((conflict) => conflict.column('id').doNothing())
            .compile()
        : yield kysely
            .updateTable('price_feeds')
            .set({ revision, state })
            .where('id', '=', FEED)
            .where('revision', '=', BigInt(step.from))
            .compile()
    if (isWritten !== 1) throw new TooLate()
    for (const change of step.changes) {
      yield kysely
        .insertInto('price_changes')
        .values({
          id: change.change.id,
          offer: toText(change.change.offer),
          kind: change.change.kind,
          state: change.change.state,
          recorded_at: toMilliseconds(change.recordedAt),
          document: toText(fromChange(change)),
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .compile()
    }
  }
  try {
    await engine.transact(steps)
    return true
  } catch (error) {
    if (error instanceof TooLate) return false
    throw error
  }
}

async function changes(
  engine: Engine,
  { limit, after, offer, kind, state }: Parameters<PriceStore['changes']>[0],
): Promise<readonly RecordedChange[]> {
  const { kysely } = engine
  const query = kysely
    .selectFrom('price_changes')
    .select('document')
    .orderBy('recorded_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .$if(offer !== undefined, (found) => found.where('offer', '=', offer ?? ''))
    .$if(kind !== undefined, (found) => found.where('kind', '=', kind ?? ''))
    .$if(state !== undefined, (found) => found.where('state', '=', state ?? ''))
    .$if(after !== undefined, (found) =>
      found.where((eb) =>
        eb(
          eb.refTuple('recorded_at', 'id'),
          '<',
          eb
            .selectFrom('price_changes as seen')
            .select(['seen.recorded_at', 'seen.id'])
            .where('seen.id', '=', after ?? '')
            .$asTuple('recorded_at', 'id'),
        ),
      ),
    )
  const { rows } = await run(engine, query)
  return rows.map(({ document }) => toChange(document))
}

async function claimSource(
  engine: Engine,
  { id, now, until }: Parameters<PriceStore['claimSource']>[0],
): Promise<boolean> {
  const { kysely } = engine
  const first = kysely
    .insertInto('price_sources')
    .values({ ...toSourceRow({ id, version: {}, failures: 0, dueAt: until }) })
    .onConflict((conflict) => conflict.column('id').doNothing())
  if ((await run(engine, first)).changes === 1) return true
  const again = kysely
    .updateTable('price_sources')
    .set({ due_at: toMilliseconds(until) })
    .where('id', '=', id)
    .where('due_at', '<=', toMilliseconds(now))
  return (await run(engine, again)).changes === 1
}

async function putBills(
  engine: Engine,
  { day, owner, tallies }: Parameters<PriceStore['putBills']>[0],
): Promise<void> {
  const { kysely } = engine
  const steps = function* (): Steps {
    for (const tally of tallies) {
      const document = toText(fromBills(tally))
      yield kysely
        .insertInto('bill_tallies')
        .values({ slot: toText(slotKey(tally)), day, owner, document })
        .onConflict((conflict) =>
          conflict.columns(['day', 'slot', 'owner']).doUpdateSet({ document }),
        )
        .compile()
    }
  }
  if (tallies.length > 0) await engine.transact(steps)
}

const toSourceRow = (status: SourceStatus): PriceSourceRow => ({
  id: status.id,
  version: JSON.stringify(status.version),
  fetched_at: toNullable(status.fetchedAt, toMilliseconds),
  failures: BigInt(status.failures),
  failed_at: toNullable(status.failedAt, toMilliseconds),
  error: toNullable(status.error, toText),
  due_at: toMilliseconds(status.dueAt),
})

function fromSourceRow(row: PriceSourceRow): SourceStatus {
  const fetchedAt = fromNullable(row.fetched_at, Number)
  const failedAt = fromNullable(row.failed_at, Number)
  const error = fromNullable(row.error, (text) => text)
  return {
    id: row.id,
    version: JSON.parse(row.version) as JsonObject as SourceStatus['version'],
    failures: Number(row.failures),
    dueAt: Number(row.due_at),
    ...(fetchedAt === undefined ? {} : { fetchedAt }),
    ...(failedAt === undefined ? {} : { failedAt }),
    ...(error === undefined ? {} : { error }),
  }
}
