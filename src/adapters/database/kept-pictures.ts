import { sql } from 'kysely'
import type { ImageFormat } from '../../core/request/image-request.ts'
import type { KeptPictures, Rendition } from '../../ports/kept-pictures.ts'
import type { RenditionRow } from './cache-tables.ts'
import { toMilliseconds, toText } from './columns.ts'
import { type Engine, run } from './engine.ts'
import { fromImageRow } from './rows.ts'
import { storageSums } from './storage-sums.ts'

/** What is known of stored pictures beside what made them. */
export function keptPictures(engine: Engine): KeptPictures {
  const { kysely } = engine
  return {
    ...renditions(engine),
    ...removal(engine),
    ...losses(engine),
    ...storageSums(engine),
    async list({ after, limit }) {
      const query = kysely
        .selectFrom('images')
        .selectAll()
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
      return (await run(engine, query)).rows.map(fromImageRow)
    },
  }
}

const renditions = (engine: Engine): Pick<KeptPictures, 'rendition' | 'addRendition'> => {
  const { kysely } = engine
  return {
    async rendition({ source, width, format }) {
      const query = kysely
        .selectFrom('renditions')
        .selectAll()
        .where('source', '=', source)
        .where('width', '=', BigInt(width))
        .where('format', '=', format)
      return (await run(engine, query)).rows.map(fromRow)[0]
    },
    async addRendition({ source, width, format, digest, byteLength, createdAt }) {
      const row: RenditionRow = {
        ...{ source, width: BigInt(width), format, digest, byte_length: BigInt(byteLength) },
        created_at: toMilliseconds(createdAt),
      }
      const query = kysely
        .insertInto('renditions')
        .values(row)
        .onConflict((conflict) => conflict.columns(['source', 'width', 'format']).doNothing())
      await run(engine, query)
    },
  }
}

const fromRow = (row: RenditionRow): Rendition => ({
  ...{ source: row.source, width: Number(row.width), format: row.format as ImageFormat },
  ...{ digest: row.digest, byteLength: Number(row.byte_length) },
  createdAt: Number(row.created_at),
})

const removal = (engine: Engine): Pick<KeptPictures, 'due' | 'remove'> => {
  const { kysely } = engine
  const pinned = kysely
    .selectFrom('cache_entries')
    .select('image_id')
    .where('unpinned_expires_at', 'is not', null)
  const rejected = kysely.selectFrom('verdicts').select('image_id').where('is_accepted', '=', 0n)
  return {
    async due({ rule: { only, olderThanMs, tenant }, now, limit }) {
      const query = kysely
        .selectFrom('images')
        .selectAll()
        .where('created_at', '<', toMilliseconds(now - olderThanMs))
        // What is stored and not judged belongs to work that may be taken up again.
        .where('state', 'in', only === 'refused' ? ['refused'] : ['published', 'refused'])
        .where('id', 'not in', pinned)
        .$if(only === 'rejected', (narrowed) => narrowed.where('id', 'in', rejected))
        .$if(tenant !== undefined, (narrowed) =>
          narrowed.where('tenant', '=', toText(tenant ?? '')),
        )
        .orderBy('created_at')
        .orderBy('id')
        .limit(limit)
      const { rows } = await engine.execute(query.compile(), { isSlow: true })
      return rows.map(fromImageRow)
    },
    async remove(ids) {
      if (ids.length === 0) return []
      const marked = kysely.updateTable('images').set({ state: 'removed' }).where('id', 'in', ids)
      await run(engine, marked)
      await run(engine, kysely.deleteFrom('cache_entries').where('image_id', 'in', ids))
      return unneeded(engine, ids)
    },
  }
}

const losses = (
  engine: Engine,
): Pick<KeptPictures, 'markLost' | 'markFound' | 'forgetOriginal'> => {
  const { kysely } = engine
  const change = (id: string) => kysely.updateTable('images').where('id', '=', id)
  return {
    async markLost(id) {
      // What is stored and not judged belongs to work that may be taken up again.
      const marked = change(id)
        .set({ state: 'lost' })
        .where('state', 'in', ['published', 'refused'])
      await run(engine, marked)
      await run(engine, kysely.deleteFrom('cache_entries').where('image_id', '=', id))
    },
    async markFound(id) {
      const judged = sql<string>`case when refusal is null then 'published' else 'refused' end`
      await run(engine, change(id).set({ state: judged }).where('state', '=', 'lost'))
    },
    async forgetOriginal(id) {
      const served = sql<string>`digest`
      await run(engine, change(id).set({ original_digest: served, original_bytes: null }))
    },
  }
}

/** Contents of removed pictures that no picture needs which stays, with their renditions. */
async function unneeded(engine: Engine, ids: readonly string[]): Promise<readonly string[]> {
  const { kysely } = engine
  const gone = kysely
    .selectFrom('images')
    .select(['digest', 'original_digest'])
    .where('id', 'in', ids)
  const { rows } = await run(engine, gone)
  const digests = [...new Set(rows.flatMap((row) => [row.digest, row.original_digest]))]
  if (digests.length === 0) return []
  const needed = kysely
    .selectFrom('images')
    .select(['digest', 'original_digest'])
    .where('state', '<>', 'removed')
    .where((eb) => eb.or([eb('digest', 'in', digests), eb('original_digest', 'in', digests)]))
  const kept = new Set(
    (await run(engine, needed)).rows.flatMap((row) => [row.digest, row.original_digest]),
  )
  const free = digests.filter((digest) => !kept.has(digest))
  if (free.length === 0) return []
  const derived = kysely.selectFrom('renditions').select('digest').where('source', 'in', free)
  const made = (await run(engine, derived)).rows.map(({ digest }) => digest)
  await run(engine, kysely.deleteFrom('renditions').where('source', 'in', free))
  return [...free, ...made.filter((digest) => !kept.has(digest))]
}
