import { expect, test } from 'vitest'
import { fc } from '../../../testing/fast-check.ts'
import { sumNano } from '../../money.ts'
import type { Charge } from '../charge.ts'
import { type Price, rate } from '../rate.ts'
import { componentSchema } from '../structures/index.ts'
import type { Usage } from '../usage.ts'
import { type ModifierKind, modifierKinds, modifierSchema } from './index.ts'

const factor = fc.integer({ min: 1, max: 5_000 }).map((thousandths) => String(thousandths / 1_000))
const share = fc.integer({ min: 1, max: 99 }).map((percent) => String(percent / 100))

const fields = {
  step_surcharge: fc.record({ included_steps: fc.integer({ min: 1, max: 60 }) }),
  edit_premium: fc.record({ edit_factor: factor }),
  controlnet_factor: fc.record({ factor }),
  controlnet_fee: fc.record({ fee: factor }),
  lora_fee: fc.record({ fee: factor }),
  reference_image_fee: fc.record({ fee: factor }),
  first_free_then_fee: fc.record({ first: factor, extra: factor }),
  font_fee: fc.record({ fee: factor }),
  grounding_search_fee: fc.record({ fee: factor }),
  aggregator_markup: fc.record({ markup: factor }),
  aggregator_topup_fee: fc.record({ fee_on_topup: share }),
  batch_discount: fc.record({ factor: share }),
  latency_tier: fc.record({ priority_factor: factor, flex_factor: factor }),
  minimum_charge: fc.record({ min_usd: factor }),
  rounding: fc.record({ to_usd: share, mode: fc.constantFrom('ceil', 'nearest') }),
  currency: fc.record({
    code: fc.constant('EUR'),
    usd_per_unit: factor,
    fx_date: fc.constant('2026-11-19'),
  }),
} satisfies { readonly [K in ModifierKind]: fc.Arbitrary<object> }

const modifierOf = (kind: ModifierKind) =>
  fields[kind].map((values: object) => modifierSchema.parse({ kind, ...values }))

const price: fc.Arbitrary<Price> = fc
  .tuple(
    fc.integer({ min: 1, max: 999_999_999 }),
    fc.shuffledSubarray([...modifierKinds]).chain((kinds) => fc.tuple(...kinds.map(modifierOf))),
  )
  .map(([nano, modifiers]) => {
    const usd = `0.${String(nano).padStart(9, '0')}`
    return { components: [componentSchema.parse({ kind: 'per_image', usd })], modifiers }
  })

const count = fc.integer({ min: 0, max: 5 })
const usage: fc.Arbitrary<Usage> = fc.record({
  images: count,
  steps: fc.integer({ min: 1, max: 100 }),
  controlnets: count,
  loras: count,
  references: count,
  fonts: count,
  searches: count,
  operation: fc.constantFrom('generate', 'edit'),
})

function chargeOf(paid: Price, used: Usage): Charge {
  const rated = rate(paid, used)
  if (!rated.ok) throw new Error(rated.reason.text)
  return rated.charge
}

test('the total is the sum of the lines, and never negative', () => {
  fc.assert(
    fc.property(price, usage, (paid, used) => {
      const { lines, totalNano } = chargeOf(paid, used)
      expect(totalNano).toBe(sumNano(lines.map(({ amountNano }) => amountNano)))
      expect(totalNano).toBeGreaterThanOrEqual(0n)
    }),
  )
})

test('the order in the price is no matter', () => {
  fc.assert(
    fc.property(price, usage, (paid, used) => {
      const turned = { ...paid, modifiers: paid.modifiers?.toReversed() }
      expect(chargeOf(turned, used)).toEqual(chargeOf(paid, used))
    }),
  )
})

test('more images never cost less, but for a nano-dollar of rounding on each line', () => {
  fc.assert(
    fc.property(price, usage, fc.integer({ min: 1, max: 5 }), (paid, used, further) => {
      const { lines, totalNano } = chargeOf(paid, { ...used, images: used.images + further })
      const fewer = chargeOf(paid, used).totalNano
      expect(totalNano + BigInt(lines.length)).toBeGreaterThanOrEqual(fewer)
    }),
  )
})

test('a tier above standard costs more, one below costs less', () => {
  const modifiers = [
    modifierSchema.parse({ kind: 'latency_tier', priority_factor: '1.8', flex_factor: '0.5' }),
  ]
  fc.assert(
    fc.property(price, ({ components }) => {
      const at = (serviceTier: string) =>
        chargeOf({ components, modifiers }, { images: 1, serviceTier }).totalNano
      expect(at('priority')).toBeGreaterThanOrEqual(at('standard'))
      expect(at('flex')).toBeLessThanOrEqual(at('standard'))
    }),
  )
})
