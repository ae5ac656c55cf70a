import { makeId } from '../core/ids.ts'
import {
  type Batch,
  type BatchProgress,
  type BatchTerms,
  endStateOf,
  type StoredFile,
} from '../core/jobs/batch.ts'
import { isEnded } from '../core/jobs/request-record.ts'
import { batchNotice } from '../core/notices/batch-notice.ts'
import type { Notice } from '../core/notices/notice.ts'
import type { Instant } from '../core/time.ts'
import type { BatchChange } from '../ports/batch-store.ts'
import { type BatchAllowance, limitBatch, unlimitBatch } from './batch-budget.ts'
import { type BatchParts, queueInput, validateInput } from './batch-input.ts'
import { type OutputKind, printOutput } from './batch-output.ts'
import type { BatchWords } from './batch-words.ts'
import { BUDGETS_REMEMBERED_MS } from './budget-desk.ts'
import { ChunkDriver } from './chunk-drive.ts'
import type { Caller } from './dependencies.ts'
import type { Gateway } from './gateway.ts'

/** How often lines are looked at, and batches that nobody drives, in milliseconds. */
const LOOK_MS = 1_000
/** Batches taken up by one look. */
const MAX_CLAIMED = 10
/** Largest file that a batch can come to: 50,000 lines with ten large pictures each. */
const MAX_OUTPUT_BYTES = 2 ** 42

/** Batches: made, looked at, cancelled, and driven to their end by one process at a time. */
export interface BatchDesk {
  /** @param allowance what it may spend; without it the budgets of everything else limit it. */
  create(
    terms: BatchTerms,
    caller: Caller,
    windowMs: number,
    allowance?: BatchAllowance,
  ): Promise<Batch>
  /**
   * Nothing more of it is bought; what runs may still end with pictures.
   * @returns false when it has ended, or nearly so.
   */
  cancel(batch: Batch): Promise<boolean>
  /** Drives one batch to its end, and leaves all others alone. */
  drive(batch: Batch): Promise<void>
  /** Drives all batches that nobody drives, from now on. */
  start(): void
  /** Stops driving; another process goes on where this one stopped. */
  close(): Promise<void>
}

/** Thrown when another process drives the batch by now. */
class LostBatch extends Error {}

/** Opens the desk; nothing is driven yet. */
export function openBatchDesk(
  { deps, jobs }: Pick<Gateway, 'deps' | 'jobs'>,
  words: BatchWords,
): BatchDesk {
  const parts: BatchParts = { deps, jobs, words }
  const { clock, owner, limits, stores, log, random } = deps
  const stop = new AbortController()
  const driven = new Map<string, Promise<void>>()
  let loop: Promise<void> | undefined
  const pause = (limitMs = LOOK_MS) =>
    clock.sleep(Math.min(limitMs, LOOK_MS), stop.signal).catch(() => undefined)
  const take = (batch: Batch): Promise<void> => {
    const work = driveBatch(batch, parts, { pause, isStopped: () => stop.signal.aborted })
      .catch((error: unknown) => {
        if (!(error instanceof LostBatch)) log.error({ batchId: batch.id, error }, 'batch stopped')
      })
      .finally(() => driven.delete(batch.id))
    driven.set(batch.id, work)
    return work
  }
  const look = async (id?: string): Promise<void> => {
    const leaseUntil = clock.now() + limits.leaseMs
    await stores.batches.renew({ owner, ids: [...driven.keys()], leaseUntil })
    const claim = { owner, now: clock.now(), leaseUntil, limit: MAX_CLAIMED }
    const found = await stores.batches.claim(id === undefined ? claim : { ...claim, id })
    for (const batch of found) if (!driven.has(batch.id)) void take(batch)
  }
  const lookOn = async (isOver: () => Promise<boolean>, id?: string): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        await look(id)
        if (await isOver()) return
      } catch (error) {
        log.warn({ error }, 'no look for batches')
      }
      await pause()
    }
  }
  return {
    create: async (terms, caller, windowMs, allowance) => {
      const id = makeId('batch', random.bytes(16), clock.now())
      if (allowance !== undefined) await limitNew(id, allowance, deps)
      const batch = newBatch({ id, ...caller, terms }, clock.now(), windowMs)
      await stores.batches.create(batch)
      if (loop !== undefined) await look(batch.id)
      return batch
    },
    cancel: async ({ id }) => {
      const isHeard = await stores.batches.cancel(id, clock.now())
      if (isHeard) await jobs.cancelAll({ batchId: id })
      return isHeard
    },
    drive: async ({ id, tenant }) => {
      jobs.workFor(id)
      await lookOn(async () => {
        const batch = await stores.batches.batch(id, tenant)
        return batch === undefined || batch.endedAt !== undefined
      }, id)
    },
    start: () => {
      loop ??= lookOn(() => Promise.resolve(false))
    },
    close: async () => {
      stop.abort()
      await loop
      await Promise.all(driven.values())
    },
  }
}

/** A batch of which nothing is known but what is asked for. */
const newBatch = (
  { id, tenant, keyId, terms }: Pick<Batch, 'id' | 'tenant' | 'keyId' | 'terms'>,
  now: Instant,
  windowMs: number,
): Batch => ({
  ...{ id, tenant, keyId, state: 'validating', createdAt: now, expiresAt: now + windowMs },
  ...{ total: 0, fence: 0, terms, progress: {} },
})

/** Until all processes know of its budget a batch must have no line that they could make. */
async function limitNew(
  id: string,
  allowance: BatchAllowance,
  deps: BatchParts['deps'],
): Promise<void> {
  await limitBatch(id, allowance, deps)
  await deps.clock.sleep(BUDGETS_REMEMBERED_MS)
}

