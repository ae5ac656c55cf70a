import { expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import type { Usage } from '../pricing/usage.ts'
import { makePriceBook } from './price-book.ts'
import { priceRowSchema } from './price-row.ts'
import { quote } from './quote.ts'

const key = { offer: 'acme/painter', operation: 'generate' }
const at = Date.parse('2026-11-20T12:00:00Z')

/** One row with a part of every kind that counts something. */
const row = priceRowSchema.parse({
  ...key,
  components: [
    { kind: 'per_image', usd: '0.0031' },
    { kind: 'tokens', text_in: '0.000005', image_out: '0.00003' },
    { kind: 'first_plus_extra_mp', first: '0.03', extra: '0.015', input_mp: '0.015' },
    { kind: 'matrix', by: ['size'], usd: { '1024x1024': '0.04', '4096x4096': '0.08' } },
  ],
  valid_from: '2026-01-01',
  source: { url: 'https://example.com/prices', read_at: '2026-11-20', confidence: 'high' },
})
const book = makePriceBook([row], (text) => text)

const three = (max: number) =>
  fc
    .array(fc.integer({ min: 1, max }), { minLength: 3, maxLength: 3 })
    .map((values) => values.sort((first, second) => first - second))

/** Three usages of which none has more of anything than the next. */
const orderedUsages = fc
  .record({
    images: three(10),
    width: three(4096),
    height: three(4096),
    inputMegapixels: three(40),
    textIn: three(9_999),
    imageOut: three(99_999),
  })
  .map((fields) => {
    const usageAt = (index: number): Usage => ({
      images: fields.images[index] ?? 1,
      width: fields.width[index] ?? 1,
      height: fields.height[index] ?? 1,
      inputMegapixels: fields.inputMegapixels[index] ?? 1,
      tokens: { textIn: fields.textIn[index] ?? 1, imageOut: fields.imageOut[index] ?? 1 },
    })
    return { low: usageAt(0), expected: usageAt(1), high: usageAt(2) }
  })

test('ordered usages give an ordered quote, whose ends are the charges of its usages', () => {
  fc.assert(
    fc.property(orderedUsages, (usages) => {
      const quoted = quote(book, key, at, usages)
      if (!quoted.ok) throw new Error(quoted.reason.text)
      const { lowNano, expectedNano, highNano } = quoted.quote
      expect(lowNano).toBeLessThanOrEqual(expectedNano)
      expect(expectedNano).toBeLessThanOrEqual(highNano)
      const alone = (usage: Usage) =>
        quote(book, key, at, { low: usage, expected: usage, high: usage })
      expect(alone(usages.low)).toMatchObject({ quote: { expectedNano: lowNano } })
      expect(alone(usages.high)).toMatchObject({ quote: { expectedNano: highNano } })
    }),
  )
})
