import { describe, expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { dollarsFromNano, nanoFromDollars, sumNano } from '../money.ts'
import { decimal } from '../pricing/decimal.ts'
import type { MonthUsage } from './month.ts'
import { type MonthBill, monthBill } from './month-bill.ts'
import { type TermKind, termKinds, termSchema } from './terms/index.ts'

/** Tenths of a thousandth of a dollar, so that all sums are exact in nano-dollars. */
const usd = fc.integer({ min: 1, max: 9_999 }).map((part) => `0.${String(part).padStart(4, '0')}`)
const count = fc.integer({ min: 1, max: 10_000 })
const countText = count.map(String)

const bounds = fc
  .uniqueArray(count, { minLength: 1, maxLength: 5 })
  .map((values) => values.sort((first, second) => first - second))

/** Tiers with rates in an order. */
const tiersWith = (arrange: (rates: string[]) => string[]) =>
  bounds.chain((limits) =>
    fc
      .array(usd, { minLength: limits.length + 1, maxLength: limits.length + 1 })
      .map((rates) => arrange(rates.sort()))
      .map((rates) => rates.map((rate, index) => [limits[index] ?? null, rate])),
  )

const tiers = tiersWith((rates) => rates)
const fallingTiers = tiersWith((rates) => rates.reverse())

const fields = {
  commit_none: fc.record({ usd }),
  commit_min_spend: fc.record({ usd, min_month_usd: countText }),
  commit_take_or_pay: fc.record({ usd, units: count, overage_usd: usd }),
  tier_graduated: fc.record({ tiers: fallingTiers }),
  tier_volume: fc.record({ tiers }),
  reserved_capacity: fc.record({ usd, reserve_month_usd: countText }),
  concurrency_cap: fc.record({ cap: count, latency_s: countText }),
  subscription_gpu_hours: fc.record({
    month_usd: countText,
    fast_h: countText,
    min_per_image: countText,
    extra_usd_per_h: usd,
  }),
  free_allowance: fc.record({ usd, free_usd: countText }),
  prepaid_packs: fc.record({ pack_usd: countText, pack_credits: countText, credits: countText }),
  storage: fc.record({ usd_per_gb_month: usd }),
  egress: fc.record({ usd_per_gb: usd }),
} satisfies { readonly [K in TermKind]: fc.Arbitrary<object> }

const images = fc.integer({ min: 0, max: 20_000 })
const month: fc.Arbitrary<MonthUsage> = fc.record({
  images,
  megabytesPerImage: fc.integer({ min: 1, max: 20 }),
  viewsPerImage: fc.integer({ min: 0, max: 20 }),
  creditsLeft: fc.integer({ min: 0, max: 1_000 }),
})

/** Two lines of two bills, each rounded to the nano-dollar. */
const ROUNDING = 2.1e-9

const dollars = (amount: bigint) => decimal(dollarsFromNano(amount))

function billOf(term: object, used: MonthUsage): MonthBill {
  const billed = monthBill(termSchema.parse(term), used)
  if (!billed.ok) throw new Error(billed.refusal.text)
  return billed.value
}

describe.each(termKinds)('%s', (kind) => {
  const term = fields[kind].map((values: object) => ({ kind, ...values }))

  test('the total is the sum of the lines, and never negative', () => {
    fc.assert(
      fc.property(term, month, (contract, used) => {
        const { lines, totalNano } = billOf(contract, used)
        expect(totalNano).toBe(sumNano(lines.map(({ amountNano }) => amountNano)))
        expect(totalNano).toBeGreaterThanOrEqual(0n)
      }),
    )
  })

  test('the bill and the marginal cost are the bill of one more image', () => {
    fc.assert(
      fc.property(term, month, (contract, used) => {
        const { totalNano, marginalUsd } = billOf(contract, used)
        const next = billOf(contract, { ...used, images: used.images + 1 })
        const difference = dollars(next.totalNano).minus(dollars(totalNano))
        expect(
          difference
            .minus(marginalUsd ?? 'none')
            .abs()
            .toNumber(),
        ).toBeLessThan(ROUNDING)
      }),
    )
  })

  test('effective cost times images is the bill', () => {
    fc.assert(
      fc.property(term, month, (contract, used) => {
        fc.pre(used.images > 0)
        const { totalNano, effectiveUsd } = billOf(contract, used)
        const total = decimal(effectiveUsd ?? 'none').times(used.images)
        expect(total.minus(dollars(totalNano)).abs().toNumber()).toBeLessThan(ROUNDING)
      }),
    )
  })

  test('a month with more images costs no less, where tiers do not fall for all of them', () => {
    fc.assert(
      fc.property(term, month, count, (contract, used, further) => {
        const more = billOf(contract, { ...used, images: used.images + further })
        expect(more.totalNano).toBeGreaterThanOrEqual(billOf(contract, used).totalNano)
      }),
    )
  })
})

describe('tiers', () => {
  const both = (list: unknown, used: number) => ({
    graduated: billOf({ kind: 'tier_graduated', tiers: list }, { images: used }).totalNano,
    volume: billOf({ kind: 'tier_volume', tiers: list }, { images: used }).totalNano,
  })

  test('where rates fall, slices cost no less than the reached rate for all', () => {
    fc.assert(
      fc.property(fallingTiers, images, (list, used) => {
        const { graduated, volume } = both(list, used)
        expect(graduated).toBeGreaterThanOrEqual(volume)
      }),
    )
  })

  test('where rates rise, slices cost no more', () => {
    fc.assert(
      fc.property(tiers, images, (list, used) => {
        const { graduated, volume } = both(list, used)
        expect(graduated).toBeLessThanOrEqual(volume)
      }),
    )
  })

  test('within the first tier they are one', () => {
    fc.assert(
      fc.property(fallingTiers, (list) => {
        const { graduated, volume } = both(list, Number(list[0]?.[0]))
        expect(graduated).toBe(volume)
      }),
    )
  })
})

test('a commitment costs the larger of what was promised and what was used', () => {
  fc.assert(
    fc.property(usd, countText, images, (rate, promised, used) => {
      const term = { kind: 'commit_min_spend', usd: rate, min_month_usd: promised }
      const asYouGo = billOf({ kind: 'commit_none', usd: rate }, { images: used }).totalNano
      const least = nanoFromDollars(promised)
      const larger = asYouGo > least ? asYouGo : least
      expect(billOf(term, { images: used }).totalNano).toBe(larger)
    }),
  )
})
