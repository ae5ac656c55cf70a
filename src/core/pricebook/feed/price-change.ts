import type { Instant } from '../../time.ts'
import type { PriceRow } from '../price-row.ts'
import type { Factor } from './factor.ts'
import type { FeedSelector } from './feed-entry.ts'
import type { HoldReason } from './hold-reason.ts'
import type { OfferLifecycle } from './lifecycle.ts'

/** What can happen to a price or to the life of an offer. */
export const priceChangeKinds = [
  'appeared',
  'disappeared',
  /** An end, or a first warning of it, was announced, moved or taken back. */
  'deprecated',
  /** The book was wrong about days that have a price already, or about something but the price. */
  'corrected',
  'raised',
  'cut',
  /** Another structure, or dearer for some requests and cheaper for others. */
  'restructured',
] as const
/** See {@link priceChangeKinds}. */
export type PriceChangeKind = (typeof priceChangeKinds)[number]

interface ChangeOf<Subject extends string, Value> {
  /** From the content: the same change found twice has one id. */
  readonly id: string
  readonly subject: Subject
  readonly kind: PriceChangeKind
  readonly offer: string
  readonly old: Value | null
  readonly new: Value | null
  /** Id of the source; `book` for a book kept by hand. */
  readonly source: string
  readonly foundAt: Instant
  /** UTC day. */
  readonly effectiveFrom: string
  readonly state: 'applied' | 'quarantined'
  /** Why it waits; empty when it was applied. */
  readonly reasons: readonly HoldReason[]
}

/** A price changed. */
export interface PriceRowChange extends ChangeOf<'price', PriceRow> {
  readonly operation: string
  readonly selector: FeedSelector
  /** New to old at the reference requests; null where nothing compares. */
  readonly factor: Factor | null
  /** Every row of the slot after the change, with what it leaves of the old ones. */
  readonly rows: readonly PriceRow[]
}

/** The announced life of an offer changed. */
export interface LifecycleChange extends ChangeOf<'lifecycle', OfferLifecycle> {
  readonly operation: null
  readonly selector: null
  readonly factor: null
}

/** One change of the price book: a fact that never changes afterwards. */
export type PriceChange = PriceRowChange | LifecycleChange

/** Prices and lives at one moment of knowledge. */
export interface FeedBook {
  readonly rows: readonly PriceRow[]
  readonly lifecycles: readonly OfferLifecycle[]
}
