import { sql } from 'kysely'
import type { PictureLook } from '../../core/quality/measures/picture-look.ts'
import type { KnownUpload, KnownUploadStore } from '../../ports/known-uploads.ts'
import type { KnownUploadRow } from './cache-tables.ts'
import { toMilliseconds, toText } from './columns.ts'
import { type Engine, run } from './engine.ts'
import { statement } from './statement.ts'

interface ListValues {
  readonly owner: string
  readonly at: bigint
  readonly name: string
  readonly limit: number
}

/** Looks of uploads. */
export function knownUploadStore(engine: Engine): KnownUploadStore {
  const { kysely } = engine
  // Every request with uploads asks what others saw since.
  const listBy = statement<ListValues, KnownUploadRow>(
    { owner: 'text', at: 'bigint', name: 'text', limit: 'bigint' },
    ({ owner, at, name, limit }) =>
      kysely
        .selectFrom('known_uploads')
        .selectAll()
        .where('owner', '=', owner)
        .where(sql<boolean>`(seen_at, name) > (cast(${at} as bigint), cast(${name} as text))`)
        .orderBy('seen_at')
        .orderBy('name')
        .limit(sql<number>`cast(${limit} as bigint)`),
  )
  return {
    async put(upload) {
      const row = toRow(upload)
      const query = kysely
        .insertInto('known_uploads')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['owner', 'name']).doUpdateSet({ seen_at: row.seen_at }),
        )
      await run(engine, query)
    },
    async list({ owner, after, limit }) {
      const place = { at: toMilliseconds(after.seenAt), name: after.name }
      const query = listBy({ owner: toText(owner), ...place, limit })
      return (await engine.execute(query)).rows.map(fromRow)
    },
    async purge({ kept, before, limit }) {
      const newer = sql<bigint>`row_number() over
        (partition by owner order by seen_at desc, name desc)`
      const ranked = kysely
        .selectFrom('known_uploads')
        .select(['owner', 'name', 'seen_at', newer.as('place')])
      const due = kysely
        .selectFrom(ranked.as('ranked'))
        .select(['ranked.owner', 'ranked.name'])
        .where((eb) =>
          eb.or([eb('place', '>', BigInt(kept)), eb('seen_at', '<', toMilliseconds(before))]),
        )
        .limit(limit)
      const query = kysely
        .deleteFrom('known_uploads')
        .where((eb) => eb(eb.refTuple('owner', 'name'), 'in', due.$asTuple('owner', 'name')))
      return (await run(engine, query)).changes
    },
  }
}

/** A look as a document: its cells are bytes. */
type KeptLook = Omit<PictureLook, 'cells'> & { readonly cells: string }

const toRow = ({ owner, name, look, seenAt }: KnownUpload): KnownUploadRow => ({
  ...{ owner: toText(owner), name, seen_at: toMilliseconds(seenAt) },
  look: JSON.stringify({ ...look, cells: Buffer.from(look.cells).toString('base64') }),
})

const fromRow = ({ owner, name, look, seen_at }: KnownUploadRow): KnownUpload => {
  const { cells, ...rest } = JSON.parse(look) as KeptLook
  const known = { ...rest, cells: new Uint8Array(Buffer.from(cells, 'base64')) }
  return { owner, name, look: known, seenAt: Number(seen_at) }
}
