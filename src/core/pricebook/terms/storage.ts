import { z } from 'zod'
import { chargeLine } from '../../pricing/charge.ts'
import { decimal, positiveRateSchema } from '../../pricing/decimal.ts'
import { missingUsage } from '../../pricing/unpriceable.ts'
import { ok, refused } from '../../result.ts'
import { MEGABYTES_PER_GIGABYTE } from '../month.ts'
import { defineTerm } from '../term.ts'

const schema = z.strictObject({
  kind: z.literal('storage'),
  /** Dollars for keeping a gigabyte (1,024 megabytes) for a month. */
  usd_per_gb_month: positiveRateSchema,
})

/**
 * Images that are kept cost every month they are kept: forever has no price.
 * @example 100,000 images of 1.5 MB for a month at $0.023 a gigabyte = $3.369140625
 */
export const storage = defineTerm({
  title: 'Storage',
  summary: 'Every gigabyte that is kept costs the same for each month.',
  schema,
  lines: ({ kind, usd_per_gb_month: rate }, month) => {
    const { images, megabytesPerImage, storedMonths = 1 } = month
    if (megabytesPerImage === undefined) return refused(missingUsage('megabytesPerImage', kind))
    const gigabytes = decimal(images).times(megabytesPerImage).div(MEGABYTES_PER_GIGABYTE)
    const quantity = gigabytes.times(storedMonths)
    if (quantity.eq(0)) return ok([])
    const line = { label: 'images kept', quantity, unit: 'gigabyte-month', rate }
    return ok([chargeLine({ kind, ...line })])
  },
  example: {
    title: 'A hundred thousand images of 1.5 megabytes, kept for a month in S3',
    term: { kind: 'storage', usd_per_gb_month: '0.023' },
    month: { images: 100_000, megabytesPerImage: 1.5, storedMonths: 1 },
    usd: '3.369140625',
    source: 'Amazon S3 price of the standard class, 2026',
  },
})
