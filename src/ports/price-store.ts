import type { BillTally } from '../core/pricebook/feed/bill-tally.ts'
import type { FeedState } from '../core/pricebook/feed/feed-state.ts'
import type { PriceChange } from '../core/pricebook/feed/price-change.ts'
import type { RecordedChange } from '../core/pricebook/feed/recorded-change.ts'
import type { Instant } from '../core/time.ts'
import type { SourceVersion } from './price-source.ts'

/** The feeds' state as all replicas share it. */
export interface StoredFeed {
  readonly state: FeedState
  /** Grows by one with each step; 0 before the first. */
  readonly revision: number
}

/** What is known of looks at one source. */
export interface SourceStatus {
  readonly id: string
  readonly version: SourceVersion
  /** The last look that succeeded. */
  readonly fetchedAt?: Instant
  /** Failures since then. */
  readonly failures: number
  readonly failedAt?: Instant
  readonly error?: string
  /** Not before this instant is it looked at again, by any replica. */
  readonly dueAt: Instant
}

/** Prices that were read, what changed, and what providers charged; shared by all replicas. */
export interface PriceStore {
  feed(): Promise<StoredFeed>
  /**
   * Writes the next state together with the changes that led to it.
   * @returns false, and nothing is written, when another process was faster.
   */
  advance(step: {
    readonly from: number
    readonly state: FeedState
    readonly changes: readonly RecordedChange[]
  }): Promise<boolean>
  /** Newest first; `after` is the id of the last one seen. */
  changes(query: {
    readonly limit: number
    readonly after?: string
    readonly offer?: string
    readonly kind?: PriceChange['kind']
    readonly state?: PriceChange['state']
  }): Promise<readonly RecordedChange[]>
  sources(): Promise<readonly SourceStatus[]>
  /** Takes the right to look at a source until an instant; false when it is not due. */
  claimSource(claim: {
    readonly id: string
    readonly now: Instant
    readonly until: Instant
  }): Promise<boolean>
  noteSource(status: SourceStatus): Promise<void>
  /**
   * Puts one process's tallies of a UTC day in the place of those that it put there before; what
   * other processes put stays, so that two of them never lose each other's bills.
   */
  putBills(part: {
    readonly day: string
    /** Name of the process. */
    readonly owner: string
    readonly tallies: readonly BillTally[]
  }): Promise<void>
  /** The tallies of all processes and of all days from one on, added up by slot. */
  bills(since: string): Promise<readonly BillTally[]>
  /** Forgets tallies of days before. */
  purgeBills(before: string): Promise<void>
}
