import type { PricePart } from '../layers.ts'
import { slotKey, slotOf } from './feed-entry.ts'
import type { FeedState } from './feed-state.ts'
import type { OfferLifecycle } from './lifecycle.ts'

/** What the price feeds put in force. */
export interface FeedLayer {
  /** Rows by the source that they come from, so that lists and receipts can name it. */
  readonly parts: readonly PricePart[]
  readonly lifecycles: readonly OfferLifecycle[]
}

/** The layer that a state of the feeds makes. */
export function feedLayerOf({ book, origins }: FeedState): FeedLayer {
  const bySource = Map.groupBy(book.rows, (row) => origins[slotKey(slotOf(row))] ?? 'feed')
  return {
    parts: [...bySource].map(([name, rows]) => ({ name, rows })),
    lifecycles: book.lifecycles,
  }
}
