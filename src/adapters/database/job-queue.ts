import { type Compilable, type CompiledQuery, type SelectQueryBuilder, sql } from 'kysely'
import { priorities } from '../../core/jobs/queue-place.ts'
import type { RequestState } from '../../core/jobs/request-record.ts'
import { nanoFromDollars } from '../../core/money.ts'
import type { JobQueue } from '../../ports/job-queue.ts'
import { fromNullable, toMilliseconds } from './columns.ts'
import { type Engine, run } from './engine.ts'
import { cancelled } from './request-leases.ts'
import { fromRequestRow } from './rows.ts'
import type { RequestRow, Schema } from './schema.ts'
import { isPaused, isRunning, isUnfinished, isWaiting } from './unfinished.ts'

type Claim = Parameters<JobQueue['claim']>[0]

/** What {@link JobQueue.depth} counts, and when the first of those that wait is due. */
interface Depth {
  readonly waiting: bigint
  readonly paused: bigint
  readonly running: bigint
  readonly due_at: bigint | null
}

/** The queue in the table of requests. */
export function jobQueue(engine: Engine): JobQueue {
  const { kysely } = engine
  return {
    async claim(claim) {
      const taken: RequestRow[] = []
      const due = await engine.execute(duePriorities(engine, claim))
      for (const { priority } of due.rows) {
        const limit = claim.limit - taken.length
        if (limit <= 0) break
        const { rows } = await run(engine, claimQuery(engine, { ...claim, limit }, priority))
        taken.push(...rows.toSorted(byDue))
      }
      return taken.map(fromRequestRow)
    },
    async askCancelAll(jobs, at) {
      const asked = kysely
        .updateTable('requests')
        .set(cancelled(toMilliseconds(at)))
        .where(isUnfinished)
        .where('cancel_asked_at', 'is', null)
      const { changes } = await run(
        engine,
        'batchId' in jobs
          ? asked.where('batch_id', '=', jobs.batchId)
          : asked
              .where('tenant', '=', jobs.tenant)
              .where('group_name', '=', jobs.group)
              .where(sql<boolean>`group_name <> ''`),
      )
      return changes
    },
    async sumCancelled({ tenant, group }, book) {
      const saved = engine.idioms.jsonText('summary', 'cancelled', 'saved')
      const cancelled = kysely
        .selectFrom('requests')
        .select(saved.as('saved'))
        .where('tenant', '=', tenant)
        .where('group_name', '=', group)
        .where(sql<boolean>`group_name <> '' and state = 'cancelled'`)
        .where('book', '=', book)
      const { rows } = await run(engine, cancelled)
      const savedNano = rows.reduce((sum, row) => sum + nanoFromDollars(row.saved ?? '0'), 0n)
      return { jobs: rows.length, savedNano }
    },
    async depth(now) {
      // Each is answered by its index alone; sorting 50,000 rows by state takes ten times as long.
      const count = (which: typeof isWaiting) =>
        sql<bigint>`(select count(*) from requests where ${which})`
      const counted = sql<Depth>`select ${count(isWaiting)} as waiting,
        ${count(isPaused)} as paused, ${count(isRunning)} as running,
        (select min(due_at) from requests where ${isWaiting}) as due_at`
      const [depth] = (await engine.execute(counted.compile(kysely))).rows
      const { waiting = 0n, paused = 0n, running = 0n, due_at: dueAt } = depth ?? {}
      const counts = [
        ['queued', Number(waiting - paused)],
        ['paused', Number(paused)],
        ['running', Number(running)],
      ] as const
      return {
        counts: new Map<RequestState, number>(counts.filter(([, number]) => number > 0)),
        oldestMs: Math.max(0, now - Number(dueAt ?? now)),
      }
    },
    ...batchLines(engine),
    ...batchSums(engine),
  }
}

/** The lines of batches among them, counted and read. */
function batchLines(engine: Engine): Pick<JobQueue, 'countBatch' | 'lastLine' | 'lines'> {
  const { kysely } = engine
  return {
    async countBatch(batchId) {
      const counted = kysely
        .selectFrom('requests')
        .select(['state', kysely.fn.countAll<bigint>().as('count')])
        .where('batch_id', '=', batchId)
        .groupBy('state')
      const { rows } = await run(engine, counted)
      return new Map(rows.map(({ state, count }) => [state as RequestState, Number(count)]))
    },
    async lastLine(batchId) {
      const last = kysely
        .selectFrom('requests')
        .select((select) => select.fn.max('batch_line').as('line'))
        .where('batch_id', '=', batchId)
      const [row] = (await run(engine, last)).rows
      return Number(row?.line ?? 0)
    },
    async lines(batchId, { from, limit }) {
      const lines = kysely
        .selectFrom('requests')
        .selectAll()
        .where('batch_id', '=', batchId)
        .where('batch_line', '>=', BigInt(from))
        .orderBy('batch_line')
        .limit(limit)
      return (await run(engine, lines)).rows.map(fromRequestRow)
    },
  }
}

