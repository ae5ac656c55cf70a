import type { Modifier } from '../../pricing/modifiers/index.ts'
import type { Component } from '../../pricing/structures/index.ts'
import type { PriceRow } from '../price-row.ts'
import type { SourceRef } from './trust.ts'

/** Which calls a price is for, as in the rows of a book; null = any. */
export interface FeedSelector {
  readonly quality: string | null
  readonly resolution: string | null
  readonly size: string | null
}

/** A price for any quality, resolution and size. */
export const anySelector: FeedSelector = { quality: null, resolution: null, size: null }

/** Where a figure was read. */
export interface FeedEvidence {
  /** Id of the source. */
  readonly source: string
  /** The name the source files it under, so that a person can look it up. */
  readonly key: string
  readonly url: string
  /** UTC day. */
  readonly readAt: string
  readonly note?: string
}

/** Something in an entry that forbids to act on it alone, however small the change is. */
export interface Doubt {
  readonly code: 'known_wrong' | 'unit_error' | 'partial_price'
  /** One sentence for people. */
  readonly text: string
}

interface EntryOf<What extends string> {
  readonly what: What
  /** `provider/model`: our catalogue's name where the model is known, else the source's own. */
  readonly offer: string
  readonly evidence: FeedEvidence
}

interface PricedPart {
  readonly operation: string
  readonly selector: FeedSelector
}

/** A price that a source states. */
export interface PriceEntry extends EntryOf<'price'>, PricedPart {
  readonly components: readonly Component[]
  /** Absent = the source says nothing about them, so those of the book stay. */
  readonly modifiers?: readonly Modifier[]
  /** Absent = the source says nothing about it. */
  readonly billedOn?: PriceRow['billed_on']
  /** First UTC day; of a source without dates the day on which it was read. */
  readonly validFrom: string
  readonly validTo: string | null
  /** ISO 4217. Anything but USD needs a `currency` modifier. */
  readonly currency: string
  readonly confidence: PriceRow['source']['confidence']
  readonly doubts: readonly Doubt[]
}

/** A figure that cannot be a price, under a name that can have one. */
export interface FlawedEntry extends EntryOf<'flawed'>, PricedPart {
  readonly flaw: 'zero' | 'negative' | 'not_a_number'
  readonly text: string
}

/** How long a model lives, as a source says. */
export interface LifecycleEntry extends EntryOf<'lifecycle'> {
  readonly lifecycle: {
    readonly deprecatedAt?: string
    readonly shutdownAt?: string
    readonly replacement?: string
  }
}

/** One statement of a price source. */
export type FeedEntry = PriceEntry | FlawedEntry | LifecycleEntry

/** What a source lists and we do not take, with the reason. */
export interface SkippedEntry {
  readonly key: string
  readonly code: SkipCode
  readonly text: string
}

/** Every reason for which a row of a source is left out. */
export type SkipCode =
  /** It states no price at all. */
  | 'no_price'
  /** Filed among the images by mistake. */
  | 'not_an_image_model'
  /** An estimate for one size of a model whose exact price by the token is known. */
  | 'estimate_of_tokens'
  /** One price without a size, beside a list of sizes with other prices. */
  | 'covered_by_sizes'
  /** Repeats the cheapest quality under a name that says any quality. */
  | 'any_quality_is_the_lowest'
  /** Another name of a model that is listed under its own. */
  | 'other_name'
  /** A tariff that no price structure of ours can express. */
  | 'no_structure'
  /** The row cannot be read. */
  | 'unreadable'
  /** The same model is sold dearer by another supplier of the same reseller. */
  | 'cheaper_supplier'
  /** Too few or too different bills to learn a price from. */
  | 'not_settled'
  /** The model is not in our catalogue. */
  | 'unknown_model'

/** Everything one look at a source brought. */
export interface FeedReading {
  readonly entries: readonly FeedEntry[]
  readonly skipped: readonly SkippedEntry[]
}

/** A price with the source that states it. */
export interface SourcedPrice {
  readonly source: SourceRef
  readonly entry: PriceEntry
}

/** What a price is for: offer, operation, selector. */
export interface PriceSlot extends PricedPart {
  readonly offer: string
}

/** One text per slot, for maps; selectors are told apart without regard to case, as in a book. */
export const slotKey = ({ offer, operation, selector }: PriceSlot): string =>
  [offer, operation, selector.quality, selector.resolution, selector.size]
    .map((part, index) => (index < 2 ? part : (part?.toLowerCase() ?? '')))
    .join('|')

/** The slot of a row of a book. */
export const slotOf = (row: PriceRow): PriceSlot => ({
  offer: row.offer,
  operation: row.operation,
  selector: {
    quality: row.when.quality ?? null,
    resolution: row.when.resolution ?? null,
    size: row.when.size ?? null,
  },
})
