import { z } from 'zod'
import { chargeLine } from '../../pricing/charge.ts'
import { decimal, positiveRateSchema } from '../../pricing/decimal.ts'
import { ok } from '../../result.ts'
import { defineTerm } from '../term.ts'

const schema = z.strictObject({
  kind: z.literal('free_allowance'),
  /** Dollars of use that are free in the month. */
  free_usd: positiveRateSchema,
  /** Dollars for one image. */
  usd: positiveRateSchema,
})

/**
 * The first dollars of use are free, once for the account: never a reason to call an offer free.
 * @example 10 images at $0.03, $0.25 free = $0.05
 */
export const freeAllowance = defineTerm({
  title: 'Free allowance',
  summary: 'A month costs what was used, less the allowance, and never less than nothing.',
  schema,
  lines: ({ kind, usd: rate, free_usd }, { images }) => {
    if (images === 0) return ok([])
    const used = decimal(rate).times(images)
    const free = used.lt(free_usd) ? used : decimal(free_usd)
    const image = { label: 'images', quantity: images, unit: 'image', rate }
    const allowance = { label: 'allowance', quantity: 1, unit: 'month', rate: `-${free.toFixed()}` }
    return ok([chargeLine({ kind, ...image }), chargeLine({ kind, ...allowance })])
  },
  example: {
    title: 'Ten images by Stable Image Core, with 25 free credits',
    term: { kind: 'free_allowance', free_usd: '0.25', usd: '0.03' },
    month: { images: 10 },
    usd: '0.05',
    source: 'Stability AI price list, read in June 2026',
  },
})
