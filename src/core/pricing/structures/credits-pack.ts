import { z } from 'zod'
import { decimal, positiveRateSchema, quotient, rateSchema } from '../decimal.ts'
import { defineStructure } from '../structure.ts'
import { creditLines } from './credits.ts'

const schema = z.strictObject({
  kind: z.literal('credits_pack'),
  /** Dollars for the pack. */
  pack_usd: positiveRateSchema,
  /** Credits in the pack, without the bonus. */
  pack_credits: positiveRateSchema,
  /** Credits given on top. */
  bonus_credits: rateSchema.optional(),
  /** Credits for one image; null or absent where only the provider's answer tells them. */
  credits: positiveRateSchema.nullish(),
})

/**
 * Credits bought in packs: a bonus lowers what a credit really costs. A structure of its own, not
 * optional fields of `credits`, so that neither has fields that exclude each other.
 * @example 1 image of 8 credits from a pack of 1,000 + 100 for $10 = $0.072727273
 */
export const creditsPack = defineStructure({
  title: 'Credits from packs',
  summary: 'Each image takes credits; a credit costs its share of the pack, the bonus included.',
  schema,
  rate: (component, usage) => {
    const packCredits = decimal(component.pack_credits).plus(component.bonus_credits ?? '0')
    const usdPerCredit = quotient(component.pack_usd, packCredits)
    return creditLines({ kind: component.kind, perImage: component.credits, usdPerCredit }, usage)
  },
  example: {
    title: 'One image of eight credits from a pack with a bonus',
    component: {
      kind: 'credits_pack',
      pack_usd: '10',
      pack_credits: '1000',
      bonus_credits: '100',
      credits: '8',
    },
    usage: { images: 1 },
    usd: '0.072727273',
    source: 'illustrative: the pack size is that of Stability AI, the bonus is not',
  },
})
