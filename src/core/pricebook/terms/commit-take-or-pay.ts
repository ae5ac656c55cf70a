import { z } from 'zod'
import { type ChargeLine, chargeLine } from '../../pricing/charge.ts'
import { positiveRateSchema } from '../../pricing/decimal.ts'
import { unpriceable } from '../../pricing/unpriceable.ts'
import { ok, refused } from '../../result.ts'
import { defineTerm } from '../term.ts'

const schema = z.strictObject({
  kind: z.literal('commit_take_or_pay'),
  /** Dollars for one image of the plan. */
  usd: positiveRateSchema,
  /** Images of the plan, paid whether they are made or not. */
  units: z.int().positive(),
  /** Dollars for one image beyond the plan; null or absent = not known. */
  overage_usd: positiveRateSchema.nullish(),
})

/**
 * A number of images is paid, made or not. Images not made are not a saving: half of a plan used
 * doubles the price of an image.
 * @example 130,000 images of a plan of 100,000 at $0.005, overage $0.009 = $770
 */
export const commitTakeOrPay = defineTerm({
  title: 'Take or pay',
  summary: 'A number of images is paid each month, made or not; more have a price of their own.',
  schema,
  lines: ({ kind, usd, units, overage_usd }, { images }) => {
    const parts: { label: string; quantity: number; rate: string }[] = []
    const made = Math.min(images, units)
    if (made > 0) parts.push({ label: 'images of the plan', quantity: made, rate: usd })
    if (made < units) {
      parts.push({ label: 'images of the plan, not made', quantity: units - made, rate: usd })
    }
    if (images > units) {
      if (overage_usd == null) {
        const text = 'the price of images beyond the plan is not known'
        return refused(unpriceable('unknown_rate', 'overage_usd', text))
      }
      parts.push({ label: 'images beyond the plan', quantity: images - units, rate: overage_usd })
    }
    const lines: ChargeLine[] = parts.map((part) => chargeLine({ kind, ...part, unit: 'image' }))
    return ok(lines)
  },
  example: {
    title: 'A month of 130,000 images on a plan of 100,000',
    term: { kind: 'commit_take_or_pay', usd: '0.005', units: 100_000, overage_usd: '0.009' },
    month: { images: 130_000 },
    usd: '770',
    source: 'plan of Stability AI as described in 2026-06, its overage illustrative',
  },
})
