import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  makePriceBook,
  PriceBookError,
  type PriceKey,
  priceAt,
  validatePriceBook,
} from './price-book.ts'
import { type PriceRow, type PriceRowInput, priceRowSchema } from './price-row.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A row that costs `usd` per image. */
const rowOf = (usd: string, change: Partial<PriceRowInput> = {}): PriceRow =>
  priceRowSchema.parse({
    offer: 'acme/painter',
    operation: 'generate',
    components: [{ kind: 'per_image', usd }],
    valid_from: '2026-01-01',
    source: { url: 'https://example.com/prices', read_at: '2026-11-20', confidence: 'high' },
    ...change,
  })

const key: PriceKey = { offer: 'acme/painter', operation: 'generate' }
const noon = Date.parse('2026-11-20T12:00:00Z')

/** The price per image that holds, or undefined. */
function usdAt(rows: readonly PriceRow[], asked: PriceKey, instant: number): string | undefined {
  const [component] = priceAt(makePriceBook(rows, sha256), asked, instant)?.components ?? []
  return component?.kind === 'per_image' ? component.usd : undefined
}

describe('days are UTC, the first and the last belong to the price', () => {
  const rows = [
    rowOf('0.03', { valid_to: '2026-04-14' }),
    rowOf('0.045', { valid_from: '2026-04-15', valid_to: '2026-12-31' }),
  ]
  test.each([
    ['2025-12-31T23:59:59.999Z', undefined],
    ['2026-01-01T00:00:00.000Z', '0.03'],
    ['2026-04-14T23:59:59.999Z', '0.03'],
    ['2026-04-15T00:00:00.000Z', '0.045'],
    ['2026-04-20T12:00:00.000Z', '0.045'],
    ['2026-12-31T23:59:59.999Z', '0.045'],
    ['2027-01-01T00:00:00.000Z', undefined],
  ])('at %s the price is %s', (at, usd) => {
    expect(usdAt(rows, key, Date.parse(at))).toBe(usd)
  })

  test('a price without an end holds on', () => {
    expect(usdAt([rowOf('0.03')], key, Date.parse('2099-01-01T00:00:00Z'))).toBe('0.03')
  })
})

describe('the most specific row wins', () => {
  const rows = [
    rowOf('0.01'),
    rowOf('0.02', { when: { quality: 'high' } }),
    rowOf('0.03', { when: { quality: 'high', resolution: '2K' } }),
    rowOf('0.04', { when: { quality: 'high', resolution: '2K', size: '2048x2048' } }),
    rowOf('0.05', { operation: 'edit' }),
  ]
  test.each<[Partial<PriceKey>, string | undefined]>([
    [{}, '0.01'],
    [{ quality: 'low' }, '0.01'],
    [{ resolution: '2k' }, '0.01'],
    [{ quality: 'high' }, '0.02'],
    [{ quality: 'high', resolution: '4k' }, '0.02'],
    [{ quality: 'high', resolution: '2k' }, '0.03'],
    [{ quality: 'high', resolution: '2K', size: '2048x1024' }, '0.03'],
    [{ quality: 'high', resolution: '2K', size: '2048x2048' }, '0.04'],
    [{ operation: 'edit', quality: 'high' }, '0.05'],
    [{ operation: 'inpaint' }, undefined],
    [{ offer: 'acme/other' }, undefined],
    [{ offer: 'acme/painter@2' }, undefined],
  ])('%j pays %s', (asked, usd) => {
    expect(usdAt(rows, { ...key, ...asked }, noon)).toBe(usd)
    expect(usdAt(rows.toReversed(), { ...key, ...asked }, noon)).toBe(usd)
  })

  test('a specific row that has ended leaves the general one', () => {
    const ended = rowOf('0.02', { when: { quality: 'high' }, valid_to: '2026-06-30' })
    expect(usdAt([rowOf('0.01'), ended], { ...key, quality: 'high' }, noon)).toBe('0.01')
  })
})

describe('rows that would leave the price to chance', () => {
  test.each<[string, PriceRow, PriceRow]>([
    ['the same row twice', rowOf('0.01'), rowOf('0.01')],
    [
      'one day in common',
      rowOf('0.01', { valid_to: '2026-04-15' }),
      rowOf('0.02', { valid_from: '2026-04-15' }),
    ],
    ['an open end', rowOf('0.01'), rowOf('0.02', { valid_from: '2030-01-01' })],
    [
      'one selector each, both met by one call',
      rowOf('0.01', { when: { quality: 'high' } }),
      rowOf('0.02', { when: { size: '1024x1024' } }),
    ],
    [
      'two spellings of a selector',
      rowOf('0.01', { when: { resolution: '1k' } }),
      rowOf('0.02', { when: { resolution: '1K' } }),
    ],
  ])('%s', (_, first, second) => {
    expect(validatePriceBook([first, second])).toHaveLength(1)
    expect(validatePriceBook([second, first])).toHaveLength(1)
    expect(() => makePriceBook([first, second], sha256)).toThrow(PriceBookError)
  })

  test.each<[string, PriceRow, PriceRow]>([
    [
      'one after the other',
      rowOf('0.01', { valid_to: '2026-04-14' }),
      rowOf('0.02', { valid_from: '2026-04-15' }),
    ],
    ['another offer', rowOf('0.01'), rowOf('0.02', { offer: 'acme/other' })],
    ['another operation', rowOf('0.01'), rowOf('0.02', { operation: 'edit' })],
    [
      'another quality',
      rowOf('0.01', { when: { quality: 'low' } }),
      rowOf('0.02', { when: { quality: 'high' } }),
    ],
    ['more specific', rowOf('0.01'), rowOf('0.02', { when: { quality: 'high' } })],
    [
      'two selectors that no call can meet together',
      rowOf('0.01', { when: { quality: 'low', size: '1024x1024' } }),
      rowOf('0.02', { when: { quality: 'low', size: '512x512' } }),
    ],
  ])('but not: %s', (_, first, second) => {
    expect(validatePriceBook([first, second])).toEqual([])
    expect(validatePriceBook([second, first])).toEqual([])
  })

  test('the problem names offer, operation and the first day of both', () => {
    const [problem] = validatePriceBook([
      rowOf('0.01'),
      rowOf('0.02', { valid_from: '2026-05-01' }),
    ])
    expect(problem).toBe(
      'acme/painter generate has two equally specific prices on 2026-05-01: {} and {}',
    )
  })
})

describe('the version', () => {
  const rows = [rowOf('0.01'), rowOf('0.02', { operation: 'edit' })]
  const versionOf = (these: readonly PriceRow[]): string => makePriceBook(these, sha256).version

  test('is the same for the same rows in any order', () => {
    expect(versionOf(rows.toReversed())).toBe(versionOf(rows))
  })

  test('changes with every figure and every row', () => {
    const versions = [
      versionOf(rows),
      versionOf(rows.slice(1)),
      versionOf([rowOf('0.010'), ...rows.slice(1)]),
      versionOf([rowOf('0.01', { valid_to: '2026-12-31' }), ...rows.slice(1)]),
    ]
    expect(new Set(versions).size).toBe(versions.length)
  })
})

test('a book does not change with the list it was made from', () => {
  const rows = [rowOf('0.01')]
  const book = makePriceBook(rows, sha256)
  rows.pop()
  expect(book.rows).toHaveLength(1)
  expect(Object.isFrozen(book) && Object.isFrozen(book.rows)).toBe(true)
})
