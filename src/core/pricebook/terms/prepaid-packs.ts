import Big from 'big.js'
import { z } from 'zod'
import { chargeLine } from '../../pricing/charge.ts'
import { decimal, positiveRateSchema, rateSchema } from '../../pricing/decimal.ts'
import { ok } from '../../result.ts'
import { defineTerm } from '../term.ts'

const schema = z.strictObject({
  kind: z.literal('prepaid_packs'),
  /** Dollars for one pack. */
  pack_usd: positiveRateSchema,
  /** Credits in the pack, without the bonus. */
  pack_credits: positiveRateSchema,
  /** Credits given on top. */
  bonus_credits: rateSchema.optional(),
  /** Credits for one image. */
  credits: positiveRateSchema,
})

/**
 * Credits are bought in whole packs when those left over do not suffice. Credits that expire unused
 * have been paid all the same; those still valid come in with the month.
 * @example 300 images of 8 credits from packs of 1,100 for $10 = 3 packs = $30
 */
export const prepaidPacks = defineTerm({
  title: 'Packs of credits',
  summary: 'A month costs the whole packs that had to be bought for the credits its images took.',
  schema,
  lines: (term, month) => {
    const needed = decimal(term.credits)
      .times(month.images)
      .minus(month.creditsLeft ?? 0)
    if (needed.lte(0)) return ok([])
    const pack = decimal(term.pack_credits).plus(term.bonus_credits ?? '0')
    const quantity = needed.div(pack).round(0, Big.roundUp)
    const label = `packs of ${pack.toFixed()} credits`
    return ok([chargeLine({ kind: term.kind, label, quantity, unit: 'pack', rate: term.pack_usd })])
  },
  example: {
    title: 'A month of 300 images of eight credits, from packs with a bonus',
    term: {
      kind: 'prepaid_packs',
      pack_usd: '10',
      pack_credits: '1000',
      bonus_credits: '100',
      credits: '8',
    },
    month: { images: 300 },
    usd: '30',
    source: 'illustrative: the pack size is that of Stability AI, the bonus is not',
  },
})
