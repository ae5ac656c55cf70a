import { describe, expect, test } from 'vitest'
import { priceOf } from '../../../testing/price-of.ts'
import { componentSchema } from './index.ts'

// Replicate, L40S (price list, 2026-05-04); fal, H200 by the hour (fal.ai/pricing, 2026-09-20).
const l40s = { kind: 'gpu_second', usd_per_s: '0.000975' }
const privateH200 = { kind: 'gpu_second', usd_per_h: '4.5', bill_startup: true }
const a100 = { kind: 'gpu_hour_selfhost', usd_per_h: '3.8', images_per_h: '600' }
const card = {
  kind: 'gpu_hour_owned',
  hardware_usd: '1600',
  life_h: '13140',
  power_usd_per_h: '0.15',
  images_per_h: '400',
}

test.each<[string, object, object, string]>([
  ['seconds of one GPU', l40s, { predictSeconds: 4.2 }, '0.004095'],
  [
    'seconds are those of the call, not of an image',
    l40s,
    { predictSeconds: 4.2, images: 4 },
    '0.004095',
  ],
  ['two GPUs cost twice', { ...l40s, gpus: 2 }, { predictSeconds: 4.2 }, '0.00819'],
  [
    'a public model does not pay its start',
    l40s,
    { predictSeconds: 4.2, startupSeconds: 60 },
    '0.004095',
  ],
  ['a private one does', privateH200, { predictSeconds: 3, startupSeconds: 20 }, '0.02875'],
  ['but not when it was warm', privateH200, { predictSeconds: 3, startupSeconds: 0 }, '0.00375'],
  ['a call that failed at once kept nothing busy', l40s, { predictSeconds: 0 }, '0'],
  ['a machine that always works', a100, { utilisation: 1 }, '0.006333333'],
  ['idle hours are paid too', a100, { utilisation: 0.25 }, '0.025333333'],
  ['the utilisation that was planned', { ...a100, utilisation: '0.5' }, {}, '0.012666667'],
  [
    'measured utilisation wins over planned',
    { ...a100, utilisation: '0.5' },
    { utilisation: 1 },
    '0.006333333',
  ],
  ['a line is rounded once, not each image', a100, { utilisation: 1, images: 3 }, '0.019'],
  ['hardware and power', card, {}, '0.000679414'],
  ['no image took no time', card, { images: 0 }, '0'],
])('%s', (_, component, usage, usd) => {
  expect(priceOf(component, usage)).toBe(usd)
})

test.each<[string, object, object, string]>([
  ['seconds that nobody estimated', l40s, {}, 'missing_usage predictSeconds'],
  [
    'a start that may have to be paid',
    privateH200,
    { predictSeconds: 3 },
    'missing_usage startupSeconds',
  ],
  ['a utilisation that nobody planned', a100, {}, 'missing_usage utilisation'],
  ['a machine that never works', a100, { utilisation: 0 }, 'invalid_usage utilisation'],
  [
    'a machine that works more than always',
    a100,
    { utilisation: 1.5 },
    'invalid_usage utilisation',
  ],
  ['negative seconds', l40s, { predictSeconds: -1 }, 'invalid_usage predictSeconds'],
])('no price: %s', (_, component, usage, reason) => {
  expect(priceOf(component, usage)).toBe(reason)
})

describe('the schema refuses', () => {
  test.each<[string, object]>([
    ['no price of a second', { kind: 'gpu_second' }],
    ['two prices of a second', { ...l40s, usd_per_h: '3.51' }],
    ['half a GPU', { ...l40s, gpus: 0.5 }],
    ['a plan without work', { ...a100, utilisation: '0' }],
    ['a plan of more than all hours', { ...a100, utilisation: '1.1' }],
    ['a machine that makes nothing', { ...a100, images_per_h: '0' }],
    ['hardware for ever', { ...card, life_h: undefined }],
  ])('%s', (_, component) => {
    expect(componentSchema.safeParse(component).success).toBe(false)
  })
})
