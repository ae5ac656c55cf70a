import { describe, expect, test } from 'vitest'
import { priceOf } from '../../../testing/price-of.ts'
import { componentSchema } from './index.ts'

// fal.ai/pricing, 2026-09-20: whole megapixels of 10^6, but 1024x1024 is sold as one.
const schnell = {
  kind: 'per_megapixel',
  usd_per_mp: '0.003',
  mp_base: 1_000_000,
  rounding: 'ceil',
  snap_1024: true,
}
const binary = { kind: 'per_megapixel', usd_per_mp: '0.003' }
const exact = { kind: 'per_megapixel', usd_per_mp: '0.02', mp_base: 1_000_000, rounding: 'none' }
const withInputs = { ...binary, inputs_count: true }
const perPixel = { kind: 'per_pixel', usd_per_pixel: '0.0000000013' }
const tokens = { kind: 'token_per_pixel', pixels_per_token: 750, usd_per_token: '0.000015' }
const scaled = { kind: 'area_scaled', base_usd: '0.04', base: '1024x1024' }
// deepinfra.com/black-forest-labs/FLUX-1-schnell, 2026-11-25: width/1024 x height/1024 x iters.
const perStep = { ...scaled, base_usd: '0.0005', base_steps: 1 }
const perSteps = { ...scaled, base_usd: '0.009', base_steps: 25 }

const square = { width: 1024, height: 1024 }
const wide = { width: 1920, height: 1080 }

test.each<[string, object, object, string]>([
  ['1024x1024 is sold as one megapixel', schnell, square, '0.003'],
  ['with base 10^6 1920x1080 has three', schnell, wide, '0.009'],
  ['with base 2^20 it has two', binary, wide, '0.006'],
  ['unrounded', exact, { width: 512, height: 512 }, '0.00524288'],
  ['each image pays its megapixels', binary, { ...wide, images: 3 }, '0.018'],
  ['reported megapixels win', binary, { ...wide, outputMegapixels: 1 }, '0.003'],
  ['reported fractions are taken as they are', exact, { outputMegapixels: 2.07 }, '0.0414'],
  ['inputs do not count by default', binary, { ...square, inputMegapixels: 4 }, '0.003'],
  ['inputs count where the offer says so', withInputs, { ...square, inputMegapixels: 4 }, '0.015'],
  [
    'inputs are paid with each image',
    withInputs,
    { ...square, inputMegapixels: 1, images: 2 },
    '0.012',
  ],
  ['no image, no megapixels', binary, { ...square, images: 0 }, '0'],
  ['pixels are never rounded', perPixel, square, '0.001363149'],
  ['each image pays its pixels', perPixel, { ...square, images: 2 }, '0.002726298'],
  ['tokens are rounded up', tokens, square, '0.020985'],
  ['tokens to the nearest', { ...tokens, round: 'nearest' }, square, '0.02097'],
  ['tokens unrounded', { ...tokens, round: 'none' }, square, '0.02097152'],
  ['each image is rounded by itself', tokens, { ...square, images: 2 }, '0.04197'],
  [
    'a picture is never less than a token',
    { ...tokens, round: 'nearest' },
    { width: 9, height: 9 },
    '0.000015',
  ],
  ['the base size costs the base price', scaled, square, '0.04'],
  ['a wider image costs its share more', scaled, { width: 1792, height: 1024 }, '0.07'],
  ['twice the edges cost four times', scaled, { width: 2048, height: 2048, images: 2 }, '0.32'],
  ['a quarter of the area costs a quarter', scaled, { width: 512, height: 512 }, '0.01'],
  ['each step of each base area costs the rate', perStep, { ...square, steps: 4 }, '0.002'],
  ['half the area, half the price', perStep, { width: 1024, height: 512, steps: 4 }, '0.001'],
  ['fewer steps than the base cost less', perSteps, { ...square, steps: 10 }, '0.0036'],
  ['more steps cost more', perSteps, { ...square, steps: 50, images: 2 }, '0.036'],
  ['without a number of steps nothing is quoted', perStep, square, 'missing_usage steps'],
])('%s', (_, component, usage, usd) => {
  expect(priceOf(component, usage)).toBe(usd)
})

describe.each([binary, perPixel, tokens, scaled])('$kind', (component) => {
  test.each<[string, object, string]>([
    ['an unknown size has no price', {}, 'missing_usage width and height'],
    ['half a size has no price', { width: 1024 }, 'missing_usage width and height'],
    [
      'a picture without area is not free',
      { width: 1024, height: 0 },
      'invalid_usage width and height',
    ],
  ])('%s', (_, usage, reason) => {
    expect(priceOf(component, usage)).toBe(reason)
  })
})

test('no megapixels, as reported, are not free', () => {
  expect(priceOf(exact, { ...square, outputMegapixels: 0 })).toBe('invalid_usage outputMegapixels')
})

describe('the schema refuses', () => {
  test.each<[string, object]>([
    ['a megapixel of its own kind', { ...binary, mp_base: 1_024_000 }],
    ['rounding down', { ...binary, rounding: 'floor' }],
    ['a free megapixel', { ...binary, usd_per_mp: '0' }],
    ['a rate as a number', { ...perPixel, usd_per_pixel: 0.0000000013 }],
    ['a rate in scientific notation', { ...perPixel, usd_per_pixel: '1.3e-9' }],
    ['no pixels per token', { ...tokens, pixels_per_token: 0 }],
    ['a base size of nothing', { ...scaled, base: '0x1024' }],
    ['a base size in words', { ...scaled, base: 'square' }],
  ])('%s', (_, component) => {
    expect(componentSchema.safeParse(component).success).toBe(false)
  })
})
