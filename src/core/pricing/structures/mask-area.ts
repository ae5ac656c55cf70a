import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { type ChargeLine, chargeLine } from '../charge.ts'
import { type Decimal, decimal, positiveRateSchema } from '../decimal.ts'
import { shareSchema } from '../share.ts'
import { defineStructure } from '../structure.ts'
import { missingUsage } from '../unpriceable.ts'

const schema = z.strictObject({
  kind: z.literal('mask_area'),
  /** Dollars for an edit of the whole picture. */
  full_usd: positiveRateSchema,
  /** Share of `full_usd` that even the smallest mask pays. */
  floor_share: shareSchema,
})

/**
 * An edit under a mask pays for the masked share of the picture, on top of a floor. No public
 * tariff of November 2026 charges so; contracts may.
 * @example a tenth of the picture at $0.05, floor 30 % = $0.0185
 */
export const maskArea = defineStructure({
  title: 'Masked area',
  summary: 'An edit pays a floor, and the rest of the full price by the share that is masked.',
  schema,
  rate: (component, usage) => {
    const { kind } = component
    const { maskFraction } = usage
    if (maskFraction === undefined) return refused(missingUsage('maskFraction', kind))
    return ok(maskedLines(component, decimal(maskFraction), usage.images))
  },
  example: {
    title: 'An edit of a tenth of the picture',
    component: { kind: 'mask_area', full_usd: '0.05', floor_share: '0.3' },
    usage: { images: 1, maskFraction: 0.1 },
    usd: '0.0185',
    source: 'illustrative: no public tariff charges so',
  },
})

/** Lines of an edit of a share of the picture; shared with the structure that goes by the box. */
export function maskedLines(
  price: { readonly kind: string; readonly full_usd: string; readonly floor_share: string },
  share: Decimal,
  images: number,
): readonly ChargeLine[] {
  const floor = decimal(price.full_usd).times(price.floor_share)
  const byArea = decimal(price.full_usd).minus(floor)
  const parts = [
    { label: 'floor of an edit', quantity: decimal(images), rate: floor },
    { label: 'masked share of the image', quantity: share.times(images), rate: byArea },
  ]
  const { kind } = price
  return parts
    .filter(({ quantity, rate }) => quantity.gt(0) && rate.gt(0))
    .map(({ label, quantity, rate }) =>
      chargeLine({ kind, label, quantity, unit: 'image', rate: rate.toFixed() }),
    )
}
