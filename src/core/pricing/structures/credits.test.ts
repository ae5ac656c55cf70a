import { expect, test } from 'vitest'
import { nanoFromDollars } from '../../money.ts'
import { rate } from '../rate.ts'
import type { Usage } from '../usage.ts'
import { credits } from './credits.ts'

const { schema } = credits

const price = (fields: object, usage: Usage) =>
  rate({ components: [schema.parse({ kind: 'credits', ...fields })] }, usage)

/** What Stability AI and Black Forest Labs take for one credit (their price pages, 2026). */
const CENT = '0.01'

test.each<[string, object, Usage, string]>([
  [
    'Stable Diffusion 3.5 Large, two images',
    { credits: '6.5', usd_per_credit: CENT },
    { images: 2 },
    '0.13',
  ],
  ['Recraft V4.1', { credits: '35', usd_per_credit: '0.001' }, { images: 1 }, '0.035'],
  [
    'a credit price with more digits than a float carries',
    { credits: '12.66', usd_per_credit: '0.004739336492890996' },
    { images: 1 },
    '0.06',
  ],
  [
    'reported credits win over those of the book',
    { credits: '4', usd_per_credit: CENT },
    { images: 1, credits: 4.5 },
    '0.045',
  ],
  [
    'reported credits are those of the whole call',
    { credits: '4', usd_per_credit: CENT },
    { images: 4, credits: 16 },
    '0.16',
  ],
  [
    'a price known only from the answer',
    { usd_per_credit: CENT },
    { images: 1, credits: 4.8 },
    '0.048',
  ],
  ['no credits, no cost', { credits: null, usd_per_credit: CENT }, { images: 1, credits: 0 }, '0'],
  [
    'a call that made no image takes no credits',
    { credits: '8', usd_per_credit: CENT },
    { images: 0 },
    '0',
  ],
])('%s', (_, fields, usage, usd) => {
  expect(price(fields, usage)).toMatchObject({
    ok: true,
    charge: { totalNano: nanoFromDollars(usd) },
  })
})

// Stability AI's services at one cent a credit (price list read in June and August 2026).
test.each([
  ['ultra', '8', '0.08'],
  ['sd3.5-large', '6.5', '0.065'],
  ['sd3.5-large-turbo', '4', '0.04'],
  ['sd3.5-medium', '3.5', '0.035'],
  ['sd3.5-flash', '2.5', '0.025'],
  ['core', '3', '0.03'],
  ['inpaint', '5', '0.05'],
  ['outpaint', '4', '0.04'],
  ['creative upscale', '60', '0.6'],
])('Stability %s takes %s credits = $%s', (_, perImage, usd) => {
  expect(price({ credits: perImage, usd_per_credit: CENT }, { images: 1 })).toMatchObject({
    charge: { totalNano: nanoFromDollars(usd), lines: [{ quantity: perImage, unit: 'credit' }] },
  })
})

test('the line says when the credits were reported', () => {
  const fields = { credits: '4', usd_per_credit: CENT }
  const estimated = { charge: { lines: [{ label: 'credits' }] } }
  const reported = { charge: { lines: [{ label: 'credits, as reported' }] } }
  expect(price(fields, { images: 1 })).toMatchObject(estimated)
  expect(price(fields, { images: 1, credits: 4 })).toMatchObject(reported)
})

test('without credits in book and answer there is no price', () => {
  expect(price({ usd_per_credit: CENT }, { images: 1 })).toMatchObject({
    ok: false,
    reason: { code: 'missing_usage', subject: 'credits' },
  })
})

test.each([
  ['no price of a credit', { credits: '8' }],
  ['a free credit', { credits: '8', usd_per_credit: '0' }],
  ['an image of no credits', { credits: '0', usd_per_credit: CENT }],
])('the schema refuses %s', (_, fields) => {
  expect(schema.safeParse({ kind: 'credits', ...fields }).success).toBe(false)
})
