import { z } from 'zod'
import { ok } from '../../result.ts'
import { scaledBy } from '../adjustment.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'

const schema = z
  .strictObject({
    kind: z.literal('latency_tier'),
    /** What a call in the tier `priority` costs, as a multiple of its price. */
    priority_factor: positiveRateSchema.optional(),
    /** What a call in the tier `flex` costs, as a multiple of its price. */
    flex_factor: positiveRateSchema.optional(),
  })
  .refine(
    ({ priority_factor, flex_factor }) => priority_factor ?? flex_factor,
    'give priority_factor, flex_factor or both',
  )

type LatencyTier = z.output<typeof schema>

/**
 * Faster answers cost more, slower ones less.
 * @example $0.04 with priority at 1.8 times the price = $0.072
 */
export const latencyTier = defineModifier({
  title: 'Latency tier',
  summary: 'A call that goes first costs a multiple of its price, one that waits a part of it.',
  schema,
  tiersOf: (modifier) => Object.keys(factorsOf(modifier)),
  modify: (modifier, usage, lines) => {
    const tier = usage.serviceTier ?? 'standard'
    const factors = factorsOf(modifier)
    const factor = Object.hasOwn(factors, tier) ? factors[tier] : undefined
    if (factor === undefined) return ok(lines)
    return ok(scaledBy(lines, decimal(factor), { kind: modifier.kind, label: `${tier} tier` }))
  },
  example: {
    title: 'One image with priority',
    base: { kind: 'per_image', usd: '0.04' },
    modifier: { kind: 'latency_tier', priority_factor: '1.8', flex_factor: '0.5' },
    usage: { images: 1, serviceTier: 'priority' },
    usd: '0.072',
    source: 'priority and flex rates of token tariffs, LiteLLM price list, 2026-08-06',
  },
})

/** Factors by tier, without those that the price does not have. */
function factorsOf({ priority_factor, flex_factor }: LatencyTier): Record<string, string> {
  return {
    ...(priority_factor === undefined ? {} : { priority: priority_factor }),
    ...(flex_factor === undefined ? {} : { flex: flex_factor }),
  }
}
