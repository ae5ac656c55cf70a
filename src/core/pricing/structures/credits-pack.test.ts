import { expect, test } from 'vitest'
import { nanoFromDollars } from '../../money.ts'
import { rate } from '../rate.ts'
import type { Usage } from '../usage.ts'
import { creditsPack } from './credits-pack.ts'

const { schema } = creditsPack

const price = (fields: object, usage: Usage) =>
  rate({ components: [schema.parse({ kind: 'credits_pack', ...fields })] }, usage)

const pack = { pack_usd: '10', pack_credits: '1000', credits: '8' }

test.each<[string, object, Usage, string]>([
  [
    'a bonus lowers what a credit costs',
    { ...pack, bonus_credits: '100' },
    { images: 1 },
    '0.072727273',
  ],
  ['without a bonus a credit is its share of the pack', pack, { images: 1 }, '0.08'],
  ['a bonus of nothing changes nothing', { ...pack, bonus_credits: '0' }, { images: 2 }, '0.16'],
  [
    'the line is rounded once, not each image',
    { ...pack, bonus_credits: '100' },
    { images: 3 },
    '0.218181818',
  ],
  ['reported credits win', { ...pack, credits: null }, { images: 1, credits: 11 }, '0.11'],
])('%s', (_, fields, usage, usd) => {
  expect(price(fields, usage)).toMatchObject({
    ok: true,
    charge: { totalNano: nanoFromDollars(usd) },
  })
})

test('the line shows the price of a credit to thirty decimals', () => {
  const rated = price({ ...pack, bonus_credits: '100' }, { images: 1 })
  const rateOfCredit = '0.009090909090909090909090909091'
  expect(rated).toMatchObject({ charge: { lines: [{ quantity: '8', rate: rateOfCredit }] } })
})

test.each([
  ['a pack of no credits', { ...pack, pack_credits: '0' }],
  ['a free pack', { ...pack, pack_usd: '0' }],
  ['a price per credit beside the pack', { ...pack, usd_per_credit: '0.01' }],
])('the schema refuses %s', (_, fields) => {
  expect(schema.safeParse({ kind: 'credits_pack', ...fields }).success).toBe(false)
})
