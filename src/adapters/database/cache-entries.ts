import { type ExpressionBuilder, sql } from 'kysely'
import type { CacheFilter } from '../../core/cache/cache-filter.ts'
import type { CacheEntries } from '../../ports/cache-entries.ts'
import { toMilliseconds, toText } from './columns.ts'
import { type Engine, run } from './engine.ts'
import { fromImageRow } from './rows.ts'
import type { Schema } from './schema.ts'

/** The last instant that a date can have (ECMA-262, section 21.4.1.1): pinned entries end then. */
const NEVER = 8_640_000_000_000_000n

type Entries = ExpressionBuilder<Schema, 'cache_entries'>

/** What operators do with entries: asked rarely, so nothing is compiled before. */
export function cacheEntries(engine: Engine): CacheEntries {
  const { kysely } = engine
  const matches = matcher(engine)
  return {
    async list({ filter, now, limit }) {
      const query = kysely
        .selectFrom('cache_entries')
        .innerJoin('images', 'images.id', 'cache_entries.image_id')
        .innerJoin('requests', 'requests.id', 'images.request_id')
        .selectAll('images')
        .select([
          engine.idioms.jsonText('requests.request', 'prompt').as('prompt'),
          sql<bigint>`count(*)`.as('keys'),
          sql<bigint>`count(cache_entries.unpinned_expires_at)`.as('pins'),
          sql<bigint>`max(cache_entries.expires_at)`.as('expires_at'),
        ])
        .where('cache_entries.expires_at', '>', toMilliseconds(now))
        .where('images.state', '=', 'published')
        .where((eb) => matches(eb as unknown as Entries, filter))
        .groupBy(['images.id', 'requests.request'])
        .orderBy('images.created_at', 'desc')
        .orderBy('images.id', 'desc')
        .limit(limit)
      const { rows } = await engine.execute(query.compile(), { isSlow: true })
      return rows.map((row) => ({
        image: fromImageRow(row),
        prompt: row.prompt ?? '',
        keys: Number(row.keys),
        isPinned: Number(row.pins) > 0,
        expiresAt: Number(row.expires_at),
      }))
    },
    async evict(filter) {
      const query = kysely
        .deleteFrom('cache_entries')
        .where((eb) => matches(eb, filter))
        .$if(filter.imageId === undefined, (narrowed) =>
          narrowed.where('unpinned_expires_at', 'is', null),
        )
      return (await engine.execute(query.compile(), { isSlow: true })).changes
    },
    async pin({ imageId, tenant, isPinned }) {
      const pinned = isPinned
        ? { unpinned_expires_at: sql<bigint>`expires_at`, expires_at: NEVER }
        : { unpinned_expires_at: null, expires_at: sql<bigint>`unpinned_expires_at` }
      const query = kysely
        .updateTable('cache_entries')
        .set(pinned)
        .where('image_id', '=', imageId)
        .where('unpinned_expires_at', isPinned ? 'is' : 'is not', null)
        .$if(tenant !== undefined, (narrowed) =>
          narrowed.where('tenant', '=', toText(tenant ?? '')),
        )
      return (await run(engine, query)).changes
    },
    size: sizeOf(engine),
  }
}

/** Counts what still answers. */
const sizeOf =
  (engine: Engine): CacheEntries['size'] =>
  async (now, tenant) => {
    const pinned = sql<bigint>`count(distinct
      case when unpinned_expires_at is not null then image_id end)`
    const query = engine.kysely
      .selectFrom('cache_entries')
      .select([
        sql<bigint>`count(*)`.as('entries'),
        sql<bigint>`count(distinct image_id)`.as('pictures'),
        pinned.as('pinned'),
      ])
      .where('expires_at', '>', toMilliseconds(now))
      .$if(tenant !== undefined, (narrowed) => narrowed.where('tenant', '=', toText(tenant ?? '')))
    const [row] = (await engine.execute(query.compile(), { isSlow: true })).rows
    return {
      entries: Number(row?.entries ?? 0n),
      pictures: Number(row?.pictures ?? 0n),
      pinned: Number(row?.pinned ?? 0n),
    }
  }

/** The condition that a filter makes on entries. */
function matcher({ kysely, idioms }: Engine) {
  const made = () =>
    kysely
      .selectFrom('images as made')
      .innerJoin('requests as maker', 'maker.id', 'made.request_id')
      .select('made.id')
  return (eb: Entries, { tenant, imageId, prompt, tag, before }: CacheFilter) =>
    eb.and([
      ...(tenant === undefined ? [] : [eb('cache_entries.tenant', '=', toText(tenant))]),
      ...(imageId === undefined ? [] : [eb('cache_entries.image_id', '=', imageId)]),
      ...(before === undefined
        ? []
        : [eb('cache_entries.created_at', '<', toMilliseconds(before))]),
      ...(prompt === undefined
        ? []
        : [
            eb(
              'cache_entries.image_id',
              'in',
              made().where(
                sql<string>`lower(trim(${idioms.jsonText('maker.request', 'prompt')}))`,
                '=',
                toText(prompt).trim().toLowerCase(),
              ),
            ),
          ]),
      ...(tag === undefined ? [] : [eb('cache_entries.image_id', 'in', made().where(tagged(tag)))]),
    ])

  function tagged({ name, value }: NonNullable<CacheFilter['tag']>) {
    const tags = idioms.jsonText('maker.request', 'tags')
    // A name may hold anything, so it is looked for as text and is no part of a path.
    const written = JSON.stringify(name) + (value === undefined ? ':' : `:${JSON.stringify(value)}`)
    return sql<boolean>`replace(${tags}, ${written}, '') <> ${tags}`
  }
}