/** What they came to, and what they wait for; both from one index. */
function batchSums(engine: Engine): Pick<JobQueue, 'sumBatch' | 'budgetsPausing'> {
  const { kysely } = engine
  return {
    async sumBatch(batchId) {
      const sum = (column: string) =>
        sql<bigint>`cast(coalesce(sum(${sql.ref(column)}), 0) as bigint)`
      const sums = kysely
        .selectFrom('requests')
        .select([
          'state',
          kysely.fn.countAll<bigint>().as('count'),
          sum('cost_nano').as('cost'),
          sum('saved_nano').as('saved'),
          sum('made_images').as('images'),
          sum('made_cached').as('cached'),
          sql<bigint>`count(case when tries > 0 then 1 end)`.as('retried'),
          sql<bigint | null>`min(due_at)`.as('due_at'),
        ])
        .where('batch_id', '=', batchId)
        .groupBy('state')
      const { rows } = await run(engine, sums)
      const total = (column: 'cost' | 'saved' | 'images' | 'cached' | 'retried'): bigint =>
        rows.reduce((all, row) => all + row[column], 0n)
      const paused = rows.find(({ state }) => state === 'paused')
      return {
        counts: new Map(rows.map(({ state, count }) => [state as RequestState, Number(count)])),
        ...{ costNano: total('cost'), savedNano: total('saved') },
        images: Number(total('images')),
        cached: Number(total('cached')),
        retried: Number(total('retried')),
        pausedUntil: fromNullable(paused?.due_at ?? null, Number),
      }
    },
    async budgetsPausing(batchId) {
      const pausing = kysely
        .selectFrom('requests')
        .select('paused_by')
        .distinct()
        .where('batch_id', '=', batchId)
        .where(isPaused)
        .orderBy('paused_by')
      const { rows } = await run(engine, pausing)
      return rows.flatMap(({ paused_by }) => paused_by ?? [])
    },
  }
}

const byDue = (left: RequestRow, right: RequestRow): number =>
  Number((left.due_at ?? 0n) - (right.due_at ?? 0n)) || (left.id < right.id ? -1 : 1)

type Waiting = SelectQueryBuilder<Schema, 'requests', object>

/** Jobs of one priority that may be claimed. */
function dueJobs(query: Waiting, claim: Claim, priority: bigint): Waiting {
  const { now, exceptKeys, batchId } = claim
  return query
    .where(isWaiting)
    .where('requests.priority', '=', priority)
    .where('requests.due_at', '<=', toMilliseconds(now))
    .$if(exceptKeys.length > 0, (free) => free.where('requests.key_id', 'not in', exceptKeys))
    .$if(batchId !== undefined, (own) => own.where('requests.batch_id', '=', batchId ?? ''))
}

/** A look that writes nothing: most of the time there is no job. */
function duePriorities(
  { kysely }: Engine,
  claim: Claim,
): CompiledQuery<{ readonly priority: bigint }> {
  const looks = priorities.map((_, index) => {
    const priority = BigInt(index)
    const due = dueJobs(kysely.selectFrom('requests'), claim, priority).select('requests.id')
    return sql`select cast(${priority} as bigint) as priority where exists ${due}`
  })
  const all = sql<{ readonly priority: bigint }>`${sql.join(looks, sql` union all `)} order by 1`
  return all.compile(kysely)
}

/** One statement, for the same reason as that of `RequestStore.claimUnfinished`. */
function claimQuery(
  { kysely, canSkipLocked }: Engine,
  claim: Claim,
  priority: bigint,
): Compilable<RequestRow> {
  const { owner, leaseUntil, limit } = claim
  return kysely
    .with(
      (cte) => cte('free').materialized(),
      (query) =>
        dueJobs(query.selectFrom('requests'), claim, priority)
          .select('requests.id')
          .orderBy('requests.due_at')
          .orderBy('requests.id')
          .limit(limit)
          .$if(canSkipLocked, (locking) => locking.forUpdate().skipLocked()),
    )
    .updateTable('requests')
    .set((set) => ({
      state: 'running',
      lease_owner: owner,
      lease_until: toMilliseconds(leaseUntil),
      fence: set('requests.fence', '+', 1n),
    }))
    .where('requests.id', 'in', (query) => query.selectFrom('free').select('free.id'))
    .returningAll()
}
