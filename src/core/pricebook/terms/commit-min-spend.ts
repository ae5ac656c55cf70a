import { z } from 'zod'
import { type ChargeLine, chargeLine } from '../../pricing/charge.ts'
import { decimal, positiveRateSchema } from '../../pricing/decimal.ts'
import { ok } from '../../result.ts'
import { defineTerm } from '../term.ts'

const schema = z.strictObject({
  kind: z.literal('commit_min_spend'),
  /** Dollars for one image. */
  usd: positiveRateSchema,
  /** The least that a month costs. */
  min_month_usd: positiveRateSchema,
})

/**
 * A month costs at least so much. Until use has reached it a further image adds nothing to the
 * bill, so a router should send work here first.
 * @example 30,000 images at $0.012 with a minimum of $500 = $500
 */
export const commitMinSpend = defineTerm({
  title: 'Minimum spend',
  summary: 'A month costs what was used, but at least the sum that was promised.',
  schema,
  lines: ({ kind, usd: rate, min_month_usd }, { images }) => {
    const lines: ChargeLine[] = []
    if (images > 0) {
      lines.push(chargeLine({ kind, label: 'images', quantity: images, unit: 'image', rate }))
    }
    const unused = decimal(min_month_usd).minus(decimal(rate).times(images))
    if (unused.gt(0)) {
      const label = 'unused part of the minimum spend'
      lines.push(chargeLine({ kind, label, quantity: 1, unit: 'month', rate: unused.toFixed() }))
    }
    return ok(lines)
  },
  example: {
    title: 'A month of 30,000 images by Imagen, $500 promised',
    term: { kind: 'commit_min_spend', usd: '0.012', min_month_usd: '500' },
    month: { images: 30_000 },
    usd: '500',
    source: 'Vertex AI commitment as described in 2026-06',
  },
})
