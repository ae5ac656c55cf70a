import type { KeyStore } from '../../ports/stores.ts'
import { toMilliseconds } from './columns.ts'
import { type Engine, run } from './engine.ts'
import { fromVirtualKeyRow, toVirtualKeyRow } from './rows.ts'
import type { VirtualKeyRow } from './schema.ts'
import { statement } from './statement.ts'

/**
 * Virtual keys. A look-up compares SHA-256 digests in an index: how long it takes says nothing of
 * the secret. Nothing is remembered here, so a revocation is seen by every process at once.
 */
export function keyStore(engine: Engine): KeyStore {
  const { kysely } = engine
  const keyBy = statement<{ digest: string }, VirtualKeyRow>({ digest: 'text' }, ({ digest }) =>
    kysely.selectFrom('virtual_keys').selectAll().where('digest', '=', digest),
  )
  return {
    async create(key) {
      await run(engine, kysely.insertInto('virtual_keys').values(toVirtualKeyRow(key)))
    },
    async byDigest(digest) {
      const { rows } = await engine.execute(keyBy({ digest }))
      return rows.map(fromVirtualKeyRow)[0]
    },
    async list() {
      const { rows } = await run(
        engine,
        kysely.selectFrom('virtual_keys').selectAll().orderBy('created_at').orderBy('id'),
      )
      return rows.map(fromVirtualKeyRow)
    },
    async revoke(id, at) {
      const { changes } = await run(
        engine,
        kysely
          .updateTable('virtual_keys')
          .set({ revoked_at: toMilliseconds(at) })
          .where('id', '=', id)
          .where('revoked_at', 'is', null),
      )
      return changes === 1
    },
  }
}
