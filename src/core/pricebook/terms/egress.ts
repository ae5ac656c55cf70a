import { z } from 'zod'
import { chargeLine } from '../../pricing/charge.ts'
import { decimal, positiveRateSchema } from '../../pricing/decimal.ts'
import { missingUsage } from '../../pricing/unpriceable.ts'
import { ok, refused } from '../../result.ts'
import { MEGABYTES_PER_GIGABYTE } from '../month.ts'
import { defineTerm } from '../term.ts'

const schema = z.strictObject({
  kind: z.literal('egress'),
  /** Dollars for sending out a gigabyte (1,024 megabytes). */
  usd_per_gb: positiveRateSchema,
})

/**
 * Images cost each time they are looked at, and soon more than keeping them.
 * @example 100,000 images of 1.5 MB, seen 3 times, at $0.09 a gigabyte = $39.55078125
 */
export const egress = defineTerm({
  title: 'Delivery',
  summary: 'Every gigabyte that is sent out costs the same.',
  schema,
  lines: ({ kind, usd_per_gb: rate }, { images, megabytesPerImage, viewsPerImage }) => {
    if (megabytesPerImage === undefined) return refused(missingUsage('megabytesPerImage', kind))
    if (viewsPerImage === undefined) return refused(missingUsage('viewsPerImage', kind))
    const megabytes = decimal(images).times(megabytesPerImage).times(viewsPerImage)
    const quantity = megabytes.div(MEGABYTES_PER_GIGABYTE)
    if (quantity.eq(0)) return ok([])
    return ok([chargeLine({ kind, label: 'images sent out', quantity, unit: 'gigabyte', rate })])
  },
  example: {
    title: 'A hundred thousand images of 1.5 megabytes, each seen three times',
    term: { kind: 'egress', usd_per_gb: '0.09' },
    month: { images: 100_000, megabytesPerImage: 1.5, viewsPerImage: 3 },
    usd: '39.55078125',
    source: 'Amazon S3 price of data transfer out, 2026',
  },
})
