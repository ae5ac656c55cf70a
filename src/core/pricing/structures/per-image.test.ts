import { expect, test } from 'vitest'
import { nanoFromDollars } from '../../money.ts'
import { rate } from '../rate.ts'
import { perImage } from './per-image.ts'

const { schema } = perImage

test.each([
  ['one image is one charge', { usd: '0.04' }, 1, '0.04'],
  ['a batch of n is n charges', { usd: '0.04' }, 4, '0.16'],
  ['a price published per thousand', { usd_per_1000: '3.0' }, 1, '0.003'],
  ['a price per thousand is divided exactly', { usd_per_1000: '0.0015' }, 3, '0.0000045'],
  ['a call that made no image costs nothing', { usd: '0.04' }, 0, '0'],
])('%s', (_, price, images, usd) => {
  const component = schema.parse({ kind: 'per_image', ...price })
  const totalNano = nanoFromDollars(usd)
  expect(rate({ components: [component] }, { images })).toMatchObject({
    ok: true,
    charge: { totalNano },
  })
})

test('the line explains the amount', () => {
  const component = schema.parse({ kind: 'per_image', usd_per_1000: '3.0' })
  expect(rate({ components: [component] }, { images: 7 })).toEqual({
    ok: true,
    charge: {
      totalNano: 21_000_000n,
      lines: [
        {
          kind: 'per_image',
          label: 'output image',
          quantity: '7',
          unit: 'image',
          rate: '0.003',
          amountNano: 21_000_000n,
        },
      ],
    },
  })
})

test.each([
  ['no price', {}],
  ['two prices', { usd: '0.04', usd_per_1000: '40' }],
  ['a price of zero, which would look free', { usd: '0' }],
  ['a price of zero with decimals', { usd: '0.000' }],
  ['a negative price', { usd: '-0.04' }],
  ['a price with an exponent', { usd: '4e-2' }],
  ['a JSON number, which is not exact', { usd: 0.04 }],
  ['an unknown field, which may be a price', { usd: '0.04', usd_hd: '0.08' }],
])('the schema refuses %s', (_, price) => {
  expect(schema.safeParse({ kind: 'per_image', ...price }).success).toBe(false)
})
