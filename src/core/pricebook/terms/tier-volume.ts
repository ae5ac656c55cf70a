import { z } from 'zod'
import { chargeLine } from '../../pricing/charge.ts'
import { ok, refused } from '../../result.ts'
import { defineTerm } from '../term.ts'
import { aboveTiers, tierLabel, tiersSchema } from '../tiers.ts'

const schema = z.strictObject({
  kind: z.literal('tier_volume'),
  /** Bounds and dollars for one image: `[[10000, "0.01"], [null, "0.008"]]`. */
  tiers: tiersSchema,
})

/**
 * All images of the month are paid at the price of the tier that the month reached. The image that
 * reaches the next tier makes all others cheaper, so a month can cost less for having one more.
 * @example 120,000 images, all at the $0.005 of the fourth tier = $600
 */
export const tierVolume = defineTerm({
  title: 'Volume tiers',
  summary: 'All images of a month are paid at the price of the tier that the month reached.',
  schema,
  lines: (term, month) => {
    const { images } = month
    if (images === 0) return ok([])
    let after = 0
    for (const [bound, rate] of term.tiers) {
      if (bound === null || images <= bound) {
        const label = `all images, in the tier of ${tierLabel(after, bound)}`
        return ok([chargeLine({ kind: term.kind, label, quantity: images, unit: 'image', rate })])
      }
      after = bound
    }
    return refused(aboveTiers(images))
  },
  example: {
    title: 'A month of 120,000 images in the fourth tier',
    term: {
      kind: 'tier_volume',
      tiers: [
        [10_000, '0.01'],
        [50_000, '0.008'],
        [100_000, '0.006'],
        [null, '0.005'],
      ],
    },
    month: { images: 120_000 },
    usd: '600',
    source: 'illustrative',
  },
})
