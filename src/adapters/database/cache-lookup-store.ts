import { sql } from 'kysely'
import type { CacheLookup, LookupResult } from '../../core/cache/lookup.ts'
import type { CacheLookupStore } from '../../ports/cache-lookups.ts'
import type { CacheLookupRow } from './cache-tables.ts'
import { toMilliseconds, toText } from './columns.ts'
import { type Engine, run } from './engine.ts'

/** Rows of one statement: PostgreSQL takes 65,535 values, a row has eleven. */
const ROWS_AT_ONCE = 500

/** What became of look-ups. */
export function cacheLookupStore(engine: Engine): CacheLookupStore {
  const { kysely } = engine
  return {
    async note(lookups) {
      for (let first = 0; first < lookups.length; first += ROWS_AT_ONCE) {
        const rows = lookups.slice(first, first + ROWS_AT_ONCE).map(toRow)
        const query = kysely
          .insertInto('cache_lookups')
          .values(rows)
          .onConflict((conflict) => conflict.columns(['request_id', 'position']).doNothing())
        await run(engine, query)
      }
    },
    async judge({ imageId, tenant, requestId, isAccepted }) {
      const served = kysely
        .selectFrom('cache_lookups as served')
        .select('served.request_id')
        .where('served.image_id', '=', imageId)
        .where('served.tenant', '=', toText(tenant))
        .$if(requestId !== undefined, (query) =>
          query.where('served.request_id', '=', requestId ?? ''),
        )
        .orderBy('served.at', 'desc')
        .limit(1)
      const judged = kysely
        .selectFrom('cache_lookups')
        .select('result')
        .where('image_id', '=', imageId)
        .where('request_id', 'in', served)
      const query = kysely
        .updateTable('cache_lookups')
        .set({ outcome: isAccepted ? 'accepted' : 'rejected' })
        .where('image_id', '=', imageId)
        .where('request_id', 'in', served)
      const found = (await run(engine, judged)).rows
      await run(engine, query)
      return found.map(({ result }) => result as LookupResult)
    },
    sums: sumsOf(engine),
    async purge(before, limit) {
      const query = kysely
        .deleteFrom('cache_lookups')
        .where((eb) =>
          eb(
            eb.refTuple('request_id', 'position'),
            'in',
            eb
              .selectFrom('cache_lookups as old')
              .select(['old.request_id', 'old.position'])
              .where('old.at', '<', toMilliseconds(before))
              .orderBy('old.at')
              .limit(limit)
              .$asTuple('request_id', 'position'),
          ),
        )
      return (await run(engine, query)).changes
    },
  }
}

/** Sums by result. */
const sumsOf =
  (engine: Engine): CacheLookupStore['sums'] =>
  async ({ from, to, tenant }) => {
    const query = engine.kysely
      .selectFrom('cache_lookups')
      .select([
        'result',
        sql<bigint>`count(*)`.as('lookups'),
        sql<bigint>`sum(case when outcome = 'accepted' then 1 else 0 end)`.as('accepted'),
        sql<bigint>`sum(case when outcome = 'rejected' then 1 else 0 end)`.as('rejected'),
        sql<bigint>`sum(case when outcome = 'rejected' then 0 else saved_nano end)`.as('saved'),
        sql<bigint>`sum(case when outcome = 'rejected' then saved_nano else 0 end)`.as('lost'),
        sql<bigint>`sum(latency_us)`.as('latency_us'),
        sql<bigint>`sum(age_ms)`.as('age_ms'),
      ])
      .where('at', '>=', toMilliseconds(from))
      .where('at', '<', toMilliseconds(to))
      .$if(tenant !== undefined, (narrowed) => narrowed.where('tenant', '=', tenant ?? ''))
      .groupBy('result')
    return (await run(engine, query)).rows.map((row) => ({
      result: row.result as LookupResult,
      lookups: Number(row.lookups),
      accepted: Number(row.accepted),
      rejected: Number(row.rejected),
      savedNano: BigInt(row.saved),
      lostNano: BigInt(row.lost),
      latencyMs: Number(row.latency_us) / 1_000,
      ageMs: Number(row.age_ms),
    }))
  }

const toRow = (lookup: CacheLookup): CacheLookupRow => ({
  request_id: lookup.requestId,
  position: BigInt(lookup.position),
  tenant: toText(lookup.tenant),
  result: lookup.result,
  image_id: lookup.imageId ?? null,
  similarity_permille:
    lookup.similarity === undefined ? null : BigInt(Math.round(lookup.similarity * 1_000)),
  saved_nano: lookup.savedNano,
  latency_us: BigInt(Math.round(lookup.latencyMs * 1_000)),
  age_ms: BigInt(Math.round(Math.max(0, lookup.ageMs))),
  at: toMilliseconds(lookup.at),
  outcome: null,
})