/** What driving waits with, and when it leaves off. */
interface Reins {
  /** @param limitMs when it shall be shorter than usual. */
  readonly pause: (limitMs?: number) => Promise<void>
  readonly isStopped: () => boolean
}

/** Takes a batch from where it is to its end; each step finds what an earlier driver left. */
async function driveBatch(found: Batch, parts: BatchParts, reins: Reins): Promise<void> {
  const { deps } = parts
  const { id, tenant, fence, terms } = found
  const change = async (changes: BatchChange, files: readonly StoredFile[] = []): Promise<void> => {
    if (changes.endedAt !== undefined) await unlimitBatch(id, deps)
    const notice = await noticeOf({ ...found, ...changes }, deps)
    const told = notice === undefined ? undefined : deps.notices.prepare(notice)
    const { batches } = deps.stores
    if (!(await batches.update({ id, fence }, changes, files, told))) throw new LostBatch()
    if (told !== undefined) deps.notices.given(told)
  }
  const current = async (): Promise<Batch> => {
    const batch = await deps.stores.batches.batch(id, tenant)
    if (batch === undefined || batch.fence !== fence) throw new LostBatch()
    return batch
  }
  const file = await deps.stores.files.file(terms.inputFileId, tenant)
  if (file === undefined) {
    const faults = [{ code: 'file_not_found', message: 'The input file was deleted.' }]
    const progress = { ...found.progress, faults }
    return change({ state: 'failed', endedAt: deps.clock.now(), progress })
  }
  if (found.state === 'validating') {
    const { total, faults } = await validateInput(file, found, deps)
    const now = deps.clock.now()
    if (faults.length > 0) {
      return change({ state: 'failed', endedAt: now, progress: { faults } })
    }
    await deps.stores.batches.update(
      { id, fence },
      { state: 'in_progress', total, progress: { inProgressAt: now } },
    )
  }
  const isOpen = async (): Promise<boolean> => {
    const { cancellingAt, expiresAt } = await current()
    return !reins.isStopped() && cancellingAt === undefined && deps.clock.now() < expiresAt
  }
  await queueInput(file, found, parts, isOpen)
  const done = await waitForLines(current, parts, reins)
  if (done !== undefined) await endBatch(file, done, parts, change)
}

/** What is told of a batch that has ended; nothing while it goes on. */
async function noticeOf(batch: Batch, { stores }: BatchParts['deps']): Promise<Notice | undefined> {
  if (batch.endedAt === undefined) return undefined
  return batchNotice(batch, await stores.queue.countBatch(batch.id))
}

/** Waits until no line runs any more. @returns undefined when this process stops first. */
async function waitForLines(
  current: () => Promise<Batch>,
  { deps, jobs }: BatchParts,
  { pause, isStopped }: Reins,
): Promise<Batch | undefined> {
  const chunks = new ChunkDriver(deps)
  while (!isStopped()) {
    const batch = await current()
    await chunks.step(batch)
    const { id: batchId, progress, cancellingAt } = batch
    const isLate = cancellingAt === undefined && deps.clock.now() >= batch.expiresAt
    const expiredAt = isLate ? (progress.expiredAt ?? deps.clock.now()) : progress.expiredAt
    if (isLate || cancellingAt !== undefined) await jobs.cancelAll({ batchId })
    const counts = await deps.stores.queue.countBatch(batchId)
    if ([...counts.keys()].every(isEnded)) {
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
      const isWhole = total >= batch.total
      // All its lines were made in time, whatever the clock says by now.
      const isMade = isWhole && !counts.has('cancelled')
      const told: BatchProgress =
        isMade || expiredAt === undefined ? progress : { ...progress, expiredAt }
      return { ...batch, progress: told }
    }
    // At the instant when it expires there is a look.
    const leftMs = batch.expiresAt - deps.clock.now()
    await pause(leftMs > 0 ? leftMs : undefined)
  }
  return undefined
}

/** Writes the files of a batch, and with them its end. */
async function endBatch(
  file: StoredFile,
  batch: Batch,
  parts: BatchParts,
  change: (changes: BatchChange, files?: readonly StoredFile[]) => Promise<void>,
): Promise<void> {
  const { clock } = parts.deps
  const progress = { ...batch.progress, finalizingAt: clock.now() }
  const state = endStateOf(batch)
  await change({ progress, ...(state === 'cancelled' ? {} : { state: 'finalizing' }) })
  const output = await writeFile('output', file, batch, parts)
  const error = await writeFile('error', file, batch, parts)
  const ended: BatchChange = {
    ...{ state, endedAt: clock.now(), progress },
    ...(output === undefined ? {} : { outputFileId: output.id }),
    ...(error === undefined ? {} : { errorFileId: error.id }),
  }
  await change(
    ended,
    [output, error].flatMap((each) => each ?? []),
  )
}

/** Stores one of the two files; undefined when it would be empty. */
async function writeFile(
  kind: OutputKind,
  input: StoredFile,
  batch: Batch,
  parts: BatchParts,
): Promise<StoredFile | undefined> {
  const { images, clock, random } = parts.deps
  const text = printOutput(kind, input, batch, parts)
  const { digest, byteLength } = await images.putStream(text, MAX_OUTPUT_BYTES)
  if (byteLength === 0) return undefined
  const now = clock.now()
  const { outputTtlMs } = batch.terms
  return {
    ...{ id: makeId('file', random.bytes(16), now), tenant: batch.tenant, digest, byteLength },
    ...{ purpose: 'batch_output', filename: `${batch.id}_${kind}.jsonl`, createdAt: now },
    ...(outputTtlMs === undefined ? {} : { expiresAt: now + outputTtlMs }),
  }
}
