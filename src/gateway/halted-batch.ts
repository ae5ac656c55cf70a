import { type Budget, budgetName } from '../core/budgets/budget.ts'
import type { Batch } from '../core/jobs/batch.ts'
import type { Instant } from '../core/time.ts'
import type { BatchSums } from '../ports/job-queue.ts'
import type { Stores } from '../ports/stores.ts'

/** What is known of a batch when somebody asks whether it goes on. */
export interface BatchLook {
  readonly batch: Pick<Batch, 'id' | 'total'>
  readonly sums: Pick<BatchSums, 'counts' | 'pausedUntil'>
  readonly now: Instant
}

/**
 * The budget for which a batch would wait for ever: nothing of it is being made, and all lines that
 * are left wait for budgets that never begin anew, until somebody raises one.
 * @returns its name; undefined while the batch goes on by itself.
 */
export async function haltingBudget(
  { batch, sums: { counts, pausedUntil }, now }: BatchLook,
  { queue, budgets, chunks }: Pick<Stores, 'queue' | 'budgets' | 'chunks'>,
): Promise<string | undefined> {
  const known = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const isWorkedOn = counts.has('queued') || counts.has('running')
  // Somebody may have raised the budget: then they are due, and have not been taken yet.
  const isPaused = pausedUntil !== undefined && pausedUntil > now
  if (!isPaused || isWorkedOn || known < batch.total) return undefined
  const handedIn = await chunks.ofBatch(batch.id)
  if (handedIn.some(({ state }) => state !== 'ended')) return undefined
  const [first] = await endlessOf(await queue.budgetsPausing(batch.id), { budgets })
  return first === undefined ? undefined : budgetName(first)
}

/**
 * The budgets that pause a batch, by their ids, when none of them begins anew: then no instant is
 * known at which it goes on. None when one does begin anew.
 */
export async function endlessOf(
  ids: readonly string[],
  { budgets }: Pick<Stores, 'budgets'>,
): Promise<readonly Budget[]> {
  if (ids.length === 0) return []
  const pausing = (await budgets.list()).filter(({ id }) => ids.includes(id))
  const isForGood = pausing.length === ids.length && pausing.every(({ per }) => per === 'total')
  return isForGood ? pausing : []
}
