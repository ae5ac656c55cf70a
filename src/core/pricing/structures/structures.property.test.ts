import { describe, expect, test } from 'vitest'
import { fc } from '../../../testing/fast-check.ts'
import { type Nano, sumNano } from '../../money.ts'
import type { Charge } from '../charge.ts'
import { rate } from '../rate.ts'
import type { Usage } from '../usage.ts'
import { type Component, componentSchema, type Kind, kinds } from './index.ts'

/** Rates from 10^-12 dollars on, and never zero. */
const usd = fc
  .integer({ min: 1, max: 5_000_000_000_000 })
  .map((fraction) => `0.${String(fraction).padStart(13, '0')}`)
const whole = fc.integer({ min: 1, max: 100 })
const wholeText = whole.map(String)
const share = fc
  .integer({ min: 1, max: 99 })
  .map((percent) => `0.${String(percent).padStart(2, '0')}`)

/** A table whose later keys cost no less than the earlier ones. */
const rising = <Key extends string>(...keys: readonly Key[]) =>
  fc
    .array(usd, { minLength: keys.length, maxLength: keys.length })
    .map((rates) => rates.sort())
    .map((rates) => Object.fromEntries(keys.map((key, index) => [key, rates[index]])))

const fields = {
  per_image: fc.record({ usd }),
  matrix: rising('low', 'high').map((table) => ({ by: ['quality'], usd: table })),
  tokens: fc.record({ text_in: usd, image_out: usd }),
  credits: fc.record({ credits: wholeText, usd_per_credit: usd }),
  credits_pack: fc.record({ pack_usd: wholeText, pack_credits: wholeText, credits: wholeText }),
  per_step_linear: fc.oneof(
    fc.record({ usd_per_step: usd }),
    fc.record({ base_usd: usd, base_steps: whole }),
  ),
  per_step_affine: fc.record({ base_usd: usd, base_steps: whole, fixed_share: share }),
  per_step_table: rising('1', '20', '50', '100').map((table) => ({ usd: table })),
  per_step_tier: rising('<=20', '<=50', '>50').map((table) => ({ usd: table })),
  per_megapixel: fc.record({
    usd_per_mp: usd,
    inputs_count: fc.boolean(),
    mp_base: fc.constantFrom(1_000_000, 1_048_576),
    rounding: fc.constantFrom('ceil', 'nearest', 'none'),
  }),
  first_plus_extra_mp: fc.record({ first: usd, extra: usd, input_mp: usd }),
  per_pixel: fc.record({ usd_per_pixel: usd }),
  token_per_pixel: fc.record({
    pixels_per_token: whole,
    usd_per_token: usd,
    round: fc.constantFrom('ceil', 'nearest', 'none'),
  }),
  area_scaled: fc.record({
    base_usd: usd,
    base: fc.constant('1024x1024'),
    base_steps: fc.option(whole, { nil: undefined }),
  }),
  gpu_second: fc.record({ usd_per_s: usd, gpus: whole, bill_startup: fc.boolean() }),
  gpu_hour_selfhost: fc.record({ usd_per_h: usd, images_per_h: wholeText }),
  gpu_hour_owned: fc.record({
    hardware_usd: wholeText,
    life_h: wholeText,
    power_usd_per_h: usd,
    images_per_h: wholeText,
  }),
  operation_table: rising('generate', 'edit').map((table) => ({ usd: table })),
  mask_area: fc.record({ full_usd: usd, floor_share: share }),
  mask_bbox: fc.record({ full_usd: usd, floor_share: share }),
  upscale_flat: rising('fast', 'creative').map((table) => ({ usd: table })),
  upscale_per_output_mp: fc.record({ usd_per_block: usd, block_mp: whole }),
  upscale_per_2x_step: rising('<=1', '<=8', '>8').map((table) => ({ steps_usd: table })),
  video_second: fc.record({ usd_per_s: usd }),
  video_second_matrix: rising('720p', '4k').map((table) => ({ usd: table })),
  video_tokens: fc.record({ usd_per_1k: usd }),
  video_megapixel_second: fc.record({ usd_per_mp_s: usd }),
} satisfies { readonly [K in Kind]: fc.Arbitrary<object> }

const componentOf = (kind: Kind): fc.Arbitrary<Component> =>
  fields[kind].map((rates: object) => componentSchema.parse({ kind, ...rates }))

/** Two values, the first not above the second. */
const ordered = (max: number, min = 1) =>
  fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .map((pair) => pair.sort((first, second) => first - second))

const counts = {
  images: ordered(10, 0),
  width: ordered(4096, 512),
  height: ordered(4096, 512),
  steps: ordered(100),
  inputMegapixels: ordered(10),
  predictSeconds: ordered(300),
  startupSeconds: ordered(300, 0),
  scaleFactor: ordered(16, 2),
  videoSeconds: ordered(20),
  inputVideoSeconds: ordered(20, 0),
  framesPerSecond: ordered(60),
}

/** Two usages of which the first has more of nothing that is paid than the second. */
const usages = fc
  .record({ ...counts, textIn: ordered(999), imageOut: ordered(9_999), percent: ordered(100) })
  .map(({ textIn, imageOut, percent, ...pairs }) => {
    const usageAt = (end: 0 | 1): Usage => ({
      ...Object.fromEntries(Object.entries(pairs).map(([name, pair]) => [name, pair[end] ?? 1])),
      images: pairs.images[end] ?? 1,
      quality: 'low',
      operation: 'edit',
      mode: 'fast',
      resolution: '1080p',
      maskFraction: (percent[end] ?? 0) / 100,
      maskBox: '512x512',
      // A machine that works less makes each image dearer.
      utilisation: (percent[1 - end] ?? 1) / 100,
      tokens: { textIn: textIn[end] ?? 0, imageOut: imageOut[end] ?? 0 },
    })
    return { low: usageAt(0), high: usageAt(1) }
  })

function chargeOf(component: Component, usage: Usage): Charge {
  const rated = rate({ components: [component] }, usage)
  if (!rated.ok) throw new Error(rated.reason.text)
  return rated.charge
}

const totalOf = (component: Component, usage: Usage): Nano => chargeOf(component, usage).totalNano

describe.each(kinds)('%s', (kind) => {
  const component = componentOf(kind)

  test('the total is the sum of the lines, and no line is negative', () => {
    fc.assert(
      fc.property(component, usages, (price, { high }) => {
        const { lines, totalNano } = chargeOf(price, high)
        const amounts = lines.map(({ amountNano }) => amountNano)
        expect(totalNano).toBe(sumNano(amounts))
        expect(amounts.every((amount) => amount >= 0n)).toBe(true)
      }),
    )
  })

  test('more images never cost less', () => {
    fc.assert(
      fc.property(component, usages, fc.integer({ min: 1, max: 9 }), (price, { low }, further) => {
        const more = { ...low, images: low.images + further }
        expect(totalOf(price, more)).toBeGreaterThanOrEqual(totalOf(price, low))
      }),
    )
  })

  test('what is held for the highest usage covers what any lower one settles at', () => {
    fc.assert(
      fc.property(component, usages, (price, { low, high }) => {
        // The box of a mask is a smaller part of a larger picture.
        const { width, height } = high
        const settled = kind === 'mask_bbox' ? { ...low, width, height } : low
        expect(totalOf(price, high)).toBeGreaterThanOrEqual(totalOf(price, settled))
      }),
    )
  })
})
