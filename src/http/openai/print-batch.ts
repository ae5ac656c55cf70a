import type { Batch, BatchFault, BatchState } from '../../core/jobs/batch.ts'
import type { Chunk } from '../../core/jobs/chunk.ts'
import type { JsonObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import type { Instant } from '../../core/time.ts'
import { endlessOf } from '../../gateway/halted-batch.ts'
import type { Stores } from '../../ports/stores.ts'

/** A batch as OpenAI prints it, with what its lines came to and cost. */
export async function printBatch(
  batch: Batch,
  { queue, budgets, chunks }: Pick<Stores, 'queue' | 'budgets' | 'chunks'>,
): Promise<JsonObject> {
  const [{ counts, pausedUntil, ...sums }, handedIn] = await Promise.all([
    queue.sumBatch(batch.id),
    chunks.ofBatch(batch.id),
  ])
  const pausing = counts.has('paused') ? await queue.budgetsPausing(batch.id) : []
  // The queue looks again all the same, but only somebody who raises the budget makes it go on.
  const isEndless = (await endlessOf(pausing, { budgets })).length > 0
  const { terms, progress, state, endedAt } = batch
  const count = (...states: Parameters<typeof counts.get>[0][]): number =>
    states.reduce((sum, each) => sum + (counts.get(each) ?? 0), 0)
  const endedAs = (end: BatchState) => (state === end ? seconds(endedAt) : null)
  return {
    id: batch.id,
    object: 'batch',
    endpoint: terms.endpoint,
    errors: progress.faults === undefined ? null : printFaults(progress.faults),
    input_file_id: terms.inputFileId,
    completion_window: terms.window,
    status: state,
    output_file_id: batch.outputFileId ?? null,
    error_file_id: batch.errorFileId ?? null,
    created_at: seconds(batch.createdAt),
    in_progress_at: seconds(progress.inProgressAt),
    expires_at: seconds(batch.expiresAt),
    finalizing_at: seconds(progress.finalizingAt),
    completed_at: endedAs('completed'),
    failed_at: endedAs('failed'),
    expired_at: endedAs('expired'),
    cancelling_at: seconds(batch.cancellingAt),
    cancelled_at: endedAs('cancelled'),
    request_counts: { total: batch.total, completed: count('completed'), failed: count('failed') },
    metadata: terms.metadata ?? null,
    keeprate: {
      priority: terms.priority,
      cost: dollarsFromNano(sums.costNano),
      saved: dollarsFromNano(sums.savedNano),
      images: sums.images,
      cached: sums.cached,
      retried: sums.retried,
      running: count('running'),
      waiting: count('queued'),
      paused: count('paused'),
      paused_until:
        pausedUntil === undefined || isEndless ? null : new Date(pausedUntil).toISOString(),
      paused_by: pausing,
      cancelled: count('cancelled'),
      services: printServices(handedIn),
    },
  }
}

/** What providers' own batch services made, and what that saved beside calls one by one. */
function printServices(chunks: readonly Chunk[]): readonly JsonObject[] {
  // One whose lines went to the queue before they were written has none.
  const filled = chunks.filter(({ lines }) => lines.length > 0)
  const offers = [...new Set(filled.map(({ offer }) => offer))].toSorted()
  return offers.map((offer) => {
    const own = filled.filter((chunk) => chunk.offer === offer)
    const sum = (count: (chunk: Chunk) => number): number =>
      own.reduce((total, chunk) => total + count(chunk), 0)
    return {
      offer,
      batches: own.length,
      lines: sum(({ lines }) => lines.length),
      waiting: sum(({ state, lines }) => (state === 'ended' ? 0 : lines.length)),
      made: sum(({ sums }) => sums?.made ?? 0),
      queued: sum(({ sums }) => sums?.queued ?? 0),
      saved: dollarsFromNano(own.reduce((total, { sums }) => total + (sums?.savedNano ?? 0n), 0n)),
    }
  })
}

const seconds = (instant: Instant | undefined): number | null =>
  instant === undefined ? null : Math.floor(instant / 1_000)

const printFaults = (faults: readonly BatchFault[]): JsonObject => ({
  object: 'list',
  data: faults.map(({ code, line, message, param }) => ({
    ...{ code, message },
    line: line ?? null,
    param: param ?? null,
  })),
})
