import { describe, expect, test } from 'vitest'
import { priceOf } from '../../../testing/price-of.ts'
import { componentSchema } from './index.ts'

// Stability AI (price list read in June 2026).
const operations = { kind: 'operation_table', usd: { inpaint: '0.05', outpaint: '0.04' } }
const modes = { kind: 'upscale_flat', usd: { fast: '0.02', conservative: '0.4', creative: '0.6' } }
const masked = { kind: 'mask_area', full_usd: '0.05', floor_share: '0.3' }
const boxed = { kind: 'mask_bbox', full_usd: '0.05', floor_share: '0.3' }
// Topaz and Magnific by way of Comfy (partner node prices, 2026).
const topaz = { kind: 'upscale_per_output_mp', usd_per_8mp: '0.32' }
const blocks = { kind: 'upscale_per_output_mp', usd_per_block: '0.1', block_mp: 4 }
const magnific = {
  kind: 'upscale_per_2x_step',
  steps_usd: { '<=1.3': '0.17', '<=3': '0.34', '<=6.4': '0.51', '>6.4': '2.04' },
}
const small = { kind: 'upscale_per_2x_step', steps_usd: { '<=4': '0.1' } }

const square = { width: 1024, height: 1024 }

test.each<[string, object, object, string]>([
  ['an operation has its price', operations, { operation: 'outpaint' }, '0.04'],
  ['each image of it', operations, { operation: 'inpaint', images: 3 }, '0.15'],
  ['a mode has its price', modes, { mode: 'conservative' }, '0.4'],
  ['a mask pays the floor and its share', masked, { maskFraction: 0.1 }, '0.0185'],
  ['a mask over everything pays the full price', masked, { maskFraction: 1 }, '0.05'],
  ['a mask of nothing pays the floor', masked, { maskFraction: 0, images: 2 }, '0.03'],
  ['a mask without floor', { ...masked, floor_share: '0' }, { maskFraction: 0.5 }, '0.025'],
  ['a box around the mask', boxed, { ...square, maskBox: '512x256' }, '0.019375'],
  ['a box of everything', boxed, { ...square, maskBox: '1024x1024' }, '0.05'],
  ['sixteen megapixels are two blocks of eight', topaz, { outputMegapixels: 16 }, '0.64'],
  ['a begun block is paid whole', topaz, { outputMegapixels: 16.1 }, '0.96'],
  ['a small picture pays one block', topaz, { ...square, images: 2 }, '0.64'],
  ['blocks of another size', blocks, { width: 4096, height: 2048 }, '0.2'],
  [
    'blocks of 10^6 pixels',
    { ...blocks, mp_base: 1_000_000 },
    { width: 4096, height: 2048 },
    '0.3',
  ],
  ['twice as long is one step', magnific, { inputMegapixels: 1, scaleFactor: 2 }, '0.17'],
  [
    'four times are two, the second dearer',
    magnific,
    { inputMegapixels: 1, scaleFactor: 4 },
    '0.68',
  ],
  ['a begun step is paid whole', magnific, { inputMegapixels: 1, scaleFactor: 3 }, '0.68'],
  ['the open end', magnific, { inputMegapixels: 1, scaleFactor: 8 }, '2.72'],
  [
    'the boundary belongs to the cheaper cell',
    magnific,
    { inputMegapixels: 1.3, scaleFactor: 2 },
    '0.17',
  ],
  ['no image, nothing', magnific, { inputMegapixels: 1, scaleFactor: 4, images: 0 }, '0'],
])('%s', (_, component, usage, usd) => {
  expect(priceOf(component, usage)).toBe(usd)
})

test.each<[string, object, object, string]>([
  ['an operation that is not known', operations, {}, 'missing_usage operation'],
  ['an operation that is not listed', operations, { operation: 'erase' }, 'not_listed operation'],
  [
    'a name that every object has',
    operations,
    { operation: 'constructor' },
    'not_listed operation',
  ],
  ['a mode that is not known', modes, {}, 'missing_usage mode'],
  ['a mode that is not listed', modes, { mode: 'gentle' }, 'not_listed mode'],
  ['a mask of unknown area', masked, {}, 'missing_usage maskFraction'],
  ['a mask larger than the picture', masked, { maskFraction: 1.1 }, 'invalid_usage maskFraction'],
  ['a mask of unknown place', boxed, square, 'missing_usage maskBox'],
  [
    'a box on a picture of unknown size',
    boxed,
    { maskBox: '1x1' },
    'missing_usage width and height',
  ],
  [
    'a box larger than the picture',
    boxed,
    { ...square, maskBox: '2048x1024' },
    'invalid_usage maskBox',
  ],
  ['a box in words', boxed, { ...square, maskBox: 'all of it' }, 'invalid_usage maskBox'],
  ['an unknown enlargement', magnific, { inputMegapixels: 1 }, 'missing_usage scaleFactor'],
  ['an unknown original', magnific, { scaleFactor: 2 }, 'missing_usage inputMegapixels'],
  ['no enlargement', magnific, { inputMegapixels: 1, scaleFactor: 1 }, 'invalid_usage scaleFactor'],
  ['a sky', magnific, { inputMegapixels: 1, scaleFactor: 1025 }, 'invalid_usage scaleFactor'],
  [
    'a step above the table',
    small,
    { inputMegapixels: 2, scaleFactor: 4 },
    'above_largest inputMegapixels',
  ],
  ['an output of unknown size', topaz, {}, 'missing_usage width and height'],
])('no price: %s', (_, component, usage, reason) => {
  expect(priceOf(component, usage)).toBe(reason)
})

describe('the schema refuses', () => {
  test.each<[string, object]>([
    ['an empty table of operations', { ...operations, usd: {} }],
    ['an operation in words', { ...operations, usd: { 'Remove background': '0.05' } }],
    ['an empty table of modes', { ...modes, usd: {} }],
    ['a floor above the price', { ...masked, floor_share: '1.1' }],
    ['no block', { kind: 'upscale_per_output_mp' }],
    ['a block without its size', { kind: 'upscale_per_output_mp', usd_per_block: '0.1' }],
    ['two blocks', { ...topaz, usd_per_block: '0.1', block_mp: 4 }],
    ['no steps', { ...magnific, steps_usd: {} }],
  ])('%s', (_, component) => {
    expect(componentSchema.safeParse(component).success).toBe(false)
  })
})
