import { expect, test } from 'vitest'
import type { Usage } from '../pricing/usage.ts'
import { makePriceBook, type PriceKey } from './price-book.ts'
import { priceRowSchema } from './price-row.ts'
import { quote } from './quote.ts'

const rowOf = (offer: string, component: object) =>
  priceRowSchema.parse({
    offer,
    operation: 'generate',
    components: [component],
    valid_from: '2026-01-01',
    valid_to: '2026-12-31',
    source: { url: 'https://example.com/prices', read_at: '2026-11-20', confidence: 'high' },
  })

const tokenRow = rowOf('openai/gpt-image-2', {
  kind: 'tokens',
  text_in: '0.000005',
  image_out: '0.00003',
})
const flatRow = rowOf('bfl/flux-pro-1.1', { kind: 'per_image', usd: '0.04' })
const book = makePriceBook([tokenRow, flatRow], (text) => `v-${text.length}`)

const tokenKey: PriceKey = { offer: 'openai/gpt-image-2', operation: 'generate' }
const flatKey: PriceKey = { offer: 'bfl/flux-pro-1.1', operation: 'generate' }
const noon = Date.parse('2026-11-20T12:00:00Z')

const used = (textIn: number, imageOut: number): Usage => ({
  images: 1,
  tokens: { textIn, imageOut },
})
const exactly = (usage: Usage) => ({ low: usage, expected: usage, high: usage })

test('a tariff that depends on nothing unknown is quoted exactly', () => {
  expect(quote(book, flatKey, noon, exactly({ images: 2 }))).toMatchObject({
    ok: true,
    quote: {
      lowNano: 80_000_000n,
      expectedNano: 80_000_000n,
      highNano: 80_000_000n,
      row: flatRow,
      lines: [{ label: 'output image', quantity: '2' }],
    },
  })
})

test('an estimate is quoted as a range, with the lines of the expected charge', () => {
  const usages = { low: used(20, 196), expected: used(30, 1756), high: used(60, 7024) }
  expect(quote(book, tokenKey, noon, usages)).toMatchObject({
    ok: true,
    quote: {
      lowNano: 5_980_000n,
      expectedNano: 52_830_000n,
      highNano: 211_020_000n,
      lines: [{ quantity: '30' }, { quantity: '1756' }],
    },
  })
})

test('the high end covers a tariff that charges less for more', () => {
  // gpt-image-2, high: 1024x1024 takes 7,024 tokens, the larger 1792x1024 takes 5,063.
  const usages = { low: used(0, 7024), expected: used(0, 5063), high: used(0, 5063) }
  const bounds = { lowNano: 151_890_000n, expectedNano: 151_890_000n, highNano: 210_720_000n }
  expect(quote(book, tokenKey, noon, usages)).toMatchObject({ ok: true, quote: bounds })
})

test.each<[string, PriceKey, string]>([
  ['an offer that has no row', { offer: 'acme/painter', operation: 'generate' }, '2026-11-20'],
  ['an operation that has no row', { ...flatKey, operation: 'edit' }, '2026-11-20'],
  ['a day after the last', flatKey, '2027-01-01'],
])('%s has no price', (_, key, day) => {
  expect(quote(book, key, Date.parse(day), exactly({ images: 1 }))).toMatchObject({
    ok: false,
    reason: { code: 'no_price', subject: key.offer },
  })
})

test.each(['low', 'expected', 'high'] as const)('an unknown %s end leaves no quote', (end) => {
  const usages = { ...exactly(used(10, 196)), [end]: { images: 1 } }
  expect(quote(book, tokenKey, noon, usages)).toMatchObject({
    ok: false,
    reason: { code: 'missing_usage' },
  })
})
