import { describe, expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { type Nano, sumNano } from '../money.ts'
import { type Price, rate } from './rate.ts'
import { type Component, componentSchema } from './structures/index.ts'
import type { Usage } from './usage.ts'

/** Rates from 10^-12 dollars on, and never zero. */
const anyRate = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 999_999_999_999 }))
  .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(12, '0')}`)

const tokenRates = fc.record({
  text_in: anyRate,
  cached_in: anyRate,
  image_in: anyRate,
  cached_image_in: anyRate,
  image_out: anyRate,
  text_out: anyRate,
})

const megapixelSettings = fc.record(
  {
    mp_base: fc.constantFrom(1_000_000, 1_048_576),
    rounding: fc.constantFrom('ceil', 'nearest', 'none'),
    snap_1024: fc.boolean(),
  },
  { requiredKeys: [] },
)

/** A table whose larger cells cost more, as a price table without surprises has them. */
const growingTable = fc.array(anyRate, { minLength: 3, maxLength: 3 }).map((rates) => {
  const [low = '1', medium = '1', high = '1'] = [...rates].sort()
  return { by: ['quality'], usd: { low, medium, high } }
})

const component: fc.Arbitrary<Component> = fc
  .oneof(
    fc.record({ kind: fc.constant('per_image'), usd: anyRate }),
    fc.record({ kind: fc.constant('per_image'), usd_per_1000: anyRate }),
    growingTable.map((table) => ({ kind: 'matrix', ...table })),
    tokenRates.map((rates) => ({ kind: 'tokens', ...rates })),
    fc.record({ kind: fc.constant('credits'), credits: anyRate, usd_per_credit: anyRate }),
    fc.record({
      kind: fc.constant('credits_pack'),
      pack_usd: anyRate,
      pack_credits: anyRate,
      bonus_credits: anyRate,
      credits: anyRate,
    }),
    fc
      .tuple(fc.record({ first: anyRate, extra: anyRate, input_mp: anyRate }), megapixelSettings)
      .map(([rates, settings]) => ({ kind: 'first_plus_extra_mp', ...rates, ...settings })),
  )
  .map((value) => componentSchema.parse(value))

const price: fc.Arbitrary<Price> = fc
  .array(component, { minLength: 1, maxLength: 4 })
  .map((components) => ({ components }))

const count = (max: number) => fc.integer({ min: 0, max })

/** A usage that every structure can price. */
const usage = fc.record({
  images: fc.integer({ min: 0, max: 10 }),
  width: fc.integer({ min: 1, max: 4096 }),
  height: fc.integer({ min: 1, max: 4096 }),
  quality: fc.constantFrom('low', 'medium', 'high'),
  inputMegapixels: count(40),
  tokens: fc.record({ textIn: count(9_999), imageIn: count(9_999), imageOut: count(99_999) }),
})

function totalOf(paid: Price, used: Usage): Nano {
  const rated = rate(paid, used)
  if (!rated.ok) throw new Error(rated.reason.text)
  return rated.charge.totalNano
}

test('the total is the sum of the lines, and no line is negative', () => {
  fc.assert(
    fc.property(price, usage, (paid, used) => {
      const rated = rate(paid, used)
      if (!rated.ok) throw new Error(rated.reason.text)
      const amounts = rated.charge.lines.map((line) => line.amountNano)
      expect(rated.charge.totalNano).toBe(sumNano(amounts))
      expect(amounts.every((amount) => amount >= 0n)).toBe(true)
    }),
  )
})

test('the same usage at the same price is the same charge', () => {
  fc.assert(
    fc.property(price, usage, (paid, used) => {
      expect(rate(paid, used)).toEqual(rate(structuredClone(paid), structuredClone(used)))
    }),
  )
})

describe('more never costs less', () => {
  const more: Readonly<Record<string, (used: Usage, extra: number) => Usage>> = {
    images: (used, extra) => ({ ...used, images: used.images + extra }),
    pixels: (used, extra) => ({ ...used, width: (used.width ?? 0) + extra }),
    'input megapixels': (used, extra) => ({
      ...used,
      inputMegapixels: (used.inputMegapixels ?? 0) + extra,
    }),
    'prompt tokens': (used, extra) => withTokens(used, 'textIn', extra),
    'input image tokens': (used, extra) => withTokens(used, 'imageIn', extra),
    'output image tokens': (used, extra) => withTokens(used, 'imageOut', extra),
    'output text tokens': (used, extra) => withTokens(used, 'textOut', extra),
    quality: (used) => ({ ...used, quality: 'high' }),
  }

  test.each(Object.keys(more))('%s', (name) => {
    fc.assert(
      fc.property(price, usage, fc.integer({ min: 1, max: 2_000 }), (paid, used, extra) => {
        const larger = more[name]?.(used, extra) ?? used
        expect(totalOf(paid, larger)).toBeGreaterThanOrEqual(totalOf(paid, used))
      }),
    )
  })

  test('reported credits', () => {
    const tenths = fc.integer({ min: 0, max: 10_000 })
    fc.assert(
      fc.property(price, usage, tenths, tenths, (paid, used, fewer, further) => {
        const some = { ...used, credits: fewer / 10 }
        const larger = { ...used, credits: (fewer + further) / 10 }
        expect(totalOf(paid, larger)).toBeGreaterThanOrEqual(totalOf(paid, some))
      }),
    )
  })
})

function withTokens(
  used: Usage,
  name: 'textIn' | 'imageIn' | 'imageOut' | 'textOut',
  extra: number,
): Usage {
  return { ...used, tokens: { ...used.tokens, [name]: (used.tokens?.[name] ?? 0) + extra } }
}
