import type { Verdict } from '../core/feedback/verdict.ts'
import type { Book } from '../core/ledger/entry.ts'
import type { JudgedNote } from '../core/quality/labelled-scores.ts'
import type { TimeRange } from '../core/usage/buckets.ts'

/** How many words of raters there were on pictures of a provider, in one stretch of time. */
export interface VerdictCount {
  /** Which stretch, from 0. */
  readonly stretch: number
  readonly provider: string
  /** Empty when none was named. */
  readonly purpose: string
  readonly judged: number
  readonly accepted: number
}

/** What people said of pictures. */
export interface FeedbackStore {
  /**
   * Writes a verdict in the place of the same rater's earlier one, and takes a rejected picture out
   * of the cache, in one step.
   * @param sharers the tenants that share the cache; only its own unless they are named.
   * @returns the verdict that was there before.
   */
  put(verdict: Verdict, sharers?: readonly string[]): Promise<Verdict | undefined>
  /** All verdicts on a picture, oldest first. */
  ofImage(imageId: string): Promise<readonly Verdict[]>
  /** Pictures of a purpose that gates looked at and people judged, the last judged first. */
  judgedNotes(query: {
    readonly purpose: string
    readonly book: Book
    readonly limit: number
  }): Promise<readonly JudgedNote[]>
  /** Counts the words of a range over all tenants, by stretches of equal length. */
  count(
    query: TimeRange & { readonly book: Book; readonly stretchMs: number },
  ): Promise<readonly VerdictCount[]>
}
