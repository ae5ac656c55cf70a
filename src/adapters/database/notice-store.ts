import { type Compilable, sql } from 'kysely'
import type { NoticeStore } from '../../ports/notice-store.ts'
import { toMilliseconds } from './columns.ts'
import { type Engine, run } from './engine.ts'
import {
  type DeliveryRow,
  fromDeliveryRow,
  fromDestinationRow,
  fromNoticeRow,
  toDeliveryRow,
  toDestinationRow,
} from './notice-rows.ts'

/** With a literal: only then SQLite sees that the partial index answers it. */
const isPending = sql<boolean>`deliveries.state = 'pending'`

/** Who is told, and what is on its way. */
export const noticeStore = (engine: Engine): NoticeStore => ({
  ...destinationStore(engine),
  ...deliveryWork(engine),
  ...deliveryLog(engine),
  ...keptNotices(engine),
})

function keptNotices(engine: Engine): Pick<NoticeStore, 'noticesAfter' | 'forgetNotices'> {
  const { kysely } = engine
  return {
    async noticesAfter({ after, tenant, limit }) {
      const query = kysely
        .selectFrom('notices')
        .selectAll()
        .where('id', '>', after)
        .$if(tenant !== undefined, (own) => own.where('tenant', '=', tenant ?? ''))
        .orderBy('id')
        .limit(limit)
      return (await run(engine, query)).rows.map(fromNoticeRow)
    },
    async forgetNotices({ before, kept }) {
      const newest = kysely.selectFrom('notices as newest').select('newest.id')
      const last = newest.orderBy('newest.id', 'desc').limit(1).offset(kept)
      await run(engine, kysely.deleteFrom('notices').where('id', '<', before))
      await run(engine, kysely.deleteFrom('notices').where('id', '<=', last))
    },
  }
}

function destinationStore(
  engine: Engine,
): Pick<NoticeStore, 'destinations' | 'putDestination' | 'removeDestination' | 'replaceSettings'> {
  const { kysely } = engine
  const store = {
    async destinations() {
      const query = kysely.selectFrom('destinations').selectAll().orderBy('created_at')
      return (await run(engine, query.orderBy('id'))).rows.map(fromDestinationRow)
    },
    async putDestination(destination: Parameters<NoticeStore['putDestination']>[0]) {
      const row = toDestinationRow(destination)
      const { id: _, created_at: __, ...changes } = row
      await run(
        engine,
        kysely
          .insertInto('destinations')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doUpdateSet(changes)),
      )
    },
    async removeDestination(id: string) {
      await run(engine, kysely.deleteFrom('destinations').where('id', '=', id))
    },
  }
  return {
    ...store,
    async replaceSettings(destinations) {
      const known = new Map((await store.destinations()).map((each) => [each.id, each]))
      for (const destination of destinations) {
        const before = known.get(destination.id)
        // One that said it is gone stays disabled until somebody enables it.
        const { disabledAt, disabledReason } = before ?? {}
        const disabled = disabledAt === undefined ? {} : { disabledAt, disabledReason }
        await store.putDestination({ ...destination, ...disabled } as typeof destination)
      }
      const ids = destinations.map(({ id }) => id)
      await run(
        engine,
        kysely
          .deleteFrom('destinations')
          .where('source', '=', 'settings')
          .$if(ids.length > 0, (query) => query.where('id', 'not in', ids)),
      )
    },
  }
}

function deliveryWork(engine: Engine): Pick<NoticeStore, 'claimDeliveries' | 'recordDelivery'> {
  const { kysely } = engine
  return {
    async claimDeliveries(claim) {
      const { rows } = await run(engine, claimQuery(engine, claim))
      return rows
        .map(fromDeliveryRow)
        .sort((left, right) => left.nextAt - right.nextAt || (left.id < right.id ? -1 : 1))
    },
    async recordDelivery(delivery, owner) {
      const { state, tries, try_count, next_at, ended_at } = toDeliveryRow(delivery)
      const { changes } = await run(
        engine,
        kysely
          .updateTable('deliveries')
          .set({ state, tries, try_count, next_at, ended_at, lease_owner: null, lease_until: 0n })
          .where('id', '=', delivery.id)
          .where('lease_owner', '=', owner),
      )
      return changes === 1
    },
  }
}

/** One statement, like that of the leases of requests. */
function claimQuery(
  { kysely, canSkipLocked }: Engine,
  { owner, now, leaseUntil, limit, except }: Parameters<NoticeStore['claimDeliveries']>[0],
): Compilable<DeliveryRow> {
  return kysely
    .with(
      (cte) => cte('free').materialized(),
      (query) =>
        query
          .selectFrom('deliveries')
          .select('deliveries.id')
          .where(isPending)
          .where('deliveries.next_at', '<=', toMilliseconds(now))
          .where('deliveries.lease_until', '<=', toMilliseconds(now))
          .$if(except.length > 0, (free) =>
            free.where((where) =>
              where.or([
                where('deliveries.destination_id', 'is', null),
                where('deliveries.destination_id', 'not in', except),
              ]),
            ),
          )
          .orderBy('deliveries.next_at')
          .orderBy('deliveries.id')
          .limit(limit)
          .$if(canSkipLocked, (locking) => locking.forUpdate().skipLocked()),
    )
    .updateTable('deliveries')
    .set({ lease_owner: owner, lease_until: toMilliseconds(leaseUntil) })
    .where('deliveries.id', 'in', (query) => query.selectFrom('free').select('free.id'))
    .returningAll()
}

function deliveryLog(
  engine: Engine,
): Pick<
  NoticeStore,
  'delivery' | 'deliveries' | 'hasDelivered' | 'replayDelivery' | 'purgeDeliveries'
> {
  const { kysely } = engine
  return {
    async delivery(id) {
      const query = kysely.selectFrom('deliveries').selectAll().where('id', '=', id)
      return (await run(engine, query)).rows.map(fromDeliveryRow)[0]
    },
    async deliveries({ owners, destinationId, state, limit, after }) {
      if (owners.length === 0) return []
      let query = kysely.selectFrom('deliveries').selectAll().where('owner', 'in', owners)
      if (destinationId !== undefined) query = query.where('destination_id', '=', destinationId)
      if (state !== undefined) query = query.where('state', '=', state)
      if (after !== undefined) query = query.where('id', '<', after)
      const { rows } = await run(engine, query.orderBy('id', 'desc').limit(limit))
      return rows.map(fromDeliveryRow)
    },
    async hasDelivered({ id, tenant }, since) {
      const one = kysely
        .selectFrom('deliveries')
        .select('id')
        .where('owner', '=', tenant)
        .where('destination_id', '=', id)
        .where('state', '=', 'delivered')
        .where('ended_at', '>=', toMilliseconds(since))
        .limit(1)
      return (await run(engine, one)).rows.length > 0
    },
    async replayDelivery(id, now) {
      const anew = { state: 'pending', try_count: 0n, next_at: toMilliseconds(now), ended_at: null }
      const { changes } = await run(
        engine,
        kysely
          .updateTable('deliveries')
          .set(anew)
          .where('id', '=', id)
          .where('lease_until', '<=', toMilliseconds(now)),
      )
      return changes === 1
    },
    async purgeDeliveries(endedBefore, limit) {
      const old = kysely
        .selectFrom('deliveries as old')
        .select('old.id')
        .where('old.ended_at', '<=', toMilliseconds(endedBefore))
        .limit(limit)
      const { changes } = await run(engine, kysely.deleteFrom('deliveries').where('id', 'in', old))
      return changes
    },
  }
}
