import { describe, expect, test } from 'vitest'
import { monthOf } from '../../testing/price-of.ts'
import { monthBill } from './month-bill.ts'
import { termSchema } from './terms/index.ts'

const tiers = [
  [10_000, '0.01'],
  [50_000, '0.008'],
  [null, '0.005'],
]
const graduated = { kind: 'tier_graduated', tiers }
const volume = { kind: 'tier_volume', tiers }
const closed = { kind: 'tier_graduated', tiers: [[100, '0.01']] }
const closedVolume = { kind: 'tier_volume', tiers: [[100, '0.01']] }
const minimum = { kind: 'commit_min_spend', usd: '0.012', min_month_usd: '500' }
const plan = { kind: 'commit_take_or_pay', usd: '0.005', units: 100_000, overage_usd: '0.009' }
const openPlan = { ...plan, overage_usd: null }
const asYouGo = { kind: 'commit_none', usd: '0.005' }
const reserved = { kind: 'reserved_capacity', usd: '0.006', reserve_month_usd: '200' }
const hours = { kind: 'subscription_gpu_hours', month_usd: '30', fast_h: '15', min_per_image: '1' }
const moreHours = { ...hours, extra_usd_per_h: '4.2' }
const allowance = { kind: 'free_allowance', free_usd: '0.25', usd: '0.03' }
const packs = { kind: 'prepaid_packs', pack_usd: '10', pack_credits: '1000', credits: '8' }
const kept = { kind: 'storage', usd_per_gb_month: '0.023' }
const sent = { kind: 'egress', usd_per_gb: '0.09' }

/** Title, term, month, then what it costs, what one more image adds, and what each has cost. */
test.each<[string, object, object, string, string, string]>([
  [
    'slices at their own rates',
    graduated,
    { images: 60_000 },
    '470',
    '0.005',
    '0.007833333333333333',
  ],
  [
    'the boundary belongs to the lower slice',
    graduated,
    { images: 10_000 },
    '100',
    '0.008',
    '0.01',
  ],
  ['all at the rate that was reached', volume, { images: 60_000 }, '300', '0.005', '0.005'],
  ['one more image makes all cheaper', volume, { images: 10_000 }, '100', '-19.992', '0.01'],
  [
    'below the minimum images cost nothing more',
    minimum,
    { images: 30_000 },
    '500',
    '0',
    '0.016666666666666667',
  ],
  [
    'the image that reaches it costs its rest',
    minimum,
    { images: 41_666 },
    '500',
    '0.004',
    '0.012000192003072049',
  ],
  ['above the minimum each costs its price', minimum, { images: 50_000 }, '600', '0.012', '0.012'],
  ['an idle month costs the minimum', minimum, { images: 0 }, '500', '0', 'no image'],
  ['what is not made is paid', plan, { images: 50_000 }, '500', '0', '0.01'],
  [
    'beyond the plan each costs the overage',
    plan,
    { images: 130_000 },
    '770',
    '0.009',
    '0.005923076923076923',
  ],
  [
    'a full plan without overage lets no more through',
    openPlan,
    { images: 100_000 },
    '500',
    'no more',
    '0.005',
  ],
  ['as you go', asYouGo, { images: 50_000 }, '250', '0.005', '0.005'],
  ['as you do not go', asYouGo, { images: 0 }, '0', '0.005', 'no image'],
  ['a reservation and images', reserved, { images: 50_000 }, '500', '0.006', '0.01'],
  ['a reservation alone', reserved, { images: 0 }, '200', '0.006', 'no image'],
  ['hours that are included', hours, { images: 450 }, '30', '0', '0.066666666666666667'],
  ['the last included minute', hours, { images: 900 }, '30', 'no more', '0.033333333333333333'],
  ['hours beyond', moreHours, { images: 1200 }, '51', '0.07', '0.0425'],
  ['within the allowance', allowance, { images: 8 }, '0', '0.02', '0'],
  ['beyond the allowance', allowance, { images: 10 }, '0.05', '0.03', '0.005'],
  [
    'a month without use has no allowance to pay out',
    allowance,
    { images: 0 },
    '0',
    '0',
    'no image',
  ],
  ['packs are bought whole', packs, { images: 126 }, '20', '0', '0.15873015873015873'],
  ['the image that needs a pack costs a pack', packs, { images: 125 }, '10', '10', '0.08'],
  [
    'a bonus is used first',
    { ...packs, bonus_credits: '100' },
    { images: 130 },
    '10',
    '0',
    '0.076923076923076923',
  ],
  ['credits left over buy nothing', packs, { images: 125, creditsLeft: 1000 }, '0', '10', '0'],
  [
    'images are kept',
    kept,
    { images: 1024, megabytesPerImage: 1 },
    '0.023',
    '0.0000224609375',
    '0.0000224609375',
  ],
  [
    'keeping costs each month',
    kept,
    { images: 1024, megabytesPerImage: 1, storedMonths: 12 },
    '0.276',
    '0.00026953125',
    '0.00026953125',
  ],
  [
    'images are sent',
    sent,
    { images: 1024, megabytesPerImage: 2, viewsPerImage: 3 },
    '0.54',
    '0.00052734375',
    '0.00052734375',
  ],
  [
    'what nobody looks at is not sent',
    sent,
    { images: 9, megabytesPerImage: 2, viewsPerImage: 0 },
    '0',
    '0',
    '0',
  ],
])('%s', (_, term, month, usd, marginal, effective) => {
  expect(monthOf(term, month)).toEqual([usd, marginal, effective])
})

