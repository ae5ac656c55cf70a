import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema, quotient } from '../decimal.ts'
import { stepsOf } from '../step-count.ts'
import { defineStructure } from '../structure.ts'
import { unpriceable } from '../unpriceable.ts'

const schema = z
  .strictObject({
    kind: z.literal('per_step_linear'),
    /** Dollars for one step of one image. */
    usd_per_step: positiveRateSchema.optional(),
    /** Dollars for an image of `base_steps` steps, where the provider publishes it so. */
    base_usd: positiveRateSchema.optional(),
    /** Steps that `base_usd` is for. */
    base_steps: z.int().positive().optional(),
  })
  .refine(
    ({ usd_per_step, base_usd, base_steps }) =>
      usd_per_step === undefined
        ? base_usd !== undefined && base_steps !== undefined
        : base_usd === undefined && base_steps === undefined,
    'give either usd_per_step or base_usd and base_steps',
  )

type PerStepLinear = z.output<typeof schema>

/**
 * Every step costs the same, so half the steps cost half the price. Where a part of the price does
 * not depend on steps, this promises too much: that is `per_step_affine`.
 * @example 1 image in 30 steps at $0.00013 = $0.0039
 */
export const perStepLinear = defineStructure({
  title: 'Per step',
  summary: 'Every denoising step of every image costs the same.',
  schema,
  rate: (component, usage) => {
    const steps = stepsOf(usage, component.kind)
    if (!steps.ok) return steps
    const rate = rateOfStep(component)
    if (rate === undefined) {
      return refused(
        unpriceable('unknown_rate', 'usd_per_step', 'the price of a step is not known'),
      )
    }
    if (usage.images === 0) return ok([])
    const quantity = decimal(steps.value).times(usage.images)
    const line = { kind: component.kind, label: 'denoising steps', unit: 'step', rate }
    return ok([chargeLine({ ...line, quantity })])
  },
  example: {
    title: 'One image in thirty steps by SDXL at Fireworks',
    component: { kind: 'per_step_linear', usd_per_step: '0.00013' },
    usage: { images: 1, steps: 30 },
    usd: '0.0039',
    source: 'LiteLLM price list, 2026-08-06',
  },
})

function rateOfStep({ usd_per_step, base_usd, base_steps }: PerStepLinear): string | undefined {
  if (usd_per_step !== undefined) return usd_per_step
  if (base_usd === undefined || base_steps === undefined) return undefined
  return quotient(base_usd, decimal(base_steps))
}
