import { describe, expect, test } from 'vitest'
import { priceOf } from '../../../testing/price-of.ts'
import { rate } from '../rate.ts'
import { componentSchema } from '../structures/index.ts'
import { modifierSchema } from './index.ts'

const base = { kind: 'per_image', usd: '0.04' }
const steps = { kind: 'step_surcharge', included_steps: 20 }
const premium = { kind: 'edit_premium', edit_factor: '1.5' }
const steered = { kind: 'controlnet_factor', factor: '2' }
const loraFee = { kind: 'lora_fee', fee: '0.005' }
const controlnetFee = { kind: 'controlnet_fee', fee: '0.003' }
const references = { kind: 'reference_image_fee', fee: '0.003' }
const firstFree = { kind: 'first_free_then_fee', first: '0', extra: '0.003' }
const firstPaid = { kind: 'first_free_then_fee', first: '0.001', extra: '0.003' }
const fontFee = { kind: 'font_fee', fee: '0.01' }
const searches = { kind: 'grounding_search_fee', fee: '0.014' }
const markup = { kind: 'aggregator_markup', markup: '0.1' }
const topup = { kind: 'aggregator_topup_fee', fee_on_topup: '0.2' }
const batch = { kind: 'batch_discount', factor: '0.5' }
const tiers = { kind: 'latency_tier', priority_factor: '1.8', flex_factor: '0.5' }
const minimum = { kind: 'minimum_charge', min_usd: '0.1' }
const cents = { kind: 'rounding', to_usd: '0.01' }
const euros = { kind: 'currency', code: 'EUR', usd_per_unit: '1.25', fx_date: '2026-11-19' }

test.each<[string, readonly object[], object, string]>([
  ['no modifier changes nothing', [], {}, '0.04'],
  ['more steps cost in proportion', [steps], { steps: 30 }, '0.06'],
  ['as many steps as are covered', [steps], { steps: 20 }, '0.04'],
  ['fewer steps save nothing', [steps], { steps: 4 }, '0.04'],
  [
    'a third of the steps more, to the nano-dollar',
    [{ ...steps, included_steps: 3 }],
    { steps: 4 },
    '0.053333333',
  ],
  ['an edit pays the premium', [premium], { operation: 'inpaint' }, '0.06'],
  ['a generation does not', [premium], { operation: 'generate' }, '0.04'],
  [
    'a premium for some operations',
    [{ ...premium, operations: ['inpaint'] }],
    { operation: 'variation' },
    '0.04',
  ],
  ['a factor does not count ControlNets', [steered], { controlnets: 3 }, '0.08'],
  ['without ControlNet no factor', [steered], { controlnets: 0 }, '0.04'],
  ['a fee does', [controlnetFee], { controlnets: 3 }, '0.049'],
  ['fees are paid for each image', [loraFee], { loras: 2, images: 2 }, '0.1'],
  ['references are paid for each image', [references], { references: 3, images: 2 }, '0.098'],
  ['fonts are paid for each image', [fontFee], { fonts: 1, images: 2 }, '0.1'],
  ['searches are paid for the call', [searches], { searches: 2, images: 2 }, '0.108'],
  ['no image, no add-on', [loraFee], { loras: 2, images: 0 }, '0'],
  ['the first image is free, in or out', [firstFree], { references: 3 }, '0.049'],
  ['one image from nothing adds nothing', [firstFree], { references: 0 }, '0.04'],
  ['the first image may have a price', [firstPaid], { references: 1, images: 2 }, '0.087'],
  ['no image, no fee', [firstPaid], { references: 1, images: 0 }, '0'],
  ['a markup on everything', [markup], { images: 2 }, '0.088'],
  ['a fee on deposits is more than its share', [topup], {}, '0.05'],
  ['a batch costs half', [batch], { serviceTier: 'batch', images: 1000 }, '20'],
  ['a call alone does not', [batch], {}, '0.04'],
  ['priority costs more', [tiers], { serviceTier: 'priority' }, '0.072'],
  ['flex costs less', [tiers], { serviceTier: 'flex' }, '0.02'],
  ['standard costs what it costs', [tiers], { serviceTier: 'standard' }, '0.04'],
  ['below the minimum', [minimum], {}, '0.1'],
  ['above the minimum', [minimum], { images: 3 }, '0.12'],
  ['a call without a charge has no minimum', [minimum], { images: 0 }, '0'],
  ['rounded up to cents', [cents, loraFee], { loras: 1 }, '0.05'],
  ['rounded to the nearest', [{ ...cents, mode: 'nearest' }, loraFee], { loras: 0 }, '0.04'],
  [
    'rounded down to the nearest',
    [{ ...cents, mode: 'nearest' }, controlnetFee],
    { controlnets: 1 },
    '0.04',
  ],
  ['half a step is rounded up', [{ ...cents, mode: 'nearest' }, loraFee], { loras: 1 }, '0.05'],
  ['what is whole is not rounded', [cents], {}, '0.04'],
  ['a price in euros', [euros], { images: 2 }, '0.1'],
])('%s', (_, modifiers, usage, usd) => {
  expect(priceOf(base, usage, modifiers)).toBe(usd)
})

