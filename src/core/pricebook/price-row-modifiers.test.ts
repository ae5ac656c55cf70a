import { describe, expect, test } from 'vitest'
import { makePriceBook } from './price-book.ts'
import { priceRowSchema } from './price-row.ts'
import { quote } from './quote.ts'

const markup = { kind: 'aggregator_markup', markup: '0.1' }
const batch = { kind: 'batch_discount', factor: '0.5' }

const row = {
  offer: 'reseller/painter',
  operation: 'generate',
  components: [{ kind: 'gpu_second', usd_per_s: '0.001' }],
  modifiers: [batch, markup],
  valid_from: '2026-01-01',
  source: { url: 'urn:example:contract:17', read_at: '2026-11-20', confidence: 'high' },
}

test('modifiers are read as they stand, and a row without any has none', () => {
  expect(priceRowSchema.parse(row).modifiers).toEqual(row.modifiers)
  const { modifiers: _, ...plain } = row
  expect(priceRowSchema.parse(plain)).not.toHaveProperty('modifiers')
})

test('a read modifier cannot be changed', () => {
  const [modifier = {}] = priceRowSchema.parse(row).modifiers ?? []
  expect(() => Object.assign(modifier, { factor: '0.1' })).toThrow(TypeError)
})

test('a quote has the modifiers of its row in every end', () => {
  const book = makePriceBook([priceRowSchema.parse(row)], (text) => text)
  const usageOf = (predictSeconds: number) => ({ images: 1, predictSeconds })
  const usages = { low: usageOf(2), expected: usageOf(4), high: usageOf(60) }
  const quoted = quote(book, row, Date.parse('2026-11-20'), usages)
  expect(quoted).toMatchObject({
    quote: {
      lowNano: 2_200_000n,
      expectedNano: 4_400_000n,
      highNano: 66_000_000n,
      lines: [{ label: 'GPU time' }, { label: 'markup of 10 %' }],
    },
  })
})

describe('refused', () => {
  test.each<[string, readonly object[]]>([
    ['a kind twice', [markup, { ...markup, markup: '0.2' }]],
    ['a kind nobody knows', [{ kind: 'gift' }]],
    ['a component', [{ kind: 'per_image', usd: '0.01' }]],
  ])('%s', (_, modifiers) => {
    expect(priceRowSchema.safeParse({ ...row, modifiers }).success).toBe(false)
  })

  test('a modifier among the components', () => {
    expect(priceRowSchema.safeParse({ ...row, components: [markup] }).success).toBe(false)
  })
})
