import { owedTimes } from '../core/answers/owed-answer.ts'
import { countStored } from './count-stored.ts'
import type { Dependencies } from './dependencies.ts'
import { refreshLearning } from './open-learning.ts'
import { recover } from './recover.ts'
import { sweepOldPictures } from './retention.ts'
import { sweepExpiredFiles } from './sweep-files.ts'
import type { WorkDesk, WorkScope } from './work-desk.ts'

/** Renewals of a lease in its time. */
const RENEWALS = 3
/** Renewals between two sweeps of what has expired. */
const RENEWALS_PER_PURGE = 60
/** Renewals between two looks at how much is stored: with leases of ten seconds, an hour. */
const RENEWALS_PER_COUNT = 18 * RENEWALS_PER_PURGE
/** How long look-ups of the cache are counted, and uploads known by their looks: a quarter. */
const KEPT_LOOKUPS_MS = 92 * 24 * 3_600_000
/** Renewals between two looks at what other replicas learned. */
const RENEWALS_PER_REFRESH = 6

/** The loop that runs beside the requests; ends when its signal aborts. */
export interface Background {
  /** Resolves after the first look for abandoned work; only then is new work accepted. */
  readonly ready: Promise<void>
  readonly ended: Promise<void>
}

/** What the gateway tells its background work. */
export interface BackgroundOrders {
  readonly desk: WorkDesk
  /** What abandoned work may be taken up now. */
  readonly scope: () => WorkScope | undefined
  /** Looks for jobs that are due. */
  readonly look: () => Promise<void>
  readonly signal: AbortSignal
}

/**
 * Keeps this process's leases alive, cancels what others asked to be cancelled, writes what the
 * database did not take before, takes up work whose process died, takes jobs from the queue, and
 * deletes what has expired. A failing turn is logged and the next one comes; the data base may be
 * back by then.
 */
export function startBackground(deps: Dependencies, orders: BackgroundOrders): Background {
  const { signal } = orders
  const first = Promise.withResolvers<void>()
  const loop = async (): Promise<void> => {
    for (let turn = 0; !signal.aborted; turn += 1) {
      try {
        await takeTurn(turn, deps, orders)
        first.resolve()
      } catch (error) {
        deps.log.error({ error }, 'background turn failed')
      }
      await deps.clock.sleep(deps.limits.lookForWorkMs, signal).catch(() => undefined)
    }
    first.resolve()
  }
  return { ready: first.promise, ended: loop() }
}

async function takeTurn(
  turn: number,
  deps: Dependencies,
  { desk, scope, look }: BackgroundOrders,
): Promise<void> {
  const { leaseMs, lookForWorkMs } = deps.limits
  const turnsPerRenewal = Math.max(1, Math.floor(leaseMs / RENEWALS / lookForWorkMs))
  if (turn % turnsPerRenewal === 0) await renew(turn / turnsPerRenewal, deps, { desk, scope })
  for (const id of await deps.stores.requests.cancelAsked(deps.owner)) desk.cancel(id)
  await look()
}

/** What is to be done a few times in the life of a lease. */
async function renew(
  renewal: number,
  deps: Dependencies,
  { desk, scope }: Pick<BackgroundOrders, 'desk' | 'scope'>,
): Promise<void> {
  const now = deps.clock.now()
  const until = now + deps.limits.leaseMs
  await deps.stores.requests.renewLeases(deps.owner, until)
  const keptUntil = until + owedTimes.adoptMs
  await deps.stores.answers.renew({ holder: deps.owner, heldUntil: until, keptUntil })
  await deps.late.flush(deps.stores.journal, deps)
  await Promise.all([deps.lookups.flush(deps), deps.sent.flush(deps)])
  await deps.gates.sharpness.flush(deps)
  // Pins and bans are in force everywhere within one turn, what others learned a little later.
  await deps.learning.plans.readOrders(deps.stores)
  if (renewal % RENEWALS_PER_REFRESH === 0) await refreshLearning(deps)
  else deps.learning.desk.think(now)
  const mine = scope()
  if (mine !== undefined) await recover(deps, desk, mine)
  if (renewal % RENEWALS_PER_PURGE !== 0) return
  await deps.stores.cache.purge(now, deps.limits.purgeBatch)
  await sweepOldPictures(deps.retention ?? [], deps)
  await sweepExpiredFiles(deps)
  await deps.stores.similarPrompts.purge(now, deps.limits.purgeBatch)
  await deps.stores.cacheLookups.purge(now - KEPT_LOOKUPS_MS, deps.limits.purgeBatch)
  await deps.knownInputs?.purge(now - KEPT_LOOKUPS_MS, deps)
  await deps.stores.answers.purge(now, deps.limits.purgeBatch)
  if (renewal % RENEWALS_PER_COUNT === 0) await countStored(deps)
}
