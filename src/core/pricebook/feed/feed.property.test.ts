import { describe, expect, test } from 'vitest'
import { fc } from '../../../testing/fast-check.ts'
import {
  bookRow,
  community,
  FeedStand,
  otherVendor,
  priceEntry,
  sha256,
  vendor,
} from '../../../testing/feed-stand.ts'
import { decimal } from '../../pricing/decimal.ts'
import { makePriceBook } from '../price-book.ts'
import type { PriceRow } from '../price-row.ts'
import { applyChanges, diffBooks } from './diff.ts'
import { anySelector, type PriceEntry, type SourcedPrice } from './feed-entry.ts'
import { unknownLifecycle } from './lifecycle.ts'
import type { FeedBook } from './price-change.ts'
import { reconcile } from './reconcile.ts'
import { curatedSource, type SourceRef, trustLevels } from './trust.ts'

const dollars = fc
  .integer({ min: 1, max: 5_000_000 })
  .map((millionths) => decimal(millionths).div(1_000_000).toFixed())
const offers = fc.constantFrom('acme/painter', 'acme/sketcher', 'other/painter')
const selectors = fc.constantFrom(
  anySelector,
  { ...anySelector, quality: 'high' },
  { ...anySelector, quality: 'high', size: '1024x1024' },
)
const days = fc.constantFrom('2026-09-01', '2026-10-01', '2026-11-01')
const components = fc.oneof(
  dollars.map((usd) => ({ kind: 'per_image' as const, usd })),
  dollars.map((usd) => ({ kind: 'per_megapixel' as const, usd_per_mp: usd })),
  fc.tuple(dollars, dollars).map(([low, high]) => ({
    kind: 'matrix' as const,
    by: ['quality' as const],
    usd: { low, high },
  })),
)
const entries: fc.Arbitrary<PriceEntry> = fc
  .record({ offer: offers, selector: selectors, component: components, day: days })
  .map(({ offer, selector, component, day }) =>
    priceEntry([component], { offer, selector, validFrom: day }),
  )

/** What the source of a look is, and what it lists. */
const looks = fc.array(
  fc.record({
    source: fc.constantFrom(vendor, otherVendor, community),
    entries: fc.uniqueArray(entries, {
      maxLength: 4,
      selector: (entry) => JSON.stringify([entry.offer, entry.selector]),
    }),
    hours: fc.integer({ min: 1, max: 40 }),
  }),
  { maxLength: 6 },
)

describe('whatever the sources say', () => {
  test('a price moves by more than three times only with a confirmation', () => {
    fc.assert(
      fc.property(looks, (sequence) => {
        const stand = new FeedStand([bookRow('0.04')])
        for (const look of sequence) {
          stand.later(look.hours)
          const { changes, settled } = stand.read(look.source, look.entries)
          const confirmed = settled.filter(({ state }) => state === 'confirmed')
          for (const change of changes) {
            if (change.state !== 'applied' || change.factor === null) continue
            const isConfirmed = confirmed.some(({ slot }) => slot.offer === change.offer)
            const { low, high } = change.factor
            expect(isConfirmed || (high <= 3.000001 && low >= 0.333333)).toBe(true)
          }
        }
      }),
      { numRuns: 60, endOnFailure: true },
    )
  })

  test('no offer becomes free, and the rows that hold make a book', () => {
    fc.assert(
      fc.property(looks, (sequence) => {
        const stand = new FeedStand([bookRow('0.04')])
        for (const look of sequence) stand.later(look.hours).read(look.source, look.entries)
        const book = makePriceBook(stand.state.book.rows, sha256)
        const usd = book.rows.flatMap((row) => JSON.stringify(row.components).match(/"[\d.]+"/g))
        expect(usd.every((text) => Number(text?.slice(1, -1)) > 0)).toBe(true)
      }),
      { numRuns: 60, endOnFailure: true },
    )
  })

  test('a list by strangers changes no price of the book', () => {
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 5 }), (listed) => {
        const stand = new FeedStand([bookRow('0.04'), bookRow('0.05', { offer: 'other/painter' })])
        const before = stand.rows()
        stand.read(community, listed)
        expect(stand.rows()).toEqual(expect.arrayContaining([...before]))
        const isBook = ({ offer }: PriceRow) => offer !== 'acme/sketcher'
        expect(stand.rows().filter(isBook)).toHaveLength(before.length)
      }),
      { endOnFailure: true },
    )
  })

  test('reading the same once more changes nothing', () => {
    // With one price for each offer: a price for one quality that waits because it is far from the
    // general one is weighed anew when that one has moved.
    const plain = looks.map((sequence) =>
      sequence.map((look) => ({
        ...look,
        entries: look.entries.filter(({ selector }) => selector === anySelector),
      })),
    )
    fc.assert(
      fc.property(plain, (sequence) => {
        const stand = new FeedStand([bookRow('0.04')])
        for (const look of sequence) stand.later(look.hours).read(look.source, look.entries)
        const last = sequence.at(-1)
        if (last === undefined) return
        const { rows } = stand.state.book
        expect(stand.read(last.source, last.entries).changes).toEqual([])
        expect(stand.state.book.rows).toEqual(rows)
      }),
      { numRuns: 60, endOnFailure: true },
    )
  })
})

