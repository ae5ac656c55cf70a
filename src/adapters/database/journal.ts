import type { Fact } from '../../core/jobs/request-record.ts'
import type { Journal } from '../../ports/stores.ts'
import { type Batch, toBatch } from './batch.ts'
import type { Engine } from './engine.ts'
import { budgetError, closedError, isUnavailable, journalFullError } from './errors.ts'

/*
 * Group commit: what costs is reaching the disk, so commits that arrive together share one
 * transaction. While a group is written the next one gathers.
 */

/** Bounds of a journal, and what tests replace: how it waits. */
export interface JournalOptions {
  /** Most facts of one group; a single larger commit is a group of its own. */
  readonly maxFactsPerGroup?: number
  /** Commits that may wait before new work is refused. What is paid already is never refused. */
  readonly maxWaitingCommits?: number
  /** Calls back after the other events of this turn. */
  readonly schedule?: (callback: () => void) => void
}

/** A transaction this large takes some 10 ms on SQLite; larger ones only make others wait. */
const MAX_FACTS_PER_GROUP = 1_024

/** About a second of writing at the speed of one SQLite file. */
const MAX_WAITING_COMMITS = 8_192

interface Waiting {
  readonly batch: Batch
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Kinds that announce spending; a commit of nothing else may be refused. */
const announcing: ReadonlySet<Fact['kind']> = new Set([
  'key-used',
  'request-accepted',
  'job-begun',
  'answer-owed',
  'hold-opened',
  'attempt-started',
])

/** The journal of one database. `close` writes what waits and refuses what comes later. */
export class GroupCommitJournal implements Journal {
  readonly #write: Engine['write']
  readonly #options: Required<JournalOptions>
  #waiting: Waiting[] = []
  #isScheduled = false
  #closing: (() => void) | undefined

  /** @param write writes a group in one transaction. */
  constructor(write: Engine['write'], options: JournalOptions = {}) {
    this.#write = write
    this.#options = {
      maxFactsPerGroup: options.maxFactsPerGroup ?? MAX_FACTS_PER_GROUP,
      maxWaitingCommits: options.maxWaitingCommits ?? MAX_WAITING_COMMITS,
      schedule: options.schedule ?? setImmediate,
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
      if (!this.#isScheduled) this.#scheduleNext()
    })
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#closing = resolve
      if (!this.#isScheduled) resolve()
    })
  }

  #scheduleNext(): void {
    this.#isScheduled = true
    this.#options.schedule(() => void this.#writeNext())
  }

  async #writeNext(): Promise<void> {
    const group = this.#takeGroup()
    if (group.length > 0) await this.#writeGroup(group)
    if (this.#waiting.length > 0) return this.#scheduleNext()
    this.#isScheduled = false
    this.#closing?.()
  }

  /**
   * The oldest commits, as many as a group may have. A group is written table by table, so of two
   * that speak of the same thing the later one may join only when it goes on where the earlier one
   * ended: then that order is theirs.
   */
  #takeGroup(): readonly Waiting[] {
    const ends = new Map<string, number>()
    let factCount = 0
    let length = 0
    for (const { batch } of this.#waiting) {
      factCount += batch.factCount
      if (length > 0 && factCount > this.#options.maxFactsPerGroup) break
      if (batch.subjects.some((subject) => (ends.get(subject) ?? 0) > batch.from)) break
      for (const subject of batch.subjects) ends.set(subject, batch.until)
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
      const refused = new Map(
        (await this.#write(batches)).map(({ index, refusal }) => [index, refusal]),
      )
      for (const [index, { resolve, reject }] of group.entries()) {
        const refusal = refused.get(index)
        if (refusal === undefined) resolve()
        else reject(budgetError(refusal))
      }
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
