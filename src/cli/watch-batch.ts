import type { Keeprate } from '../config/open-keeprate.ts'
import type { Batch } from '../core/jobs/batch.ts'
import { haltingBudget } from '../gateway/halted-batch.ts'
import { printProgress } from './batch-progress.ts'

/** How often progress is shown: to people at a terminal, and in a log. */
const SHOW_MS = { terminal: 500, log: 10_000, services: 10_000 } as const
/** How often is looked; a log is not written with each look. */
const LOOK_MS = 500

/**
 * Shows progress on standard error until the signal aborts, rewriting one line where there is a
 * terminal.
 * @param onHalt called once when the batch cannot go on, with the name of the budget that stops it.
 */
export async function watchBatch(
  batch: Pick<Batch, 'id' | 'tenant'>,
  { stores, gateway }: Keeprate,
  { signal, onHalt }: { readonly signal: AbortSignal; readonly onHalt: (budget: string) => void },
): Promise<void> {
  const { clock } = gateway.deps
  const isTerminal = process.stderr.isTTY && process.env.NO_COLOR === undefined
  const showMs = isTerminal ? SHOW_MS.terminal : SHOW_MS.log
  const startMs = clock.monotonicMs()
  let before: number | undefined
  let [atServices, readAtMs, shownAtMs] = [0, ...Array(2).fill(Number.NEGATIVE_INFINITY)]
  let halting: string | undefined
  // What it ended with is shown as well.
  for (let isLast = false; !isLast; ) {
    isLast = signal.aborted
    const [sums, current] = await Promise.all([
      stores.queue.sumBatch(batch.id),
      stores.batches.batch(batch.id, batch.tenant),
    ])
    const [completed = 0, failed = 0, cancelled = 0] = (
      ['completed', 'failed', 'cancelled'] as const
    ).map((state) => sums.counts.get(state))
    before ??= completed + failed + cancelled
    // A large batch has thousands of lines there, and hours.
    if (isLast || clock.monotonicMs() - readAtMs >= SHOW_MS.services) {
      atServices = await linesAtServices(batch.id, stores)
      readAtMs = clock.monotonicMs()
    }
    const total = current?.total ?? 0
    const look = { batch: { ...batch, total }, sums, now: clock.now() }
    if (halting === undefined && !isLast) {
      halting = await haltingBudget(look, stores)
      if (halting !== undefined) onHalt(halting)
    }
    if (isLast || clock.monotonicMs() - shownAtMs >= showMs) {
      const line = printProgress({
        ...{ total, completed, failed, cancelled, before },
        ...{ cached: sums.cached, retried: sums.retried, spentNano: sums.costNano },
        elapsedMs: clock.monotonicMs() - startMs,
        ...{ atServices, pausedUntil: halting === undefined ? sums.pausedUntil : undefined },
      })
      process.stderr.write(isTerminal ? `\r\u001b[2K${line}` : `${line}\n`)
      shownAtMs = clock.monotonicMs()
    }
    await clock.sleep(LOOK_MS, signal).catch(() => undefined)
  }
  if (isTerminal) process.stderr.write('\n')
}

async function linesAtServices(batchId: string, { chunks }: Keeprate['stores']): Promise<number> {
  const open = (await chunks.ofBatch(batchId)).filter(({ state }) => state !== 'ended')
  return open.reduce((sum, { lines }) => sum + lines.length, 0)
}
