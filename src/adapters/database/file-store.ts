import type { StoredFile } from '../../core/jobs/batch.ts'
import type { FileStore } from '../../ports/file-store.ts'
import type { FileRow } from './batch-tables.ts'
import { fromNullable, toMilliseconds, toNullable, toText } from './columns.ts'
import { type Engine, run } from './engine.ts'

/** Files of tenants, without their bytes. */
export function fileStore(engine: Engine): FileStore {
  const { kysely } = engine
  return {
    async create(file) {
      await run(engine, kysely.insertInto('files').values(toFileRow(file)))
    },
    async file(id, tenant) {
      const found = kysely
        .selectFrom('files')
        .selectAll()
        .where('id', '=', id)
        .where('tenant', '=', toText(tenant))
      return (await run(engine, found)).rows.map(fromRow)[0]
    },
    async list({ tenant, limit, purpose, after }) {
      const newest = kysely
        .selectFrom('files')
        .selectAll()
        .where('tenant', '=', tenant)
        .$if(purpose !== undefined, (all) => all.where('purpose', '=', purpose ?? ''))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
      const page =
        after === undefined
          ? newest
          : newest.where((where) =>
              where(
                where.refTuple('created_at', 'id'),
                '<',
                where
                  .selectFrom('files as seen')
                  .select(['seen.created_at', 'seen.id'])
                  .where('seen.id', '=', after)
                  .where('seen.tenant', '=', tenant)
                  .$asTuple('created_at', 'id'),
              ),
            )
      return (await run(engine, page)).rows.map(fromRow)
    },
    async expired({ now, limit }) {
      const expired = kysely
        .selectFrom('files')
        .selectAll()
        .where('expires_at', '<=', toMilliseconds(now))
        .orderBy('expires_at')
        .orderBy('id')
        .limit(limit)
      return (await run(engine, expired)).rows.map(fromRow)
    },
    async remove({ id, digest }) {
      await run(engine, kysely.deleteFrom('files').where('id', '=', id))
      const twins = kysely.selectFrom('files').select('id').where('digest', '=', digest).limit(1)
      return (await run(engine, twins)).rows.length === 0
    },
  }
}

/** A file as a row. */
export const toFileRow = (file: StoredFile): FileRow => ({
  id: file.id,
  tenant: toText(file.tenant),
  purpose: file.purpose,
  filename: toText(file.filename),
  digest: file.digest,
  byte_length: BigInt(file.byteLength),
  created_at: toMilliseconds(file.createdAt),
  expires_at: toNullable(file.expiresAt, toMilliseconds),
})

const fromRow = (row: FileRow): StoredFile => ({
  id: row.id,
  tenant: row.tenant,
  purpose: row.purpose as StoredFile['purpose'],
  filename: row.filename,
  digest: row.digest,
  byteLength: Number(row.byte_length),
  createdAt: Number(row.created_at),
  expiresAt: fromNullable(row.expires_at, Number),
})
