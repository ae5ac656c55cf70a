import { z } from 'zod'
import { chargeLine } from '../../pricing/charge.ts'
import { positiveRateSchema } from '../../pricing/decimal.ts'
import { ok } from '../../result.ts'
import { defineTerm } from '../term.ts'

const schema = z.strictObject({
  kind: z.literal('reserved_capacity'),
  /** Dollars for one image. */
  usd: positiveRateSchema,
  /** Dollars for the month's reservation, used or not. */
  reserve_month_usd: positiveRateSchema,
})

/**
 * A fee for the right to run more at once, on top of the price of each image.
 * @example 50,000 images at $0.006 and a reservation of $200 = $500
 */
export const reservedCapacity = defineTerm({
  title: 'Reserved capacity',
  summary: 'A month costs a fee for the reservation and the images that were made.',
  schema,
  lines: ({ kind, usd: rate, reserve_month_usd }, { images }) => {
    const reservation = { label: 'reservation', quantity: 1, unit: 'month' }
    const lines = [chargeLine({ kind, ...reservation, rate: reserve_month_usd })]
    if (images === 0) return ok(lines)
    const image = { label: 'images', quantity: images, unit: 'image' }
    return ok([...lines, chargeLine({ kind, ...image, rate })])
  },
  example: {
    title: 'A month of 50,000 images by Janus-Pro with a reservation',
    term: { kind: 'reserved_capacity', usd: '0.006', reserve_month_usd: '200' },
    month: { images: 50_000 },
    usd: '500',
    source: 'DeepSeek offer as described in 2026-06',
  },
})
