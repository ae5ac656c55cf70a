import { z } from 'zod'
import { chargeLine } from '../../pricing/charge.ts'
import { positiveRateSchema } from '../../pricing/decimal.ts'
import { ok } from '../../result.ts'
import { defineTerm } from '../term.ts'

const schema = z.strictObject({
  kind: z.literal('commit_none'),
  /** Dollars for one image. */
  usd: positiveRateSchema,
})

/**
 * Nothing is promised: a month costs what was used. The plan that all others are compared with.
 * @example 50,000 images at $0.005 = $250
 */
export const commitNone = defineTerm({
  title: 'Pay as you go',
  summary: 'A month costs the images that were made and nothing else.',
  schema,
  lines: ({ kind, usd: rate }, { images }) => {
    if (images === 0) return ok([])
    return ok([chargeLine({ kind, label: 'images', quantity: images, unit: 'image', rate })])
  },
  example: {
    title: 'A month of 50,000 images',
    term: { kind: 'commit_none', usd: '0.005' },
    month: { images: 50_000 },
    usd: '250',
    source: 'illustrative',
  },
})
