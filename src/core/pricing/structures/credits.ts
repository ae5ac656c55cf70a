import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { defineStructure, type Priced } from '../structure.ts'
import { missingUsage } from '../unpriceable.ts'
import type { Usage } from '../usage.ts'

const schema = z.strictObject({
  kind: z.literal('credits'),
  /** Credits for one image; null or absent where only the provider's answer tells them. */
  credits: positiveRateSchema.nullish(),
  /** Dollars for one credit. */
  usd_per_credit: positiveRateSchema,
})

/**
 * Credits at a fixed price. Credits that the provider reported for the call win over the credits
 * per image of the book.
 * @example 2 images at 6.5 credits of $0.01 = $0.13
 */
export const credits = defineStructure({
  title: 'Credits',
  summary: 'Each image takes credits of a fixed price; credits the provider reported win.',
  schema,
  rate: (component, usage) =>
    creditLines(
      { ...component, perImage: component.credits, usdPerCredit: component.usd_per_credit },
      usage,
    ),
  example: {
    title: 'Two images by Stable Diffusion 3.5 Large',
    component: { kind: 'credits', credits: '6.5', usd_per_credit: '0.01' },
    usage: { images: 2 },
    usd: '0.13',
    source: 'Stability AI price list, read in June 2026',
  },
})

/** Credits of a call at a price per credit; shared with structures that derive that price. */
export function creditLines(
  price: {
    readonly kind: string
    readonly perImage: string | null | undefined
    readonly usdPerCredit: string
  },
  usage: Usage,
): Priced {
  if (usage.credits === undefined && price.perImage == null) {
    return refused(missingUsage('credits', price.kind))
  }
  const isReported = usage.credits !== undefined
  const quantity = isReported
    ? decimal(usage.credits)
    : decimal(price.perImage ?? 0).times(usage.images)
  if (quantity.eq(0)) return ok([])
  const label = isReported ? 'credits, as reported' : 'credits'
  const line = { kind: price.kind, label, unit: 'credit', rate: price.usdPerCredit }
  return ok([chargeLine({ ...line, quantity })])
}
