import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { sampleRow, usdOf } from '../../testing/sample-prices.ts'
import { rate } from '../pricing/rate.ts'
import type { Markup, PriceLayers } from './layers.ts'
import { makeLayeredBook, makePriceBook, type PriceKey, priceAt } from './price-book.ts'
import type { PriceRow, PriceRowInput } from './price-row.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const key: PriceKey = { offer: 'acme/painter', operation: 'generate' }

/** A layer of one part. */
const part = (name: string, ...rows: readonly PriceRow[]) => [{ name, rows }]
const bookOf = (layers: PriceLayers, markups: readonly Markup[] = []) =>
  makeLayeredBook(layers, markups, sha256)
const during = (usd: string, from: string, to: string | null, when: PriceRowInput['when'] = {}) =>
  sampleRow(usd, { valid_from: from, valid_to: to, when })

/** The rows of a book as `dollars first…last day layer`, in the order of their days. */
const shown = (book: ReturnType<typeof bookOf>): readonly string[] =>
  book.rows
    .toSorted((a, b) => (a.valid_from < b.valid_from ? -1 : 1))
    .map((row) => {
      const days = `${row.valid_from}…${row.valid_to ?? ''}`
      return `${usdOf(row)} ${days} ${book.origins.get(row)?.layer}`
    })

describe('a higher row cuts the lower one to the days before and after', () => {
  const live = during('0.04', '2026-01-01', '2026-12-31')
  test.each<[string, string, string | null, readonly string[]]>([
    [
      'in the middle',
      ...(['2026-03-01', '2026-03-31'] as const),
      [
        '0.04 2026-01-01…2026-02-28 live',
        '0.02 2026-03-01…2026-03-31 override',
        '0.04 2026-04-01…2026-12-31 live',
      ],
    ],
    [
      'from its first day',
      ...(['2026-01-01', '2026-03-31'] as const),
      ['0.02 2026-01-01…2026-03-31 override', '0.04 2026-04-01…2026-12-31 live'],
    ],
    [
      'from before its first day',
      ...(['2025-06-01', '2026-03-31'] as const),
      ['0.02 2025-06-01…2026-03-31 override', '0.04 2026-04-01…2026-12-31 live'],
    ],
    [
      'to beyond its last day',
      ...(['2026-12-31', '2027-06-30'] as const),
      ['0.04 2026-01-01…2026-12-30 live', '0.02 2026-12-31…2027-06-30 override'],
    ],
    [
      'for good',
      ...(['2026-03-01', null] as const),
      ['0.04 2026-01-01…2026-02-28 live', '0.02 2026-03-01… override'],
    ],
    [
      'as a whole',
      ...(['2026-01-01', '2026-12-31'] as const),
      ['0.02 2026-01-01…2026-12-31 override'],
    ],
    [
      'not at all, after it',
      ...(['2027-01-01', null] as const),
      ['0.04 2026-01-01…2026-12-31 live', '0.02 2027-01-01… override'],
    ],
    [
      'not at all, before it',
      ...(['2025-01-01', '2025-12-31'] as const),
      ['0.02 2025-01-01…2025-12-31 override', '0.04 2026-01-01…2026-12-31 live'],
    ],
  ])('%s', (_, from, to, rows) => {
    const layers = {
      override: part('contract', during('0.02', from, to)),
      live: part('acme', live),
    }
    expect(shown(bookOf(layers))).toEqual(rows)
  })

  test('several times, by several rows and layers', () => {
    const layers = {
      override: part('contract', during('0.01', '2026-02-01', '2026-02-28')),
      book: part('own', during('0.02', '2026-02-15', '2026-03-31')),
      feed: part('feed', during('0.03', '2026-03-01', '2026-06-30')),
      live: part('acme', live),
    }
    expect(shown(bookOf(layers))).toEqual([
      '0.04 2026-01-01…2026-01-31 live',
      '0.01 2026-02-01…2026-02-28 override',
      '0.02 2026-03-01…2026-03-31 book',
      '0.03 2026-04-01…2026-06-30 feed',
      '0.04 2026-07-01…2026-12-31 live',
    ])
  })
})

