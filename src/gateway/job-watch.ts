import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { JobReports, ProviderJob, WebhookNotice } from '../ports/provider.ts'
import type { RequestStore } from '../ports/stores.ts'
import type { Told } from './delivery-result.ts'
import type { GatewayLimits } from './limits.ts'
import type { OpenAttempt } from './open-attempt.ts'

/** Deliveries of one call that are remembered; more are no repetitions, but nonsense. */
const MAX_DELIVERIES = 100

/** What a watch uses. */
export interface WatchTools {
  readonly clock: Clock
  readonly log: Log
  readonly limits: GatewayLimits
  readonly stores: { readonly requests: Pick<RequestStore, 'attempt'> }
}

/** How a watch is set up. */
export interface WatchOptions {
  /** How long a job is looked for whose submit was not answered, in milliseconds. */
  readonly findMs: number
  /** Whether the provider's reports are to be expected. */
  readonly isExpected: () => boolean
}

/** Follows one call of this process: what its provider reported, and who waits for that. */
export class JobWatch {
  readonly open: OpenAttempt
  readonly #tools: WatchTools
  readonly #options: WatchOptions
  readonly #deliveries = new Set<string>()
  #job: ProviderJob | undefined
  #hasEnded = false
  readonly #ended = Promise.withResolvers<void>()
  /** Whether the end was reported and no poll was made since. */
  #isEndNew = false
  #hasPaused = false
  #interrupt: () => void = () => undefined

  constructor(open: OpenAttempt, tools: WatchTools, options: WatchOptions) {
    this.open = open
    this.#tools = tools
    this.#options = options
  }

  /** Whether the job is known, by answer or report. */
  get hasJob(): boolean {
    return this.#job !== undefined
  }

  /** Whether polls went on although no end was reported. */
  get wasMissed(): boolean {
    return this.#hasPaused && !this.#hasEnded
  }

  /** For the call's context. */
  readonly reports: JobReports = {
    pause: (atLeastMs, signal) => this.#pause(atLeastMs, signal),
    ended: this.#ended.promise,
    findJob: (signal) => this.#findJob(signal),
  }

  /** Notes the job of an answered submit. */
  submitted(job: ProviderJob): void {
    this.#job = job
  }

  /** Takes a delivery that was checked. */
  tell({ job, deliveryId, isEnd }: WebhookNotice): Told {
    if (this.#job !== undefined && this.#job.id !== job.id) return 'ignored'
    if (this.#deliveries.has(deliveryId)) return 'repeated'
    if (this.#deliveries.size < MAX_DELIVERIES) this.#deliveries.add(deliveryId)
    const isFound = this.#job === undefined
    this.#job ??= job
    if (isEnd) {
      this.#hasEnded = true
      this.#isEndNew = true
      this.#ended.resolve()
    }
    if (isFound || isEnd) this.#interrupt()
    if (isFound) return 'job_found'
    return isEnd ? 'woken' : 'ignored'
  }

  async #pause(atLeastMs: number, signal: AbortSignal | undefined): Promise<void> {
    this.#hasPaused = true
    const { reportedPollMs } = this.#tools.limits
    const mayWait = !this.#hasEnded && this.#options.isExpected()
    const pauseMs = mayWait ? Math.max(atLeastMs, reportedPollMs) : atLeastMs
    if (!this.#isEndNew) await this.#sleep(pauseMs, signal)
    this.#isEndNew = false
  }

  async #findJob(signal: AbortSignal | undefined): Promise<ProviderJob | undefined> {
    const { clock, limits } = this.#tools
    const endsAt = clock.monotonicMs() + this.#options.findMs
    while (signal?.aborted !== true) {
      this.#job ??= await this.#readJob()
      const leftMs = endsAt - clock.monotonicMs()
      if (this.#job !== undefined || leftMs <= 0) break
      await this.#sleep(Math.min(limits.lookForJobMs, leftMs), signal).catch(() => undefined)
    }
    return this.#job
  }

  /** The report may have come to another process, which wrote it down. */
  async #readJob(): Promise<ProviderJob | undefined> {
    const { stores, log } = this.#tools
    const { id } = this.open.attempt
    try {
      const written = await stores.requests.attempt(id)
      return written?.job as unknown as ProviderJob | undefined
    } catch (error) {
      log.warn({ attemptId: id, error }, 'whether the job is known could not be read')
      return undefined
    }
  }

  /** Sleeps until something is reported; rejects only when the call's own signal aborts. */
  async #sleep(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
    const over = new AbortController()
    this.#interrupt = () => over.abort()
    const signals = signal === undefined ? [over.signal] : [over.signal, signal]
    try {
      await this.#tools.clock.sleep(durationMs, AbortSignal.any(signals))
    } catch (error) {
      if (!over.signal.aborted) throw error
    } finally {
      this.#interrupt = () => undefined
    }
  }
}
