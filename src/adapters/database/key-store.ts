import type { KeyStore } from '../../ports/key-store.ts'
import { toMilliseconds } from './columns.ts'
import { type Engine, run } from './engine.ts'
import { fromVirtualKeyRow, toRightsRow, toVirtualKeyRow, type VirtualKeyRow } from './key-rows.ts'
import { statement } from './statement.ts'

/**
 * Virtual keys. A look-up compares SHA-256 digests in an index: how long it takes says nothing of
 * the secret. Nothing is remembered here, so a revocation is seen by every process at once.
 */
export function keyStore(engine: Engine): KeyStore {
  const { kysely } = engine
  const keyBy = statement<{ digest: string }, VirtualKeyRow>({ digest: 'text' }, ({ digest }) =>
    kysely
      .selectFrom('virtual_keys')
      .selectAll()
      .where((where) =>
        where.or([where('digest', '=', digest), where('former_digest', '=', digest)]),
      ),
  )
  /** A change to one key that was not revoked. */
  const change = async (
    id: string,
    columns: Partial<VirtualKeyRow>,
    condition: Partial<VirtualKeyRow> = {},
  ): Promise<boolean> => {
    const { changes } = await run(
      engine,
      kysely
        .updateTable('virtual_keys')
        .set(columns)
        .where((where) => where.and({ id, ...condition }))
        .where('revoked_at', 'is', null),
    )
    return changes === 1
  }
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
    async byId(id) {
      const query = kysely.selectFrom('virtual_keys').selectAll().where('id', '=', id)
      const { rows } = await run(engine, query)
      return rows.map(fromVirtualKeyRow)[0]
    },
    update: (id, rights) => change(id, toRightsRow(rights)),
    rotate: (id, { digest, prefix, lastFour, former }) =>
      change(
        id,
        {
          ...{ digest, prefix, last_four: lastFour, former_digest: former.digest },
          former_until: toMilliseconds(former.until),
        },
        { digest: former.digest },
      ),
    revoke: (id, at) => change(id, { revoked_at: toMilliseconds(at) }),
  }
}
