import { z } from 'zod'
import { ok } from '../../result.ts'
import { scaledBy } from '../adjustment.ts'
import { decimal, isPositive } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'
import { shareSchema } from '../share.ts'

const TIER = 'batch'

const schema = z.strictObject({
  kind: z.literal('batch_discount'),
  /** What a call in a batch costs, as a share of its price alone. */
  factor: shareSchema.refine(isPositive, 'must be greater than zero'),
})

/**
 * A call that may take until tomorrow costs less.
 * @example 1,000 images at $0.04 in a batch at half the price = $20
 */
export const batchDiscount = defineModifier({
  title: 'Batch discount',
  summary: 'A call in a batch, which may take a day, costs a share of its price.',
  schema,
  tiersOf: () => [TIER],
  modify: (modifier, usage, lines) => {
    if (usage.serviceTier !== TIER) return ok(lines)
    const { kind, factor } = modifier
    return ok(scaledBy(lines, decimal(factor), { kind, label: 'batch discount' }))
  },
  example: {
    title: 'A thousand images in a batch at half the price',
    base: { kind: 'per_image', usd: '0.04' },
    modifier: { kind: 'batch_discount', factor: '0.5' },
    usage: { images: 1000, serviceTier: 'batch' },
    usd: '20',
    source: 'batch prices of OpenAI and Google, 2026: half of the price',
  },
})
