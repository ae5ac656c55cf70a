import type { Instant } from '../../time.ts'
import type { PriceRow } from '../price-row.ts'

/** What the feed is worked out from, beside its own state. */
export interface FeedContext {
  readonly now: Instant
  /** The rows under the feed: the live book and what the operator keeps. */
  readonly curated: readonly PriceRow[]
  readonly digest: (text: string) => string
}
