import { z } from 'zod'
import { type ChargeLine, chargeLine } from '../../pricing/charge.ts'
import { ok, refused } from '../../result.ts'
import { defineTerm } from '../term.ts'
import { aboveTiers, tierLabel, tiersSchema } from '../tiers.ts'

const schema = z.strictObject({
  kind: z.literal('tier_graduated'),
  /** Bounds and dollars for one image: `[[10000, "0.01"], [null, "0.008"]]`. */
  tiers: tiersSchema,
})

/**
 * Each slice of the month's images is paid at the price of its own tier: what an image costs that
 * comes next is not what the images cost so far.
 * @example 120,000 images at $0.01, 0.008, 0.006 and 0.005 by slices = $820
 */
export const tierGraduated = defineTerm({
  title: 'Graduated tiers',
  summary: 'Each slice of the images of a month is paid at the price of its own tier.',
  schema,
  lines: (term, month) => {
    const lines: ChargeLine[] = []
    let after = 0
    for (const [bound, rate] of term.tiers) {
      const quantity = Math.min(month.images, bound ?? month.images) - after
      if (quantity <= 0) return ok(lines)
      const label = tierLabel(after, bound)
      lines.push(chargeLine({ kind: term.kind, label, quantity, unit: 'image', rate }))
      after += quantity
    }
    return after < month.images ? refused(aboveTiers(month.images)) : ok(lines)
  },
  example: {
    title: 'A month of 120,000 images in four slices',
    term: {
      kind: 'tier_graduated',
      tiers: [
        [10_000, '0.01'],
        [50_000, '0.008'],
        [100_000, '0.006'],
        [null, '0.005'],
      ],
    },
    month: { images: 120_000 },
    usd: '820',
    source: 'illustrative',
  },
})