test.each<[string, object, object, string]>([
  ['more than the last tier has', closed, { images: 101 }, 'above_largest images'],
  ['more than the last volume tier has', closedVolume, { images: 101 }, 'above_largest images'],
  ['beyond a plan without overage', openPlan, { images: 100_001 }, 'unknown_rate overage_usd'],
  ['beyond the hours of a subscription', hours, { images: 901 }, 'above_largest images'],
  ['files of unknown size kept', kept, { images: 1 }, 'missing_usage megabytesPerImage'],
  [
    'files of unknown size sent',
    sent,
    { images: 1, viewsPerImage: 1 },
    'missing_usage megabytesPerImage',
  ],
  [
    'files sent who knows how often',
    sent,
    { images: 1, megabytesPerImage: 1 },
    'missing_usage viewsPerImage',
  ],
  ['half an image', asYouGo, { images: 0.5 }, 'invalid_usage images'],
  ['fewer images than none', asYouGo, { images: -1 }, 'invalid_usage images'],
  ['no number of images', asYouGo, { images: Number.NaN }, 'invalid_usage images'],
  ['negative credits', packs, { images: 1, creditsLeft: -1 }, 'invalid_usage creditsLeft'],
  [
    'files without end',
    kept,
    { images: 1, megabytesPerImage: Number.POSITIVE_INFINITY },
    'invalid_usage megabytesPerImage',
  ],
])('no bill: %s', (_, term, month, reason) => {
  expect(monthOf(term, month)).toEqual([reason])
})

test('a cap costs nothing and says how many images an hour it lets through', () => {
  const cap = termSchema.parse({ kind: 'concurrency_cap', cap: 24, latency_s: '4.5' })
  expect(monthBill(cap, { images: 1000 })).toEqual({
    ok: true,
    value: {
      lines: [],
      totalNano: 0n,
      marginalUsd: '0',
      effectiveUsd: '0',
      imagesPerHour: '19200',
    },
  })
})

test('a bill shows what was promised and not used', () => {
  const billed = monthBill(termSchema.parse(minimum), { images: 30_000 })
  expect(billed).toMatchObject({
    value: {
      lines: [
        { label: 'images', quantity: '30000', rate: '0.012' },
        { label: 'unused part of the minimum spend', quantity: '1', rate: '140' },
      ],
    },
  })
})

describe('the schema refuses', () => {
  test.each<[string, object]>([
    ['no tier', { ...graduated, tiers: [] }],
    [
      'tiers that fall',
      {
        ...graduated,
        tiers: [
          [100, '0.01'],
          [50, '0.008'],
        ],
      },
    ],
    [
      'a tier twice',
      {
        ...volume,
        tiers: [
          [100, '0.01'],
          [100, '0.008'],
        ],
      },
    ],
    [
      'an end before the end',
      {
        ...volume,
        tiers: [
          [null, '0.01'],
          [100, '0.008'],
        ],
      },
    ],
    ['a free tier', { ...graduated, tiers: [[null, '0']] }],
    ['half an image', { ...graduated, tiers: [[0.5, '0.01']] }],
    ['a plan of nothing', { ...plan, units: 0 }],
    ['a cap of nothing', { kind: 'concurrency_cap', cap: 0, latency_s: '6' }],
    ['an image of no time', { ...hours, min_per_image: '0' }],
    ['a price as a number', { ...asYouGo, usd: 0.005 }],
  ])('%s', (_, term) => {
    expect(termSchema.safeParse(term).success).toBe(false)
  })
})
