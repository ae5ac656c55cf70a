import type { Book } from '../core/ledger/entry.ts'
import type { TimeRange } from '../core/usage/buckets.ts'
import type { UsageRow } from '../core/usage/usage-sums.ts'

/** What is asked of usage. Real and simulated usage are never added up, so a book is named. */
export interface UsageQuery extends TimeRange {
  readonly book: Book
  /** Absent for an operator, who sees all tenants. */
  readonly tenant?: string
}

/** Usage, from sums that are kept in the transactions that write the facts. */
export interface UsageStore {
  /**
   * Usage of a range, a row for each series that has any; equal to a full scan of the ledger, to
   * the nano-dollar. Both ends must be quarters of an hour.
   */
  sums(query: UsageQuery): Promise<readonly UsageRow[]>
}
