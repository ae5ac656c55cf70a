import { sql } from 'kysely'
import type { Quality } from '../../core/request/image-request.ts'
import type { CacheStore } from '../../ports/stores.ts'
import { toMilliseconds } from './columns.ts'
import { type Engine, run } from './engine.ts'
import { fromImageRow } from './rows.ts'
import type { ImageRow } from './schema.ts'
import { statement } from './statement.ts'

/** Which pictures answer which key. Every request asks, so the question is compiled once. */
export function cacheStore(engine: Engine): CacheStore {
  const { kysely } = engine
  const findBy = statement<FindValues, FoundRow>(
    { cache_key: 'text', now: 'bigint', limit: 'bigint' },
    ({ cache_key, now, limit }) =>
      kysely
        .selectFrom('cache_entries as entry')
        .innerJoin('images', 'images.id', 'entry.image_id')
        .selectAll('images')
        .select([
          'entry.created_at as entry_created_at',
          'entry.expires_at as entry_expires_at',
          'entry.quality as entry_quality',
          'entry.floor_permille as entry_floor_permille',
        ])
        .where('entry.cache_key', '=', cache_key)
        .where('entry.expires_at', '>', now)
        .where('images.state', '=', 'published')
        .orderBy('entry.created_at', 'desc')
        .orderBy('entry.image_id', 'desc')
        // As an expression: SQLite would prepare the statement anew for each value of a bare one.
        .limit(sql<number>`cast(${limit} as bigint)`),
  )
  return {
    async find({ key, now, limit }) {
      const { rows } = await engine.execute(
        findBy({ cache_key: key, now: toMilliseconds(now), limit }),
      )
      return rows.map((row) => ({
        entry: {
          key,
          imageId: row.id,
          tenant: row.tenant,
          createdAt: Number(row.entry_created_at),
          expiresAt: Number(row.entry_expires_at),
          ...(row.entry_quality === null ? {} : { quality: row.entry_quality as Quality }),
          ...(row.entry_floor_permille === null
            ? {}
            : { floor: Number(row.entry_floor_permille) / 1_000 }),
        },
        image: fromImageRow(row),
      }))
    },
    async purge(now, limit) {
      const { changes } = await run(
        engine,
        kysely
          .deleteFrom('cache_entries')
          .where((eb) =>
            eb(
              eb.refTuple('cache_key', 'image_id'),
              'in',
              eb
                .selectFrom('cache_entries as expired')
                .select(['expired.cache_key', 'expired.image_id'])
                .where('expired.expires_at', '<=', toMilliseconds(now))
                .orderBy('expired.expires_at')
                .limit(limit)
                .$asTuple('cache_key', 'image_id'),
            ),
          ),
      )
      return changes
    },
  }
}

interface FindValues {
  readonly cache_key: string
  readonly now: bigint
  readonly limit: number
}

interface FoundRow extends ImageRow {
  readonly entry_created_at: bigint
  readonly entry_expires_at: bigint
  readonly entry_quality: string | null
  readonly entry_floor_permille: bigint | null
}