describe('which calls a higher row takes over', () => {
  const high = { quality: 'high' }
  const noon = Date.parse('2026-11-20T12:00:00Z')
  const priced = (layers: PriceLayers, asked: Partial<PriceKey>) =>
    usdOf(priceAt(bookOf(layers), { ...key, ...asked }, noon))

  test('one without selectors takes all, also those with a price of their own below', () => {
    const live = [sampleRow('0.04'), sampleRow('0.08', { when: high })]
    const layers = { override: part('contract', sampleRow('0.02')), live: part('acme', ...live) }
    expect(bookOf(layers).rows).toHaveLength(1)
    expect(priced(layers, high)).toBe('0.02')
  })

  test('one with a selector takes its calls and leaves the others', () => {
    const override = part('contract', sampleRow('0.02', { when: high }))
    const layers = { override, live: part('acme', sampleRow('0.04')) }
    expect(priced(layers, high)).toBe('0.02')
    expect(priced(layers, { quality: 'low' })).toBe('0.04')
  })

  test('a call that is for both by different selectors is priced by the higher layer', () => {
    const wide = sampleRow('0.04', { when: { size: '1024x1024', resolution: '1K' } })
    const layers = {
      override: part('contract', sampleRow('0.02', { when: high })),
      live: part('acme', wide),
    }
    const asked = { quality: 'high', size: '1024x1024', resolution: '1k' }
    expect(priced(layers, asked)).toBe('0.02')
    expect(priced(layers, { ...asked, quality: 'low' })).toBe('0.04')
  })

  test('selectors are the same in any spelling of their letters', () => {
    const layers = {
      override: part('contract', sampleRow('0.02', { when: { resolution: '1k' } })),
      live: part('acme', sampleRow('0.04', { when: { resolution: '1K' } })),
    }
    expect(bookOf(layers).rows).toHaveLength(1)
  })

  test('other offers and operations keep their price', () => {
    const live = [
      sampleRow('0.04', { offer: 'acme/other' }),
      sampleRow('0.05', { operation: 'edit' }),
    ]
    const layers = { override: part('contract', sampleRow('0.02')), live: part('acme', ...live) }
    expect(bookOf(layers).rows).toHaveLength(3)
  })

  test('of two parts of one layer the first wins', () => {
    const book = [...part('first', sampleRow('0.01')), ...part('second', sampleRow('0.02'))]
    expect(shown(bookOf({ book }))).toEqual(['0.01 2026-01-01… book'])
    expect([...bookOf({ book }).origins.values()]).toEqual([{ layer: 'book', name: 'first' }])
  })

  test('two rows of one part that contradict each other make no book', () => {
    const book = part('own', sampleRow('0.01'), sampleRow('0.02'))
    expect(() => bookOf({ book })).toThrow('acme/painter generate has two equally specific prices')
  })
})

describe('a markup', () => {
  const costOf = (row: PriceRow | undefined) => {
    const rated = row === undefined ? undefined : rate(row, { images: 2 })
    return rated?.ok === true ? rated.charge.totalNano : undefined
  }
  const marked = (layers: PriceLayers, ...markups: readonly Markup[]) => {
    const book = bookOf(layers, markups)
    const [row] = book.rows
    const origin = row === undefined ? undefined : book.origins.get(row)
    return [costOf(row), origin?.layer, origin?.markup]
  }
  const live = part('acme', sampleRow('0.04'))

  test.each<[string, string, boolean]>([
    ['acme/painter', 'the offer itself', true],
    ['acme/*', 'every offer of a provider', true],
    ['*/painter', 'a model of every provider', true],
    ['*', 'everything', true],
    ['acme/paint', 'not a beginning', false],
    ['acme.painter', 'not any character for another', false],
    ['other/*', 'not another provider', false],
  ])('for %s is for %s', (offer, _, isFor) => {
    const expected = isFor ? [88_000_000n, 'live', '0.10'] : [80_000_000n, 'live', undefined]
    expect(marked({ live }, { offer, markup: '0.10' })).toEqual(expected)
  })

  test('is the first one that fits', () => {
    const two = [
      { offer: 'acme/*', markup: '0.5' },
      { offer: '*', markup: '0.1' },
    ]
    expect(marked({ live }, ...two)).toEqual([120_000_000n, 'live', '0.5'])
  })

  test('is added to book files and feeds, never to a contract price', () => {
    const all = { offer: '*', markup: '0.10' }
    const rows = part('x', sampleRow('0.04'))
    expect(marked({ book: rows }, all)).toEqual([88_000_000n, 'book', '0.10'])
    expect(marked({ feed: rows }, all)).toEqual([88_000_000n, 'feed', '0.10'])
    expect(marked({ override: rows, live }, all)).toEqual([80_000_000n, 'override', undefined])
  })

  test("multiplies with a reseller's own", () => {
    const modifiers = [{ kind: 'aggregator_markup' as const, markup: '0.5' }]
    const resold = part('acme', sampleRow('0.04', { modifiers }))
    const all = { offer: '*', markup: '0.10' }
    expect(marked({ live: resold }, all)).toEqual([132_000_000n, 'live', '0.10'])
  })
})

describe('the version of a book in layers', () => {
  const rows = [sampleRow('0.01'), sampleRow('0.02', { operation: 'edit' })]

  test('of one layer is that of its rows', () => {
    expect(bookOf({ live: part('acme', ...rows) }).version).toBe(
      makePriceBook(rows, sha256).version,
    )
  })

  test('does not change with a layer that has no rows', () => {
    const layers = { book: part('own'), live: part('acme', ...rows) }
    expect(bookOf(layers).version).toBe(makePriceBook(rows, sha256).version)
  })

  test('changes with a markup and with the order of parts that both price a call', () => {
    const one = part('one', sampleRow('0.01', { when: { quality: 'high' } }))
    const two = part('two', sampleRow('0.02', { when: { size: '1024x1024' } }))
    const versions = [
      bookOf({ book: [...one, ...two] }).version,
      bookOf({ book: [...two, ...one] }).version,
      bookOf({ book: [...one, ...two] }, [{ offer: '*', markup: '0.1' }]).version,
    ]
    expect(new Set(versions).size).toBe(3)
  })
})
