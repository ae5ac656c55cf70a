import { expect, test } from 'vitest'
import { nanoFromDollars } from '../../money.ts'
import { rate } from '../rate.ts'
import type { Usage } from '../usage.ts'
import { firstPlusExtraMp } from './first-plus-extra-mp.ts'

const { schema } = firstPlusExtraMp

const price = (fields: object, usage: Usage) =>
  rate({ components: [schema.parse({ kind: 'first_plus_extra_mp', ...fields })] }, usage)

// Black Forest Labs pricing page (docs.bfl.ai/quick_start/pricing, 2026).
const klein4b = { first: '0.014', extra: '0.001' }
const klein9b = { first: '0.015', extra: '0.002', input_mp: '0.002' }
const pro = { first: '0.03', extra: '0.015', input_mp: '0.015' }
const max = { first: '0.07', extra: '0.03', input_mp: '0.03' }

test.each<[string, object, Usage, string]>([
  [
    'klein 4B at two megapixels',
    klein4b,
    { images: 1, outputMegapixels: 2, inputMegapixels: 0 },
    '0.015',
  ],
  [
    'an edit pays for its input',
    pro,
    { images: 1, outputMegapixels: 1, inputMegapixels: 1 },
    '0.045',
  ],
  [
    'an edit at two megapixels',
    pro,
    { images: 1, outputMegapixels: 2, inputMegapixels: 1 },
    '0.06',
  ],
  [
    'klein 9B, four out, two in',
    klein9b,
    { images: 1, outputMegapixels: 4, inputMegapixels: 2 },
    '0.025',
  ],
  [
    'an edit by FLUX.2 [max] is .10, not "from .07"',
    max,
    { images: 1, outputMegapixels: 1, inputMegapixels: 1 },
    '0.1',
  ],
  ['1024x1024 is one megapixel', pro, { images: 1, width: 1024, height: 1024 }, '0.03'],
  ['one pixel row more is two', pro, { images: 1, width: 1024, height: 1025 }, '0.045'],
  [
    'a small image pays the first megapixel whole',
    pro,
    { images: 1, width: 64, height: 64 },
    '0.03',
  ],
  ['1920x1080 is two megapixels of 2^20', pro, { images: 1, width: 1920, height: 1080 }, '0.045'],
  [
    '1920x1080 is three megapixels of 10^6',
    { ...pro, mp_base: 1_000_000 },
    { images: 1, width: 1920, height: 1080 },
    '0.06',
  ],
  [
    '1024x1024 snaps to one of 10^6',
    { ...pro, mp_base: 1_000_000, snap_1024: true },
    { images: 1, width: 1024, height: 1024 },
    '0.03',
  ],
  [
    'unrounded megapixels',
    { ...pro, mp_base: 1_000_000, rounding: 'none' },
    { images: 1, width: 1500, height: 1000 },
    '0.0375',
  ],
  [
    'reported megapixels win over the pixels',
    pro,
    { images: 1, width: 1024, height: 1025, outputMegapixels: 1 },
    '0.03',
  ],
  [
    'a reported part of a megapixel pays the first whole',
    pro,
    { images: 1, outputMegapixels: 0.6 },
    '0.03',
  ],
  [
    'n images are n charges, inputs included',
    pro,
    { images: 3, outputMegapixels: 2, inputMegapixels: 1 },
    '0.18',
  ],
  ['no image, no charge', pro, { images: 0, outputMegapixels: 2, inputMegapixels: 1 }, '0'],
])('%s', (_, fields, usage, usd) => {
  expect(price(fields, usage)).toMatchObject({
    ok: true,
    charge: { totalNano: nanoFromDollars(usd) },
  })
})

test('each part is a line of its own, and parts that were not used have none', () => {
  const parts = (usage: Usage) => {
    const rated = price(pro, usage)
    return rated.ok ? rated.charge.lines.map(({ label, quantity }) => [label, quantity]) : undefined
  }
  expect(parts({ images: 2, outputMegapixels: 3, inputMegapixels: 1 })).toEqual([
    ['first megapixel', '2'],
    ['further megapixels', '4'],
    ['input megapixels', '2'],
  ])
  expect(parts({ images: 1, outputMegapixels: 1 })).toEqual([['first megapixel', '1']])
})

test.each<[string, object, Usage, string, string]>([
  [
    'an edit where the rate of inputs is absent',
    klein4b,
    { images: 1, outputMegapixels: 1, inputMegapixels: 1 },
    'unknown_rate',
    'input_mp',
  ],
  [
    'a large image where the rate of more is null',
    { first: '0.048', extra: null },
    { images: 1, outputMegapixels: 2 },
    'unknown_rate',
    'extra',
  ],
  ['an image of unknown size', pro, { images: 1 }, 'missing_usage', 'width and height'],
  [
    'an image of unknown height',
    pro,
    { images: 1, width: 1024 },
    'missing_usage',
    'width and height',
  ],
])('%s has no price', (_, fields, usage, code, subject) => {
  expect(price(fields, usage)).toMatchObject({ ok: false, reason: { code, subject } })
})

test.each([
  ['no price of the first megapixel', { extra: '0.015' }],
  ['a free first megapixel', { first: '0', extra: '0.015' }],
  ['a megapixel of another base', { ...pro, mp_base: 1_024_000 }],
])('the schema refuses %s', (_, fields) => {
  expect(schema.safeParse({ kind: 'first_plus_extra_mp', ...fields }).success).toBe(false)
})
