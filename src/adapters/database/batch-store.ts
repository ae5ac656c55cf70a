import { type Compilable, sql } from 'kysely'
import {
  type Batch,
  type BatchProgress,
  type BatchState,
  type BatchTerms,
  toBatchJson,
} from '../../core/jobs/batch.ts'
import type { JsonObject } from '../../core/json.ts'
import type { BatchChange, BatchStore } from '../../ports/batch-store.ts'
import type { BatchRow } from './batch-tables.ts'
import { fromJson, fromNullable, toMilliseconds, toNullable, toText } from './columns.ts'
import { type Engine, run } from './engine.ts'
import { toFileRow } from './file-store.ts'
import { toDeliveryRow, toNoticeRow } from './notice-rows.ts'

type Claim = Parameters<BatchStore['claim']>[0]

/** As a literal, so that SQLite sees the partial index `batches_unfinished`. */
const isUnfinished = sql<boolean>`batches.ended_at is null`

/** Batches and the leases of those who drive them. */
export function batchStore(engine: Engine): BatchStore {
  const { kysely } = engine
  return {
    async create(batch) {
      await run(engine, kysely.insertInto('batches').values(toRow(batch)))
    },
    async batch(id, tenant) {
      const found = kysely
        .selectFrom('batches')
        .selectAll()
        .where('id', '=', id)
        .where('tenant', '=', toText(tenant))
      return (await run(engine, found)).rows.map(fromRow)[0]
    },
    async list(query) {
      return (await run(engine, listQuery(engine, query))).rows.map(fromRow)
    },
    async cancel(id, at) {
      const cancelled = kysely
        .updateTable('batches')
        .set({ state: 'cancelling', cancelling_at: toMilliseconds(at) })
        .where('id', '=', id)
        .where('state', 'in', ['validating', 'in_progress'])
      return (await run(engine, cancelled)).changes === 1
    },
    async claim(claim) {
      return (await run(engine, claimQuery(engine, claim))).rows.map(fromRow)
    },
    async renew({ owner, ids, leaseUntil }) {
      if (ids.length === 0) return
      const renewed = kysely
        .updateTable('batches')
        .set({ lease_until: toMilliseconds(leaseUntil) })
        .where(isUnfinished)
        .where('lease_owner', '=', owner)
        .where('id', 'in', ids)
      await run(engine, renewed)
    },
    async update({ id, fence }, change, files = [], told) {
      // Files of an end that is refused are left without a batch, and nobody can find them.
      for (const file of files) {
        await run(engine, kysely.insertInto('files').values(toFileRow(file)))
      }
      const updated = kysely
        .updateTable('batches')
        .set(toColumns(change))
        .where('id', '=', id)
        .where('fence', '=', BigInt(fence))
        .where(isUnfinished)
        // Who asked to cancel it meanwhile is heard first.
        .$if(change.state === 'in_progress', (own) => own.where('state', '<>', 'cancelling'))
      let isDone = false
      await engine.transact(function* () {
        isDone = (yield updated.compile()).changes === 1
        if (!isDone || told === undefined) return
        yield kysely.insertInto('notices').values(toNoticeRow(told)).compile()
        const rows = told.deliveries.map(toDeliveryRow)
        for (const row of rows) yield kysely.insertInto('deliveries').values(row).compile()
      })
      for (const { id: fileId } of isDone ? [] : files) {
        await run(engine, kysely.deleteFrom('files').where('id', '=', fileId))
      }
      return isDone
    },
  }
}

/** Keyset paging, as that of requests. */
function listQuery(
  { kysely }: Engine,
  { tenant, limit, after }: Parameters<BatchStore['list']>[0],
): Compilable<BatchRow> {
  const newest = kysely
    .selectFrom('batches')
    .selectAll()
    .where('tenant', '=', tenant)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (after === undefined) return newest
  return newest.where((where) =>
    where(
      where.refTuple('created_at', 'id'),
      '<',
      where
        .selectFrom('batches as seen')
        .select(['seen.created_at', 'seen.id'])
        .where('seen.id', '=', after)
        .where('seen.tenant', '=', tenant)
        .$asTuple('created_at', 'id'),
    ),
  )
}

/** One statement, for the same reason as that of `RequestStore.claimUnfinished`. */
function claimQuery(
  { kysely, canSkipLocked }: Engine,
  { owner, now, leaseUntil, limit, id }: Claim,
): Compilable<BatchRow> {
  return kysely
    .with(
      (cte) => cte('free').materialized(),
      (query) =>
        query
          .selectFrom('batches')
          .select('batches.id')
          .where(isUnfinished)
          .where((where) =>
            where.or([
              where('batches.lease_until', 'is', null),
              where('batches.lease_until', '<=', toMilliseconds(now)),
            ]),
          )
          .$if(id !== undefined, (own) => own.where('batches.id', '=', id ?? ''))
          .orderBy('batches.created_at')
          .orderBy('batches.id')
          .limit(limit)
          .$if(canSkipLocked, (locking) => locking.forUpdate().skipLocked()),
    )
    .updateTable('batches')
    .set((set) => ({
      lease_owner: owner,
      lease_until: toMilliseconds(leaseUntil),
      fence: set('batches.fence', '+', 1n),
    }))
    .where('batches.id', 'in', (query) => query.selectFrom('free').select('free.id'))
    .returningAll()
}

const toColumns = ({ progress, total, endedAt, ...change }: BatchChange): Partial<BatchRow> => ({
  ...(change.state === undefined ? {} : { state: change.state }),
  ...(change.outputFileId === undefined ? {} : { output_file_id: change.outputFileId }),
  ...(change.errorFileId === undefined ? {} : { error_file_id: change.errorFileId }),
  ...(total === undefined ? {} : { total: BigInt(total) }),
  ...(endedAt === undefined ? {} : { ended_at: toMilliseconds(endedAt) }),
  ...(progress === undefined ? {} : { progress: JSON.stringify(progress) }),
})

const toRow = (batch: Batch): BatchRow => ({
  id: batch.id,
  tenant: toText(batch.tenant),
  key_id: batch.keyId,
  state: batch.state,
  created_at: toMilliseconds(batch.createdAt),
  expires_at: toMilliseconds(batch.expiresAt),
  cancelling_at: toNullable(batch.cancellingAt, toMilliseconds),
  ended_at: toNullable(batch.endedAt, toMilliseconds),
  total: BigInt(batch.total),
  output_file_id: batch.outputFileId ?? null,
  error_file_id: batch.errorFileId ?? null,
  lease_owner: null,
  lease_until: null,
  fence: BigInt(batch.fence),
  terms: JSON.stringify(toBatchJson(batch.terms)),
  progress: JSON.stringify(toBatchJson(batch.progress)),
})

const fromRow = (row: BatchRow): Batch => ({
  id: row.id,
  tenant: row.tenant,
  keyId: row.key_id,
  state: row.state as BatchState,
  createdAt: Number(row.created_at),
  expiresAt: Number(row.expires_at),
  cancellingAt: fromNullable(row.cancelling_at, Number),
  endedAt: fromNullable(row.ended_at, Number),
  total: Number(row.total),
  outputFileId: row.output_file_id ?? undefined,
  errorFileId: row.error_file_id ?? undefined,
  fence: Number(row.fence),
  terms: fromJson<JsonObject>(row.terms) as unknown as BatchTerms,
  progress: fromJson<JsonObject>(row.progress) as BatchProgress,
})
