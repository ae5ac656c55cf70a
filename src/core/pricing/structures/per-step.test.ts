import { describe, expect, test } from 'vitest'
import { priceOf } from '../../../testing/price-of.ts'
import { componentSchema } from './index.ts'

const linear = { kind: 'per_step_linear', usd_per_step: '0.00013' }
const published = { kind: 'per_step_linear', base_usd: '0.01', base_steps: 50 }
const affine = { kind: 'per_step_affine', base_usd: '0.024', base_steps: 50, fixed_share: '0.3' }
// dezgo, SDXL up to one megapixel (price page, read by 2026-11-20).
const table = {
  kind: 'per_step_table',
  usd: { '150': '0.033', '10': '0.0032', '20': '0.0054', '30': '0.0075' },
}
// SDXL 1.0 on Bedrock (LiteLLM price list, 2026-08-06).
const tier = { kind: 'per_step_tier', usd: { '<=50': '0.04', '>50': '0.08' } }
const closedTier = { kind: 'per_step_tier', usd: { '<=100': '0.08', '<=50': '0.04' } }

test.each<[string, object, object, string]>([
  ['a step has a price', linear, { steps: 30 }, '0.0039'],
  ['each image pays its steps', linear, { steps: 30, images: 4 }, '0.0156'],
  ['a base price is divided by its steps', published, { steps: 20 }, '0.004'],
  ['more steps than the base cost more', published, { steps: 100 }, '0.02'],
  ['no image, no steps', linear, { steps: 30, images: 0 }, '0'],
  ['half the steps save less than half', affine, { steps: 25 }, '0.0156'],
  ['the base steps cost the base price', affine, { steps: 50 }, '0.024'],
  ['one step pays the fixed part', affine, { steps: 1 }, '0.007536'],
  ['each image pays the fixed part', affine, { steps: 25, images: 2 }, '0.0312'],
  ['a point of the table', table, { steps: 30 }, '0.0075'],
  ['the first point', table, { steps: 10 }, '0.0032'],
  ['the last point', table, { steps: 150 }, '0.033'],
  ['between two points', table, { steps: 25 }, '0.00645'],
  ['between two points, not in the middle', table, { steps: 12, images: 2 }, '0.00728'],
  ['the boundary belongs to the lower tier', tier, { steps: 50 }, '0.04'],
  ['one step more doubles the price', tier, { steps: 51, images: 2 }, '0.16'],
  ['tiers in any order', closedTier, { steps: 51 }, '0.08'],
  ['the lowest tier has no floor', closedTier, { steps: 1 }, '0.04'],
])('%s', (_, component, usage, usd) => {
  expect(priceOf(component, usage)).toBe(usd)
})

test.each<[string, object, object, string]>([
  ['fewer than the table has', table, { steps: 9 }, 'not_listed steps'],
  ['more than the table has', table, { steps: 151 }, 'above_largest steps'],
  ['more than the last tier has', closedTier, { steps: 101 }, 'above_largest steps'],
])('outside of what is published nothing is quoted: %s', (_, component, usage, reason) => {
  expect(priceOf(component, usage)).toBe(reason)
})

test.each([linear, affine, table, tier])(
  'steps that are not known have no price: $kind',
  (price) => {
    expect(priceOf(price, {})).toBe('missing_usage steps')
  },
)

test.each([linear, affine, table, tier])('no steps are not free: $kind', (price) => {
  expect(priceOf(price, { steps: 0 })).toBe('invalid_usage steps')
})

describe('the schema refuses', () => {
  test.each<[string, object]>([
    ['no price of a step', { kind: 'per_step_linear' }],
    ['a base price without its steps', { kind: 'per_step_linear', base_usd: '0.01' }],
    ['two prices of a step', { ...published, usd_per_step: '0.1' }],
    ['base steps beside the price of a step', { ...linear, base_steps: 50 }],
    ['half a step', { ...published, base_steps: 0.5 }],
    ['no fixed share', { ...affine, fixed_share: undefined }],
    ['a fixed share of nothing, which is linear', { ...affine, fixed_share: '0' }],
    ['a fixed share of all', { ...affine, fixed_share: '1' }],
    ['an empty table', { ...table, usd: {} }],
    ['a table by something else', { ...table, usd: { many: '0.1' } }],
    ['a free step', { ...table, usd: { '10': '0' } }],
    ['tiers without a bound', { ...tier, usd: { '>50': '0.08' } }],
    ['a gap between tiers', { ...tier, usd: { '<=50': '0.04', '>60': '0.08' } }],
    ['tiers that overlap', { ...tier, usd: { '<=50': '0.04', '>40': '0.08' } }],
    ['a tier twice', { ...tier, usd: { '<=50': '0.04', '<=50.0': '0.08' } }],
    ['an open end twice', { ...tier, usd: { '<=50': '0.04', '>50': '0.08', '>50.0': '0.09' } }],
    ['a tier in words', { ...tier, usd: { 'up to 50': '0.04' } }],
  ])('%s', (_, component) => {
    expect(componentSchema.safeParse(component).success).toBe(false)
  })
})
