import type { Compilable } from 'kysely'
import type { RequestStore } from '../../ports/stores.ts'
import { toMilliseconds } from './columns.ts'
import { type Engine, run } from './engine.ts'
import { fromAttemptRow, fromImageRow, fromRequestRow } from './rows.ts'
import type { ImageRow, RequestRow } from './schema.ts'
import { statement } from './statement.ts'
import { isUnfinished } from './unfinished.ts'

type Claim = Parameters<RequestStore['claimUnfinished']>[0]
type ListQuery = Parameters<RequestStore['list']>[0]

interface ById {
  readonly id: string
}

/** Requests, attempts and pictures, read; and the leases on requests, written. */
export function requestStore(engine: Engine): RequestStore {
  const { kysely } = engine
  // Clients poll their jobs and fetch their pictures by these two.
  const requestBy = statement<ById, RequestRow>({ id: 'text' }, ({ id }) =>
    kysely.selectFrom('requests').selectAll().where('id', '=', id),
  )
  const imageBy = statement<ById, ImageRow>({ id: 'text' }, ({ id }) =>
    kysely.selectFrom('images').selectAll().where('id', '=', id),
  )
  return {
    async request(id) {
      const { rows } = await engine.execute(requestBy({ id }))
      return rows.map(fromRequestRow)[0]
    },
    async attempts(requestId) {
      const { rows } = await run(
        engine,
        kysely
          .selectFrom('attempts')
          .selectAll()
          .where('request_id', '=', requestId)
          .orderBy('position'),
      )
      return rows.map(fromAttemptRow)
    },
    async images(requestId) {
      const { rows } = await run(
        engine,
        kysely
          .selectFrom('images')
          .innerJoin('attempts', 'attempts.id', 'images.attempt_id')
          .selectAll('images')
          .where('images.request_id', '=', requestId)
          .orderBy('attempts.position')
          .orderBy('images.position'),
      )
      return rows.map(fromImageRow)
    },
    async image(id) {
      const { rows } = await engine.execute(imageBy({ id }))
      return rows.map(fromImageRow)[0]
    },
    async list(query) {
      const { rows } = await run(engine, listQuery(engine, query))
      return rows.map(fromRequestRow)
    },
    async claimUnfinished(claim) {
      const { rows } = await run(engine, claimQuery(engine, claim))
      return rows
        .map(fromRequestRow)
        .sort((left, right) => left.createdAt - right.createdAt || (left.id < right.id ? -1 : 1))
    },
    async renewLeases(owner, leaseUntil) {
      await run(engine, heldBy(engine, owner).set({ lease_until: toMilliseconds(leaseUntil) }))
    },
    async askCancel(id, at) {
      const asked = kysely
        .updateTable('requests')
        .set({ cancel_asked_at: toMilliseconds(at) })
        .where(isUnfinished)
        .where('id', '=', id)
        .where('cancel_asked_at', 'is', null)
      await run(engine, asked)
    },
    async cancelAsked(owner) {
      const asked = kysely
        .selectFrom('requests')
        .select('id')
        .where(isUnfinished)
        .where('lease_owner', '=', owner)
        .where('cancel_asked_at', 'is not', null)
      const { rows } = await run(engine, asked)
      return rows.map(({ id }) => id)
    },
    async giveBack({ id, owner, from }) {
      const nobody = { lease_owner: null, lease_until: toMilliseconds(from) }
      await run(engine, heldBy(engine, owner).set(nobody).where('id', '=', id))
    },
  }
}

/** A change of the unfinished requests that an owner has leased. */
const heldBy = ({ kysely }: Engine, owner: string) =>
  kysely.updateTable('requests').where(isUnfinished).where('lease_owner', '=', owner)

/** Keyset paging: the page after a request begins where that request stands, at any depth. */
function listQuery({ kysely }: Engine, query: ListQuery): Compilable<RequestRow> {
  const { tenant, state, limit, after } = query
  const newest = kysely
    .selectFrom('requests')
    .selectAll()
    .where('tenant', '=', tenant)
    .$if(state !== undefined, (all) => all.where('state', '=', state ?? ''))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (after === undefined) return newest
  return newest.where((eb) =>
    eb(
      eb.refTuple('created_at', 'id'),
      '<',
      eb
        .selectFrom('requests as seen')
        .select(['seen.created_at', 'seen.id'])
        .where('seen.id', '=', after)
        .where('seen.tenant', '=', tenant)
        .$asTuple('created_at', 'id'),
    ),
  )
}

/**
 * One statement, so that two callers never get the same request: SQLite lets one writer in at a
 * time, PostgreSQL locks the rows it reads and skips those that another caller has locked.
 */
function claimQuery({ kysely, canSkipLocked }: Engine, claim: Claim): Compilable<RequestRow> {
  const { owner, now, leaseUntil, limit } = claim
  return kysely
    .with(
      // Materialised: the limit must count once, however the update is planned.
      (cte) => cte('free').materialized(),
      (query) =>
        query
          .selectFrom('requests')
          .select('requests.id')
          .where(isUnfinished)
          .where((where) =>
            where.or([
              where('requests.lease_until', 'is', null),
              where('requests.lease_until', '<=', toMilliseconds(now)),
            ]),
          )
          .orderBy('requests.created_at')
          .orderBy('requests.id')
          .limit(limit)
          .$if(canSkipLocked, (locking) => locking.forUpdate().skipLocked()),
    )
    .updateTable('requests')
    .set({ lease_owner: owner, lease_until: toMilliseconds(leaseUntil) })
    .where('requests.id', 'in', (query) => query.selectFrom('free').select('free.id'))
    .returningAll()
}
