import { sql } from 'kysely'
import type { KeptPictures } from '../../ports/kept-pictures.ts'
import { type Engine, run } from './engine.ts'

/** How much is stored and was sent. */
export function storageSums(
  engine: Engine,
): Pick<KeptPictures, 'stored' | 'noteStored' | 'storedDays' | 'addTraffic' | 'traffic'> {
  const { kysely } = engine
  const kept = kysely.selectFrom('images').where('state', 'not in', ['removed', 'lost'])
  const served = kept.select(['digest', 'byte_length as bytes'])
  const originals = kept
    .select(['original_digest as digest', sql<bigint>`original_bytes`.as('bytes')])
    .where('original_bytes', 'is not', null)
  const derived = kysely.selectFrom('renditions').select(['digest', 'byte_length as bytes'])
  const files = kysely.selectFrom('files').select(['digest', 'byte_length as bytes'])
  // The same content may be several of these at once.
  const contents = kysely
    .selectFrom(served.unionAll(originals).unionAll(derived).unionAll(files).as('each'))
    .select(sql<bigint>`max(each.bytes)`.as('bytes'))
    .groupBy('each.digest')
  return {
    async stored() {
      const ofPictures = kept.select(sql<bigint>`count(distinct digest)`.as('pictures')).compile()
      const ofContents = kysely
        .selectFrom(contents.as('content'))
        .select(sql<bigint>`sum(content.bytes)`.as('bytes'))
        .compile()
      const [pictures] = (await engine.execute(ofPictures, { isSlow: true })).rows
      const [sum] = (await engine.execute(ofContents, { isSlow: true })).rows
      return { pictures: Number(pictures?.pictures ?? 0), bytes: Number(sum?.bytes ?? 0) }
    },
    async noteStored({ day, bytes }) {
      const query = kysely
        .insertInto('stored_days')
        .values({ day, bytes: BigInt(bytes), looks: 1n })
        .onConflict((conflict) =>
          conflict.column('day').doUpdateSet((set) => ({
            bytes: set('stored_days.bytes', '+', set.ref('excluded.bytes')),
            looks: set('stored_days.looks', '+', set.ref('excluded.looks')),
          })),
        )
      await run(engine, query)
    },
    async storedDays(limit) {
      const query = kysely.selectFrom('stored_days').selectAll().orderBy('day', 'desc').limit(limit)
      const { rows } = await run(engine, query)
      return rows
        .map(({ day, bytes, looks }) => ({ day, bytes: Number(bytes) / Number(looks) }))
        .toReversed()
    },
    async addTraffic({ month, bytes }) {
      const query = kysely
        .insertInto('sent_bytes')
        .values({ month, bytes: BigInt(bytes) })
        .onConflict((conflict) =>
          conflict.column('month').doUpdateSet((set) => ({
            bytes: set('sent_bytes.bytes', '+', set.ref('excluded.bytes')),
          })),
        )
      await run(engine, query)
    },
    async traffic(limit) {
      const query = kysely
        .selectFrom('sent_bytes')
        .selectAll()
        .orderBy('month', 'desc')
        .limit(limit)
      const { rows } = await run(engine, query)
      return rows.map(({ month, bytes }) => ({ month, bytes: Number(bytes) }))
    },
  }
}
