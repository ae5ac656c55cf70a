import type { Instant } from '../../time.ts'
import type { FeedEntry, SkippedEntry } from './feed-entry.ts'
import type { FeedBook } from './price-change.ts'
import type { QuarantineItem } from './quarantine.ts'
import type { SourceRef } from './trust.ts'

/** An entry, and since when the source no longer lists it. */
export interface KnownEntry {
  readonly entry: FeedEntry
  /** Null while the source lists it. */
  readonly missingSince: Instant | null
}

/** What is known of a source. */
export interface KnownReading {
  readonly source: SourceRef
  /** When the source was last asked, whether or not it had changed. */
  readonly fetchedAt: Instant
  readonly entries: readonly KnownEntry[]
  readonly skipped: readonly SkippedEntry[]
}

/**
 * All that the price feeds know: plain data that JSON can carry, so that it is stored as one value
 * and taken up again after a restart.
 */
export interface FeedState {
  /** By the source's id. */
  readonly readings: Readonly<Record<string, KnownReading>>
  /** The feed's layer of prices. Only rows that some source states and that may act. */
  readonly book: FeedBook
  /** Id of the source of each slot that has rows in `book`. */
  readonly origins: Readonly<Record<string, string>>
  readonly quarantine: readonly QuarantineItem[]
}

/** Before any source was read. */
export const emptyFeedState: FeedState = {
  readings: {},
  book: { rows: [], lifecycles: [] },
  origins: {},
  quarantine: [],
}
