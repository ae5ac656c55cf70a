import Big from 'big.js'
import { expect, test } from 'vitest'
import { fc } from '../testing/fast-check.ts'
import {
  dollarsFromNano,
  formatDollars,
  type Nano,
  nanoFromDollars,
  nanoFromProduct,
  roundToNano,
  sumNano,
} from './money.ts'

/** Ten billion dollars either way. */
const amount = fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n })

test('what is printed reads back unchanged, without exponent or trailing zeros', () => {
  fc.assert(
    fc.property(amount, (nano) => {
      const text = dollarsFromNano(nano)
      expect(nanoFromDollars(text)).toBe(nano)
      expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/)
    }),
    { numRuns: 1_000 },
  )
})

test('ten thousand additions give the same sum in any order', () => {
  const thousands = fc.array(amount, { minLength: 10_000, maxLength: 10_000, size: 'max' })
  fc.assert(
    fc.property(thousands, fc.infiniteStream(fc.nat()), (amounts, random) => {
      const forwards = sumNano(amounts)
      expect(sumNano(shuffled(amounts, random))).toBe(forwards)
      expect(sumNano(amounts.toReversed())).toBe(forwards)
      expect(sumNano([...amounts, ...amounts.map((nano) => -nano)])).toBe(0n)
    }),
    { numRuns: 3 },
  )
})

test('rounding is off by half a nano-dollar at most and never changes whole ones', () => {
  fc.assert(
    fc.property(amount, fc.integer({ min: -499, max: 499 }), (nano, thousandths) => {
      const dollars = new Big(nano).times(1_000).plus(thousandths).times('1e-12')
      expect(roundToNano(dollars)).toBe(nano)
    }),
  )
})

test('a shown amount is within five percent, from a dollar on within half a cent', () => {
  fc.assert(
    fc.property(fc.oneof(amount, fc.bigInt({ min: 0n, max: 2n * 10n ** 9n })), (nano) => {
      const shown = nanoFromDollars(formatDollars(nano).replace(/[$,]/g, ''))
      const isLarge = magnitude(nano) >= 1_000_000_000n
      const bound = isLarge ? 5_000_000n : magnitude(nano) / 20n
      expect(magnitude(shown - nano)).toBeLessThanOrEqual(bound)
    }),
    { numRuns: 1_000 },
  )
})

const magnitude = (nano: Nano): Nano => (nano < 0n ? -nano : nano)

function shuffled(amounts: readonly Nano[], random: Iterator<number>): Nano[] {
  const result = [...amounts]
  for (let index = result.length - 1; index > 0; index -= 1) {
    const other = (random.next().value ?? 0) % (index + 1)
    const held = result[index] ?? 0n
    result[index] = result[other] ?? 0n
    result[other] = held
  }
  return result
}

test('a product of decimals is rounded as decimal arithmetic rounds it', () => {
  const number = fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.integer({ min: 0, max: 14 }))
    .map(([digits, decimals]) => decimalOf(digits, decimals))
  fc.assert(
    fc.property(number, number, fc.boolean(), (quantity, rate, isOff) => {
      const signed = isOff ? `-${rate}` : rate
      const expected = roundToNano(new Big(quantity).times(signed))
      expect(nanoFromProduct(quantity, signed)).toBe(expected)
    }),
    { numRuns: 500 },
  )
})

/** Digits with a point before the last so many of them. */
function decimalOf(digits: bigint, decimals: number): string {
  const text = digits.toString().padStart(decimals + 1, '0')
  return decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`
}
