import { createHash } from 'node:crypto'
import { type Advance, advanceFeed, type FeedInput } from '../core/pricebook/feed/advance.ts'
import { overlay } from '../core/pricebook/feed/effective.ts'
import { anySelector, type FeedEntry, type PriceEntry } from '../core/pricebook/feed/feed-entry.ts'
import { emptyFeedState, type FeedState } from '../core/pricebook/feed/feed-state.ts'
import type { PriceChange } from '../core/pricebook/feed/price-change.ts'
import type { SourceRef } from '../core/pricebook/feed/trust.ts'
import { type PriceRow, priceRowSchema } from '../core/pricebook/price-row.ts'
import type { Component } from '../core/pricing/structures/index.ts'
import { dayOf, type Instant } from '../core/time.ts'

const HOUR_MS = 3_600_000

/** SHA-256 as lower-case hex, for everything that needs a digest in a test. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A vendor's list, as most tests need one. */
export const vendor: SourceRef = { id: 'acme-list', kind: 'own', trust: 'vendor' }
/** A second list of the same standing. */
export const otherVendor: SourceRef = { id: 'other-list', kind: 'own', trust: 'vendor' }
/** A list kept by strangers. */
export const community: SourceRef = { id: 'litellm', kind: 'litellm', trust: 'community' }

/** A row of a book for `acme/painter`, dollars an image. */
export const bookRow = (usd: string, change: Partial<PriceRow> = {}): PriceRow =>
  priceRowSchema.parse({
    offer: 'acme/painter',
    operation: 'generate',
    components: [{ kind: 'per_image', usd }],
    valid_from: '2026-01-01',
    source: { url: 'https://example.com/prices', read_at: '2026-01-01', confidence: 'high' },
    ...change,
  })

/** An entry for `acme/painter`, dollars an image, of a source without dates. */
export const priceEntry = (
  price: string | readonly Component[],
  change: Partial<PriceEntry> = {},
): PriceEntry => ({
  what: 'price',
  offer: 'acme/painter',
  operation: 'generate',
  selector: anySelector,
  components: typeof price === 'string' ? [{ kind: 'per_image', usd: price }] : price,
  validFrom: '2026-11-01',
  validTo: null,
  currency: 'USD',
  confidence: 'high',
  doubts: [],
  evidence: {
    source: vendor.id,
    key: 'painter',
    url: 'https://example.com/feed',
    readAt: '2026-11-01',
  },
  ...change,
})

/** A feed over a book, driven by hand: every look takes place when the test says so. */
export class FeedStand {
  readonly curated: readonly PriceRow[]
  state: FeedState = emptyFeedState
  now: Instant = Date.parse('2026-11-01T12:00:00Z')
  /** All events so far. */
  readonly changes: PriceChange[] = []

  constructor(curated: readonly PriceRow[] = []) {
    this.curated = curated
  }

  /** Lets hours pass. */
  later(hours: number): this {
    this.now += hours * HOUR_MS
    return this
  }

  /** A look at a source; entries without a date of their own are read today. */
  read(source: SourceRef, entries: readonly FeedEntry[]): Advance {
    const today = dayOf(this.now)
    const dated = entries.map((entry) => readToday(entry, today, source.id))
    return this.take({ kind: 'reading', source, reading: { entries: dated, skipped: [] } })
  }

  /** Any other input. */
  take(input: FeedInput): Advance {
    const context = { now: this.now, curated: this.curated, digest: sha256 }
    const advance = advanceFeed(this.state, input, context)
    this.state = advance.state
    this.changes.push(...advance.changes)
    return advance
  }

  /** The rows that hold now, the book's and the feed's. */
  rows(): readonly PriceRow[] {
    const today = dayOf(this.now)
    return overlay(this.curated, this.state.book.rows).filter(
      ({ valid_from, valid_to }) => valid_from <= today && (valid_to === null || today <= valid_to),
    )
  }

  /** What one image of an offer costs now, where the price is one per image. */
  usd(offer = 'acme/painter'): string | undefined {
    const [component] = this.rows().find((row) => row.offer === offer)?.components ?? []
    return component?.kind === 'per_image' ? component.usd : undefined
  }
}

function readToday(entry: FeedEntry, today: string, source: string): FeedEntry {
  const evidence = { ...entry.evidence, readAt: today, source }
  if (entry.what !== 'price') return { ...entry, evidence }
  const isUndated = entry.validFrom === entry.evidence.readAt
  return { ...entry, evidence, validFrom: isUndated ? today : entry.validFrom }
}
