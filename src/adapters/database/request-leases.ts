import { type Compilable, sql } from 'kysely'
import type { RequestStore } from '../../ports/stores.ts'
import { toMilliseconds } from './columns.ts'
import { type Engine, run } from './engine.ts'
import { fromRequestRow } from './rows.ts'
import type { RequestRow } from './schema.ts'
import { isRunning, isUnfinished } from './unfinished.ts'

type Claim = Parameters<RequestStore['claimUnfinished']>[0]

/** Which process works on an unfinished request, and what it is asked to do about it. */
export function requestLeases(
  engine: Engine,
): Pick<
  RequestStore,
  'claimUnfinished' | 'renewLeases' | 'giveBack' | 'askCancel' | 'cancelAsked'
> {
  const { kysely } = engine
  return {
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
        .set(cancelled(toMilliseconds(at)))
        .where(isUnfinished)
        .where('id', '=', id)
        .where('cancel_asked_at', 'is', null)
      await run(engine, asked)
    },
    async cancelAsked(owner) {
      const asked = kysely
        .selectFrom('requests')
        .select('id')
        .where(isRunning)
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

/** Asked to be cancelled; what waits is due at once then, so that it ends. */
export const cancelled = (at: bigint) => ({
  cancel_asked_at: at,
  due_at: sql<bigint | null>`case when requests.due_at > ${at} then ${at}
    else requests.due_at end`,
})

/** A change of the unfinished requests that an owner has leased. */
const heldBy = ({ kysely }: Engine, owner: string) =>
  kysely.updateTable('requests').where(isRunning).where('lease_owner', '=', owner)

/**
 * One statement, so that two callers never get the same request: SQLite lets one writer in at a
 * time, PostgreSQL locks the rows it reads and skips those that another caller has locked.
 */
function claimQuery({ kysely, canSkipLocked }: Engine, claim: Claim): Compilable<RequestRow> {
  const { owner, now, leaseUntil, limit, batchId } = claim
  return kysely
    .with(
      // Materialised: the limit must count once, however the update is planned.
      (cte) => cte('free').materialized(),
      (query) =>
        query
          .selectFrom('requests')
          .select('requests.id')
          .where(isRunning)
          .where((where) =>
            where.or([
              where('requests.lease_until', 'is', null),
              where('requests.lease_until', '<=', toMilliseconds(now)),
            ]),
          )
          .$if(batchId !== undefined, (own) => own.where('requests.batch_id', '=', batchId ?? ''))
          .orderBy('requests.created_at')
          .orderBy('requests.id')
          .limit(limit)
          .$if(canSkipLocked, (locking) => locking.forUpdate().skipLocked()),
    )
    .updateTable('requests')
    .set({
      lease_owner: owner,
      lease_until: toMilliseconds(leaseUntil),
      // Of a job; what nobody queued has none, and null stays null. Whose own lease ran out while
      // the database was slow goes on with it.
      fence: sql<bigint | null>`requests.fence
        + case when requests.lease_owner = ${owner} then 0 else 1 end`,
    })
    .where('requests.id', 'in', (query) => query.selectFrom('free').select('free.id'))
    .returningAll()
}
