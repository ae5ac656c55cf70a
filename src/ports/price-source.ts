import type { FeedReading } from '../core/pricebook/feed/feed-entry.ts'
import type { SourceRef } from '../core/pricebook/feed/trust.ts'
import type { Instant } from '../core/time.ts'

/** What the source said of its last answer, so that the next one can be "nothing new". */
export interface SourceVersion {
  readonly etag?: string
  readonly lastModified?: string
}

/** One look at a source. */
export type SourceAnswer =
  | { readonly kind: 'unchanged'; readonly fetchedAt: Instant }
  | {
      readonly kind: 'read'
      readonly reading: FeedReading
      readonly version: SourceVersion
      readonly fetchedAt: Instant
    }

/** Every way a look can fail. */
export type SourceFailureCode =
  | 'unreachable'
  | 'timeout'
  | 'too_large'
  /** The server answered with an error. */
  | 'refused'
  /** What came is no price list of the expected form. */
  | 'unreadable'
  /** The signature is missing or wrong. */
  | 'unsigned'

/** Thrown by {@link PriceSource}; recognised by its marker property. */
export interface SourceFailure extends Error {
  readonly sourceFailure: SourceFailureCode
}

/**
 * A place where prices can be read. Reading changes nothing, so a look may be repeated, and one
 * that was lost costs nothing: the last reading stays in force.
 */
export interface PriceSource extends SourceRef {
  /** How often to look; the loop adds its jitter. */
  readonly everyMs: number
  /** @throws SourceFailure; what was known before stays. */
  fetch(version: SourceVersion, signal: AbortSignal): Promise<SourceAnswer>
}
