/**
 * Speed of the queue on a SQLite file: how many jobs go in, and how many are claimed, in a second.
 * Real time, because what counts is reaching the disk.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../src/adapters/database/open-database.ts'
import type { RequestRecord } from '../src/core/jobs/request-record.ts'
import type { RatingFigure } from './rating.ts'

const JOBS = 10_000
/** As lines of a batch come in, and as a process with free room takes them. */
const AT_ONCE = 100
const NOW = Date.parse('2026-11-26T12:00:00Z')

const jobOf = (line: number): RequestRecord => ({
  id: `req_${String(line).padStart(36, '0')}`,
  ...{ tenant: 'bench', keyId: 'key_bench', operation: 'generate', model: 'auto', state: 'queued' },
  request: { operation: 'generate', prompt: `a cup, number ${line}`, n: 1 },
  ...{ plan: {}, book: 'real', priceVersion: 'bench', createdAt: NOW, costNano: 0n },
  place: { priority: 'low', dueAt: NOW, tries: 0, fence: 0, batch: { id: 'batch_bench', line } },
})

/** Measures both; some seconds. */
export async function measureQueue(): Promise<readonly RatingFigure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'keeprate-bench-queue-'))
  const stores = await openDatabase(join(folder, 'keeprate.db'))
  try {
    const enqueuedMs = await timed(async () => {
      for (let first = 0; first < JOBS; first += AT_ONCE) {
        const jobs = Array.from({ length: AT_ONCE }, (_, index) => jobOf(first + index))
        await stores.journal.commit(
          jobs.map((request) => ({ kind: 'request-accepted', request }) as const),
        )
      }
    })
    let claimed = 0
    const claimedMs = await timed(async () => {
      for (let more = 1; more > 0; claimed += more) {
        const claim = { owner: 'bench', now: NOW, leaseUntil: NOW + 10_000, limit: AT_ONCE }
        more = (await stores.queue.claim({ ...claim, exceptKeys: [] })).length
      }
    })
    if (claimed !== JOBS) throw new Error(`${claimed} of ${JOBS} jobs were claimed`)
    const figureOf = (what: string, ms: number): RatingFigure => ({
      ...{ what, measured: (JOBS * 1_000) / ms, unit: '/s', goal: 2_000, isAtLeast: true },
    })
    return [
      figureOf('jobs put into the queue, SQLite', enqueuedMs),
      figureOf('jobs claimed from the queue, SQLite', claimedMs),
    ]
  } finally {
    await stores.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
