import type { RequestRecord } from '../core/jobs/request-record.ts'
import type { Dependencies } from './dependencies.ts'
import { openRecordStop } from './recover.ts'
import { runJob } from './run-job.ts'
import type { WorkDesk, WorkScope } from './work-desk.ts'

/** How much of its room a busy worker has free before it asks for more: fewer, larger asks. */
const REFILL_SHARE = 0.25

/** Takes jobs from the queue and makes them, as many at a time as this process may. */
export class JobWorker {
  readonly #desk: WorkDesk
  readonly #deps: Dependencies
  readonly #takes: () => 'all' | 'own' | 'nothing'
  /** Jobs that are made here, by the key that pays. */
  readonly #running = new Map<string, number>()
  #count = 0
  #batchId: string | undefined
  #looking: Promise<void> | undefined
  #isWanted = false

  /** @param takes whether everybody's work is taken up here, or no more than one is told to. */
  constructor(desk: WorkDesk, deps: Dependencies, takes: () => 'all' | 'own' | 'nothing') {
    this.#desk = desk
    this.#deps = deps
    this.#takes = takes
  }

  /** From now on takes lines of one batch, also in a process that leaves others' work alone. */
  workFor(batchId: string): void {
    this.#batchId = batchId
  }

  /** What may be taken up now; undefined for nothing. */
  get scope(): WorkScope | undefined {
    const takes = this.#takes()
    if (takes === 'all') return {}
    return takes === 'nothing' || this.#batchId === undefined
      ? undefined
      : { batchId: this.#batchId }
  }

  /** Takes what is due, if there is room. Never rejects: the next look comes. */
  look(): Promise<void> {
    this.#isWanted = true
    this.#looking ??= this.#lookOn().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #lookOn(): Promise<void> {
    const { parallelJobs } = this.#deps.limits
    while (this.#isWanted) {
      this.#isWanted = false
      const room = parallelJobs - this.#count
      const isFull = this.#count > 0 && room < parallelJobs * REFILL_SHARE
      const { scope } = this
      if (isFull || scope === undefined) return
      try {
        const jobs = await this.#claim(room, scope)
        if (jobs.length > 0) this.#deps.emit({ kind: 'jobs-claimed', count: jobs.length })
        for (const job of jobs) await this.#take(job)
      } catch (error) {
        this.#deps.log.warn({ error }, 'no look for jobs')
      }
    }
  }

  #claim(limit: number, scope: WorkScope): Promise<readonly RequestRecord[]> {
    const { clock, limits, owner, stores } = this.#deps
    const now = clock.now()
    const full = [...this.#running].filter(([, count]) => count >= limits.parallelJobsPerKey)
    return stores.queue.claim({
      ...{ owner, now, limit, leaseUntil: now + limits.leaseMs },
      exceptKeys: full.map(([keyId]) => keyId),
      ...scope,
    })
  }

  /** Starts a job, or gives it back when its key has enough: its turn comes as others end. */
  async #take(job: RequestRecord): Promise<void> {
    const { clock, limits, stores } = this.#deps
    const running = this.#running.get(job.keyId) ?? 0
    if (running >= limits.parallelJobsPerKey && job.place !== undefined) {
      const { fence, tries } = job.place
      // Behind the others that are due, so that the next look finds those first.
      const back = { state: 'queued', dueAt: clock.now(), tries } as const
      await stores.journal.commit([{ kind: 'job-put-back', id: job.id, fence, back }])
      return
    }
    this.#running.set(job.keyId, running + 1)
    this.#count += 1
    const { stop, cancel } = openRecordStop(job)
    const watch = this.#desk.teller(() => job.id)
    const made = runJob(job, { stop, watch }, this.#deps).finally(() => {
      this.#leave(job.keyId)
    })
    this.#desk.add(job.id, made, cancel)
  }

  #leave(keyId: string): void {
    const left = (this.#running.get(keyId) ?? 1) - 1
    if (left > 0) this.#running.set(keyId, left)
    else this.#running.delete(keyId)
    this.#count -= 1
    void this.look()
  }
}
