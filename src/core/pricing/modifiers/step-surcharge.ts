import { z } from 'zod'
import { ok } from '../../result.ts'
import { scaledBy } from '../adjustment.ts'
import { decimal } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'
import { stepsOf } from '../step-count.ts'

const schema = z.strictObject({
  kind: z.literal('step_surcharge'),
  /** Steps that the price covers; only more than these are paid. */
  included_steps: z.int().positive(),
})

/**
 * The price holds up to a number of steps; more cost in proportion, fewer cost no less.
 * @example 40 steps of a price of $0.0058 that covers 20 = $0.0116
 */
export const stepSurcharge = defineModifier({
  title: 'Surcharge for steps',
  summary: 'Steps beyond those that the price covers are paid in proportion; fewer save nothing.',
  schema,
  modify: (modifier, usage, lines) => {
    const { kind, included_steps: included } = modifier
    const steps = stepsOf(usage, kind)
    if (!steps.ok) return steps
    if (steps.value <= included) return ok(lines)
    const factor = decimal(steps.value).div(included)
    const label = `${steps.value} steps, where ${included} are covered`
    return ok(scaledBy(lines, factor, { kind, label }))
  },
  example: {
    title: 'A picture of one megapixel in forty steps, where twenty are covered',
    base: { kind: 'per_megapixel', usd_per_mp: '0.0058', mp_base: 1_000_000, rounding: 'none' },
    modifier: { kind: 'step_surcharge', included_steps: 20 },
    usage: { images: 1, width: 1000, height: 1000, steps: 40 },
    usd: '0.0116',
    source: "Together AI's price of Qwen-Image, 2026-10, with its rule for steps",
  },
})
