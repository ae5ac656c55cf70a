import { z } from 'zod'
import { positiveRateSchema } from '../pricing/decimal.ts'
import { type UnpriceableReason, unpriceable } from '../pricing/unpriceable.ts'

/** Most tiers of one contract. */
const MAX_TIERS = 50

/**
 * Tiers of a volume price: up to and including how many images of the month, at how many dollars.
 * A bound of null is the rest; without it nothing above the last bound has a price.
 */
export const tiersSchema = z
  .array(z.tuple([z.int().positive().nullable(), positiveRateSchema]).readonly())
  .min(1)
  .max(MAX_TIERS)
  .refine(areRising, 'bounds must rise, and only the last may be null')
  .readonly()

/** The reason why a month has no price: it is larger than the last tier. */
export const aboveTiers = (images: number): UnpriceableReason =>
  unpriceable('above_largest', 'images', `${images} images are more than the last tier has`)

/** Says of a tier what it is for: `images 10001 to 50000`. */
export const tierLabel = (after: number, bound: number | null): string =>
  bound === null ? `images from ${after + 1}` : `images ${after + 1} to ${bound}`

function areRising(tiers: readonly (readonly [number | null, string])[]): boolean {
  let previous = 0
  return tiers.every(([bound], index) => {
    if (bound === null) return index === tiers.length - 1
    const isRising = bound > previous
    previous = bound
    return isRising
  })
}
