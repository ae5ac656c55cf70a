import { z } from 'zod'
import { type ChargeLine, chargeLine } from '../../pricing/charge.ts'
import { decimal, positiveRateSchema } from '../../pricing/decimal.ts'
import { unpriceable } from '../../pricing/unpriceable.ts'
import { ok, refused } from '../../result.ts'
import { defineTerm } from '../term.ts'

const MINUTES_PER_HOUR = 60

const schema = z.strictObject({
  kind: z.literal('subscription_gpu_hours'),
  /** Dollars for the month's subscription. */
  month_usd: positiveRateSchema,
  /** Fast GPU hours that it includes. */
  fast_h: positiveRateSchema,
  /** Minutes of GPU that one image takes. */
  min_per_image: positiveRateSchema,
  /** Dollars for an hour beyond; absent = there is none. */
  extra_usd_per_h: positiveRateSchema.optional(),
})

/**
 * A subscription with so many GPU hours. The price of an image is the fee over the images that were
 * really made, not over those that would have fitted in.
 * @example 1,200 images of a minute on $30 for 15 hours, $4 each further hour = $50
 */
export const subscriptionGpuHours = defineTerm({
  title: 'Subscription with GPU hours',
  summary: 'A month costs the fee, and the GPU hours that its images took beyond the included.',
  schema,
  lines: (term, month) => {
    const { kind } = term
    const fee = { label: 'subscription', quantity: 1, unit: 'month', rate: term.month_usd }
    const lines: ChargeLine[] = [chargeLine({ kind, ...fee })]
    const hours = decimal(month.images).times(term.min_per_image).div(MINUTES_PER_HOUR)
    const extra = hours.minus(term.fast_h)
    if (extra.lte(0)) return ok(lines)
    const rate = term.extra_usd_per_h
    if (rate === undefined) {
      const text = `${month.images} images take more hours than the subscription has`
      return refused(unpriceable('above_largest', 'images', text))
    }
    const line = { label: 'hours beyond the included', quantity: extra, unit: 'GPU-hour', rate }
    return ok([...lines, chargeLine({ kind, ...line })])
  },
  example: {
    title: 'A month of 1,200 images on the Standard plan of Midjourney',
    term: {
      kind: 'subscription_gpu_hours',
      month_usd: '30',
      fast_h: '15',
      min_per_image: '1',
      extra_usd_per_h: '4',
    },
    month: { images: 1200 },
    usd: '50',
    source: 'Midjourney plans, 2026',
  },
})
