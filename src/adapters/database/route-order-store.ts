import type { RouteOrder } from '../../core/routing/route-order.ts'
import type { RouteOrderStore } from '../../ports/route-order-store.ts'
import { toMilliseconds, toText } from './columns.ts'
import { type Engine, run } from './engine.ts'

/** Orders of operators. */
export function routeOrderStore(engine: Engine): RouteOrderStore {
  const { kysely } = engine
  return {
    async list() {
      const query = kysely
        .selectFrom('route_orders')
        .selectAll()
        .orderBy('purpose')
        .orderBy('offer')
      return (await run(engine, query)).rows.map(({ purpose, offer, kind, at }) => ({
        kind: kind as RouteOrder['kind'],
        ...(purpose === '' ? {} : { purpose }),
        ...{ offer, at: Number(at) },
      }))
    },
    async put({ kind, purpose = '', offer, at }) {
      const row = { purpose: toText(purpose), offer: toText(offer), kind, at: toMilliseconds(at) }
      await run(
        engine,
        kysely
          .insertInto('route_orders')
          .values(row)
          .onConflict((conflict) =>
            conflict.columns(['purpose', 'offer']).doUpdateSet({ kind, at: row.at }),
          ),
      )
    },
    async remove({ kind, purpose = '', offer }) {
      const query = kysely
        .deleteFrom('route_orders')
        .where('purpose', '=', toText(purpose))
        .where('offer', '=', toText(offer))
        .where('kind', '=', kind)
      return (await run(engine, query)).changes > 0
    },
  }
}
