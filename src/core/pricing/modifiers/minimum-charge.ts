import { z } from 'zod'
import { roundToNano } from '../../money.ts'
import { ok } from '../../result.ts'
import { raisedTo, subtotalOf } from '../adjustment.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'

const schema = z.strictObject({
  kind: z.literal('minimum_charge'),
  /** The least that a call with any charge costs. */
  min_usd: positiveRateSchema,
})

/**
 * A call costs at least this much. A call without any charge stays without.
 * @example 4 images at $0.003 with a minimum of $0.05 = $0.05
 */
export const minimumCharge = defineModifier({
  title: 'Minimum charge',
  summary: 'A call that would cost less costs the minimum.',
  schema,
  modify: (modifier, _usage, lines) => {
    const { kind, min_usd } = modifier
    const least = roundToNano(decimal(min_usd))
    const subtotal = subtotalOf(lines)
    if (subtotal === 0n || subtotal >= least) return ok(lines)
    return ok(raisedTo(lines, least, { kind, label: `up to the minimum of ${min_usd}` }))
  },
  example: {
    title: 'Four small images at a reseller with a minimum',
    base: { kind: 'per_image', usd: '0.003' },
    modifier: { kind: 'minimum_charge', min_usd: '0.05' },
    usage: { images: 4 },
    usd: '0.05',
    source: 'illustrative',
  },
})
