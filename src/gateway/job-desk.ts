import {
  type Fact,
  isEnded,
  type JobFilter,
  type RequestRecord,
} from '../core/jobs/request-record.ts'
import type { CancelledSums, JobGroup, JobSet } from '../ports/job-queue.ts'
import type { Dependencies } from './dependencies.ts'
import type { JobWorker } from './job-worker.ts'
import { type Enqueued, toQueued } from './to-queued.ts'
import { bookInUse } from './usage-report.ts'
import type { WorkDesk, WorkNews } from './work-desk.ts'

/** How long a cancelling is waited for before the job is shown as it is then, in milliseconds. */
const CANCEL_WAIT_MS = 1_000

/** How often a job that runs elsewhere is looked at, in milliseconds. */
const LOOK_MS = 1_000

/** What came of cancelling a group, so far: asked again, it says what came of it since. */
export interface CancelledGroup {
  /** Jobs that were asked to stop now. */
  readonly asked: number
  /** What all of its jobs came to that have ended as cancelled. */
  readonly cancelled: CancelledSums
}

/** Requests as jobs: what they have come to, and how they are stopped. */
export interface JobDesk {
  /** Undefined for an unknown job and for another tenant's alike. */
  read(id: string, tenant: string): Promise<RequestRecord | undefined>
  list(query: {
    readonly tenant: string
    readonly limit: number
    readonly state?: JobFilter
    readonly after?: string
  }): Promise<readonly RequestRecord[]>
  /**
   * Buys nothing more for a job and gives up the calls that can be stopped, whichever process makes
   * them. One that has ended stays as it is.
   * @returns the job as it is then, which may still be running.
   */
  cancel(id: string, tenant: string): Promise<RequestRecord | undefined>
  /**
   * Cancels all jobs of a group or of a batch that have not ended, whoever makes them.
   * @returns how many.
   */
  cancelAll(jobs: JobSet): Promise<number>
  /** Cancels all jobs of a group, and waits a moment for those that end at once. */
  cancelGroup(group: JobGroup): Promise<CancelledGroup>
  /** Puts requests into the queue, all or none, together with other facts; durable then. */
  enqueue(
    requests: readonly Enqueued[],
    more?: (...ids: string[]) => readonly Fact[],
  ): Promise<readonly string[]>
  /** Makes the lines of a batch here, also where nothing else is taken from the queue. */
  workFor(batchId: string): void
  /** Resolves when it is worth while to look at a job again. */
  pause(id: string, signal: AbortSignal): Promise<void>
  /** Whether this process works on a job. */
  isMadeHere(id: string): boolean
  /** Listens to the news of a job, if it runs here. @returns what ends the listening. */
  listen(id: string, listener: (news: WorkNews) => void): () => void
}

/** Puts the desk together: the records of all processes, and the work of this one. */
export function openJobDesk(deps: Dependencies, work: WorkDesk, worker: JobWorker): JobDesk {
  const { clock, stores } = deps
  const read: JobDesk['read'] = async (id, tenant) => {
    const record = await stores.requests.request(id)
    return record?.tenant === tenant ? record : undefined
  }
  /** Waits for a time, or for the end of all jobs where they are made here. */
  const wait = async (
    ids: readonly string[],
    limitMs: number,
    signal?: AbortSignal,
  ): Promise<void> => {
    const over = new AbortController()
    const signals = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal])
    const late = clock.sleep(limitMs, signals).catch(() => undefined)
    await Promise.race([late, Promise.all(ids.map((id) => work.end(id) ?? late))])
    over.abort()
  }
  const cancelAll: JobDesk['cancelAll'] = async (jobs) => {
    const count = await stores.queue.askCancelAll(jobs, clock.now())
    for (const id of await stores.requests.cancelAsked(deps.owner)) work.cancel(id)
    await worker.look()
    return count
  }
  return {
    read,
    list: (query) => stores.requests.list(query),
    cancel: async (id, tenant) => {
      const found = await read(id, tenant)
      if (found === undefined || isEnded(found.state)) return found
      await stores.requests.askCancel(id, clock.now())
      work.cancel(id)
      // What waits is taken, to be ended.
      await worker.look()
      if (work.isAtWork(id)) await wait([id], CANCEL_WAIT_MS)
      return read(id, tenant)
    },
    cancelAll,
    cancelGroup: async (group) => {
      const asked = await cancelAll(group)
      const ending = await stores.requests.cancelAsked(deps.owner)
      await wait(ending, CANCEL_WAIT_MS)
      const book = bookInUse(deps.snapshot().providers.values())
      return { asked, cancelled: await stores.queue.sumCancelled(group, book) }
    },
    enqueue: async (requests, more = () => []) => {
      const records = requests.map((each) => toQueued(each, deps))
      const accepted = records.map((request) => ({ kind: 'request-accepted', request }) as const)
      const ids = records.map(({ id }) => id)
      await stores.journal.commit([...accepted, ...more(...ids)])
      void worker.look()
      return ids
    },
    workFor: (batchId) => {
      worker.workFor(batchId)
      void worker.look()
    },
    pause: (id, signal) => wait([id], LOOK_MS, signal),
    isMadeHere: (id) => work.isAtWork(id),
    listen: (id, listener) => work.listen(id, listener),
  }
}
