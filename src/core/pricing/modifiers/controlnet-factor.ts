import { z } from 'zod'
import { ok } from '../../result.ts'
import { addOnCount } from '../add-on-fee.ts'
import { scaledBy } from '../adjustment.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'

const schema = z.strictObject({
  kind: z.literal('controlnet_factor'),
  /** What a picture steered by ControlNets costs, as a multiple of one that is not. */
  factor: positiveRateSchema,
})

/**
 * A call with ControlNet costs a multiple, however many there are.
 * @example a picture of $0.0181 with ControlNet at twice the price = $0.0362
 */
export const controlnetFactor = defineModifier({
  title: 'Factor for ControlNet',
  summary: 'The price of a picture steered by ControlNet is a multiple of that of one without.',
  schema,
  modify: (modifier, usage, lines) => {
    const { kind, factor } = modifier
    const count = addOnCount(usage, 'controlnets', kind)
    if (!count.ok) return count
    if (count.value === 0) return ok(lines)
    return ok(scaledBy(lines, decimal(factor), { kind, label: 'ControlNet' }))
  },
  example: {
    title: 'Stable Diffusion 1.5 with ControlNet at dezgo',
    base: { kind: 'per_image', usd: '0.0181' },
    modifier: { kind: 'controlnet_factor', factor: '2' },
    usage: { images: 1, controlnets: 1 },
    usd: '0.0362',
    source: 'dezgo price page, read by 2026-11-20',
  },
})