test('what is in force does not depend on the order in which sources are heard', () => {
  const sources: readonly SourceRef[] = [
    curatedSource,
    ...trustLevels.map((trust) => ({ id: `list-${trust}`, kind: 'own' as const, trust })),
    otherVendor,
  ]
  const sourced: fc.Arbitrary<SourcedPrice> = fc.record({
    source: fc.constantFrom(...sources),
    entry: entries,
  })
  fc.assert(
    fc.property(
      fc.array(sourced, { maxLength: 10 }),
      fc.infiniteStream(fc.nat()),
      (all, random) => {
        const shuffled = all
          .map((price) => ({ price, order: random.next().value }))
          .sort((first, second) => first.order - second.order)
          .map(({ price }) => price)
        expect(reconcile(shuffled)).toEqual(reconcile(all))
      },
    ),
  )
})

describe('the difference of two books', () => {
  const rows = fc
    .uniqueArray(fc.record({ offer: offers, when: selectors, components, day: days }), {
      maxLength: 6,
      selector: ({ offer, when, day }) => JSON.stringify([offer, when, day]),
    })
    .map((all) =>
      all.map(({ offer, when, components: component, day }) =>
        bookRow('1', { offer, when, components: [component], valid_from: day, valid_to: day }),
      ),
    )
  const lifecycles = fc
    .uniqueArray(fc.tuple(offers, fc.option(days)), { selector: ([offer]) => offer })
    .map((all) =>
      all.map(([offer, shutdownAt]) => ({ ...unknownLifecycle(offer, 'list'), shutdownAt })),
    )
  const books: fc.Arbitrary<FeedBook> = fc.record({ rows, lifecycles })
  const context = { foundAt: Date.parse('2026-11-20'), digest: sha256 }
  const texts = ({ rows: all, lifecycles: lives }: FeedBook): string[] =>
    [...all, ...lives].map((value) => JSON.stringify(value)).sort()

  test('applied to the first gives the second', () => {
    fc.assert(
      fc.property(books, books, (old, next) => {
        const changes = diffBooks(old, next, context)
        expect(texts(applyChanges(old, changes))).toEqual(texts(next))
      }),
      { endOnFailure: true },
    )
  })

  test('of a book and itself is nothing, and ids are unique', () => {
    fc.assert(
      fc.property(books, books, (old, next) => {
        expect(diffBooks(old, old, context)).toEqual([])
        const ids = diffBooks(old, next, context).map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
      }),
      { endOnFailure: true },
    )
  })

  test('that waits leaves the book as it is', () => {
    fc.assert(
      fc.property(books, books, (old, next) => {
        const held = diffBooks(old, next, context).map((change) => ({
          ...change,
          state: 'quarantined' as const,
        }))
        expect(applyChanges(old, held)).toEqual(old)
      }),
      { endOnFailure: true },
    )
  })
})