describe('the order is that of the kinds, whatever that of the price', () => {
  test.each<[string, readonly object[], object, string]>([
    [
      'a factor on the picture spares the fees',
      [loraFee, premium],
      { loras: 1, operation: 'edit' },
      '0.065',
    ],
    ['a markup is on fees too', [markup, loraFee], { loras: 1 }, '0.0495'],
    ['a batch halves the markup too', [batch, markup], { serviceTier: 'batch' }, '0.022'],
    [
      'the minimum is after the discount',
      [minimum, batch],
      { serviceTier: 'batch', images: 4 },
      '0.1',
    ],
    ['rounding is after the minimum', [{ ...cents, to_usd: '0.03' }, minimum], {}, '0.12'],
    ['all amounts are in the currency', [euros, minimum], {}, '0.125'],
    [
      'all of them',
      [euros, cents, batch, markup, loraFee, premium],
      { loras: 1, operation: 'edit', serviceTier: 'batch' },
      '0.05',
    ],
  ])('%s', (_, modifiers, usage, usd) => {
    expect(priceOf(base, usage, modifiers)).toBe(usd)
    expect(priceOf(base, usage, modifiers.toReversed())).toBe(usd)
  })
})

test.each<[string, readonly object[], object, string]>([
  ['an operation that is not known', [premium], {}, 'missing_usage operation'],
  ['ControlNets that nobody counted', [steered], {}, 'missing_usage controlnets'],
  ['LoRA that nobody counted', [loraFee], {}, 'missing_usage loras'],
  ['references that nobody counted', [references], {}, 'missing_usage references'],
  ['inputs that nobody counted', [firstFree], {}, 'missing_usage references'],
  ['half a LoRA', [loraFee], { loras: 0.5 }, 'invalid_usage loras'],
  [
    'a batch at a price without batches',
    [tiers],
    { serviceTier: 'batch' },
    'not_listed serviceTier',
  ],
  ['priority at a price without tiers', [], { serviceTier: 'priority' }, 'not_listed serviceTier'],
  [
    'flex where only priority is sold',
    [{ ...tiers, flex_factor: undefined }],
    { serviceTier: 'flex' },
    'not_listed serviceTier',
  ],
])('no price: %s', (_, modifiers, usage, reason) => {
  expect(priceOf(base, usage, modifiers)).toBe(reason)
})

test('a bill shows what was added and taken off, on lines of their own', () => {
  const price = {
    components: [componentSchema.parse(base)],
    modifiers: [batch, markup].map((modifier) => modifierSchema.parse(modifier)),
  }
  expect(rate(price, { images: 1, serviceTier: 'batch' })).toMatchObject({
    charge: {
      lines: [
        { label: 'output image', amountNano: 40_000_000n },
        { label: 'markup of 10 %', quantity: '0.04', rate: '0.1', amountNano: 4_000_000n },
        { label: 'batch discount', quantity: '0.044', rate: '-0.5', amountNano: -22_000_000n },
      ],
    },
  })
})

test('a bill in another currency shows the rate it was converted at', () => {
  const price = {
    components: [componentSchema.parse(base)],
    modifiers: [modifierSchema.parse(euros)],
  }
  const line = { label: 'output image (EUR at 1.25)', quantity: '1', rate: '0.05' }
  expect(rate(price, { images: 1 })).toMatchObject({ charge: { lines: [line] } })
})

describe('the schema refuses', () => {
  test.each<[string, object]>([
    ['a free edit', { ...premium, edit_factor: '0' }],
    ['a premium for no operation', { ...premium, operations: [] }],
    ['a free add-on', { ...loraFee, fee: '0' }],
    ['a discount that is a gift', { ...batch, factor: '0' }],
    ['a discount that costs more', { ...batch, factor: '1.5' }],
    ['a tier without a factor', { kind: 'latency_tier' }],
    ['a fee that keeps the whole deposit', { ...topup, fee_on_topup: '1' }],
    ['a currency in words', { ...euros, code: 'euro' }],
    ['a rate of no day', { ...euros, fx_date: '2026-02-30' }],
    ['a rate without a day', { ...euros, fx_date: undefined }],
    ['rounding to nothing', { ...cents, to_usd: '0' }],
  ])('%s', (_, modifier) => {
    expect(modifierSchema.safeParse(modifier).success).toBe(false)
  })
})
