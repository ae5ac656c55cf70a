import type { Fact } from '../../core/jobs/request-record.ts'
import type { Journal } from '../../ports/stores.ts'
import { type Batch, toBatch } from './batch.ts'
import type { Engine } from './engine.ts'
import { closedError, isUnavailable, journalFullError } from './errors.ts'
import { writeBatches } from './write-batches.ts'
import { prepareWrites } from './writes.ts'

/*
 * Group commit: what costs is reaching the disk, so commits that arrive together share one
 * transaction. While a group is written the next one gathers.
 */

/** Bounds of a journal, and what tests replace: how it waits and how it measures. */
export interface JournalOptions {
  /** Most facts of one group; a single larger commit is a group of its own. */
  readonly maxFactsPerGroup?: number
  /** Commits that may wait before new work is refused. What is paid already is never refused. */
  readonly maxWaitingCommits?: number
  /** Calls back after `delayMs`; 0 = after the other events of this turn. */
  readonly schedule?: (callback: () => void, delayMs: number) => void
  /** Monotonic milliseconds. */
  readonly nowMs?: () => number
}

/** A transaction this large takes some 10 ms on SQLite; larger ones only make others wait. */
const MAX_FACTS_PER_GROUP = 1_024

/** About a second of writing at the speed of one SQLite file. */
const MAX_WAITING_COMMITS = 8_192

/**
 * A database that blocks the thread rests after a group of several commits for this multiple of
 * the time the group took, so that under load at most a third of the thread waits for the disk and
 * groups grow instead. A lone commit never causes a rest: without company there is nothing to gain.
 */
const REST_RATIO = 2

/** No commit waits longer than this for company. */
const MAX_REST_MS = 10

interface Waiting {
  readonly batch: Batch
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Kinds that announce spending; a commit of nothing else may be refused. */
const announcing: ReadonlySet<Fact['kind']> = new Set([
  'request-accepted',
  'hold-opened',
  'attempt-started',
])

/** The journal of one database. `close` writes what waits and refuses what comes later. */
export class GroupCommitJournal implements Journal {
  readonly #engine: Engine
  readonly #writes
  readonly #options: Required<JournalOptions>
  #waiting: Waiting[] = []
  #isScheduled = false
  #closing: (() => void) | undefined

  constructor(engine: Engine, options: JournalOptions = {}) {
    this.#engine = engine
    this.#writes = prepareWrites(engine)
    this.#options = {
      maxFactsPerGroup: options.maxFactsPerGroup ?? MAX_FACTS_PER_GROUP,
      maxWaitingCommits: options.maxWaitingCommits ?? MAX_WAITING_COMMITS,
      schedule: options.schedule ?? schedule,
      nowMs: options.nowMs ?? (() => performance.now()),
    }
  }

  async commit(facts: readonly Fact[]): Promise<void> {
    if (facts.length === 0) return
    if (this.#closing !== undefined) throw closedError()
    const { maxWaitingCommits } = this.#options
    const isRefusable = facts.every((fact) => announcing.has(fact.kind))
    if (isRefusable && this.#waiting.length >= maxWaitingCommits) {
      throw journalFullError(maxWaitingCommits)
    }
    const batch = toBatch(facts)
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject })
      if (!this.#isScheduled) this.#scheduleNext(0)
    })
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#closing = resolve
      if (!this.#isScheduled) resolve()
    })
  }

  #scheduleNext(delayMs: number): void {
    this.#isScheduled = true
    this.#options.schedule(() => void this.#writeNext(), delayMs)
  }

  async #writeNext(): Promise<void> {
    const group = this.#takeGroup()
    const startedMs = this.#options.nowMs()
    if (group.length > 0) await this.#writeGroup(group)
    const restMs = this.#restAfter(group.length, this.#options.nowMs() - startedMs)
    if (this.#waiting.length > 0) return this.#scheduleNext(0)
    if (restMs > 0) return this.#scheduleNext(restMs)
    this.#isScheduled = false
    this.#closing?.()
  }

  #restAfter(groupLength: number, tookMs: number): number {
    const isResting = this.#engine.isBlocking && groupLength > 1 && this.#closing === undefined
    return isResting ? Math.min(tookMs * REST_RATIO, MAX_REST_MS) : 0
  }

  /**
   * The oldest commits, as many as a group may have, but of those that speak of the same thing only
   * the first: then the order inside a group cannot matter.
   */
  #takeGroup(): readonly Waiting[] {
    const subjects = new Set<string>()
    let factCount = 0
    let length = 0
    for (const { batch } of this.#waiting) {
      factCount += batch.factCount
      if (length > 0 && factCount > this.#options.maxFactsPerGroup) break
      if (batch.subjects.some((subject) => subjects.has(subject))) break
      for (const subject of batch.subjects) subjects.add(subject)
      length += 1
    }
    const group = this.#waiting.slice(0, length)
    this.#waiting = this.#waiting.slice(length)
    return group
  }

  /** Never rejects: each commit hears of its own end. */
  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      const batches = group.map(({ batch }) => batch)
      await this.#engine.transact(() => writeBatches(this.#writes, batches))
      for (const { resolve } of group) resolve()
    } catch (error) {
      if (group.length > 1 && !isUnavailable(error)) {
        // One of them contradicts what is written; alone, the others pass.
        for (const waiting of group) await this.#writeGroup([waiting])
        return
      }
      for (const { reject } of group) reject(error)
    }
  }
}

const schedule = (callback: () => void, delayMs: number): void => {
  if (delayMs === 0) setImmediate(callback)
  else setTimeout(callback, delayMs)
}
