import type { RequestRecord, RequestState } from '../core/jobs/request-record.ts'
import type { Book } from '../core/ledger/entry.ts'
import type { Nano } from '../core/money.ts'
import type { Instant } from '../core/time.ts'

/** The jobs that their caller gave one name. */
export interface JobGroup {
  readonly tenant: string
  readonly group: string
}

/** Which jobs are meant, all of a group or all of a batch. */
export type JobSet = JobGroup | { readonly batchId: string }

/** What the cancelled jobs of a group came to. */
export interface CancelledSums {
  readonly jobs: number
  /** What they were expected to cost and did not. */
  readonly savedNano: Nano
}

/** What the queue holds. */
export interface QueueDepth {
  /** Requests that have not ended, by state; none of a state is no entry. */
  readonly counts: ReadonlyMap<RequestState, number>
  /** For how long the one that is due longest waits, in milliseconds; 0 when none is due. */
  readonly oldestMs: number
}

/** Sums over the lines of a batch. */
export interface BatchSums {
  /** How many of them are in which state. */
  readonly counts: ReadonlyMap<RequestState, number>
  readonly costNano: Nano
  readonly savedNano: Nano
  readonly images: number
  /** Pictures that the cache gave. */
  readonly cached: number
  /** Lines that were tried more than once. */
  readonly retried: number
  /** When the first of its paused lines goes on; undefined when none is paused. */
  readonly pausedUntil?: Instant | undefined
}

/**
 * The jobs that wait for somebody to make them. They come in and go back by facts of the journal;
 * here they are found and taken.
 */
export interface JobQueue {
  /**
   * Takes jobs that are due, the higher priority first, then in the order in which they are due,
   * and leases them to `owner`; they run from then on, each with a new fence. Two callers never get
   * the same one.
   */
  claim(claim: {
    readonly owner: string
    readonly now: Instant
    readonly leaseUntil: Instant
    readonly limit: number
    /** Keys whose jobs are left alone: they have enough of them already. */
    readonly exceptKeys: readonly string[]
    /** Takes lines of one batch only. */
    readonly batchId?: string
  }): Promise<readonly RequestRecord[]>
  /**
   * Notes that jobs are to be cancelled, as `RequestStore.askCancel` does for one, and makes them
   * due at once, so that they end.
   * @returns how many had not ended and were not asked before.
   */
  askCancelAll(jobs: JobSet, at: Instant): Promise<number>
  /** The jobs of a group that ended as cancelled, of one book. */
  sumCancelled(group: JobGroup, book: Book): Promise<CancelledSums>
  /** What waits and runs now, of all tenants. */
  depth(now: Instant): Promise<QueueDepth>
  /** How many lines of a batch are in which state. */
  countBatch(batchId: string): Promise<ReadonlyMap<RequestState, number>>
  /** The same, and what they came to so far, in one look. */
  sumBatch(batchId: string): Promise<BatchSums>
  /** Ids of the budgets that its paused lines wait for. */
  budgetsPausing(batchId: string): Promise<readonly string[]>
  /** The last line of a batch that was put into the queue; 0 when there is none. */
  lastLine(batchId: string): Promise<number>
  /** The lines of a batch in their order, from one line on. */
  lines(
    batchId: string,
    query: { readonly from: number; readonly limit: number },
  ): Promise<readonly RequestRecord[]>
}
