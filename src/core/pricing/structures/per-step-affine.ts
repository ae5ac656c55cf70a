import { z } from 'zod'
import { ok } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema, quotient } from '../decimal.ts'
import { properShareSchema } from '../share.ts'
import { stepsOf } from '../step-count.ts'
import { defineStructure } from '../structure.ts'

const schema = z.strictObject({
  kind: z.literal('per_step_affine'),
  /** Dollars for an image of `base_steps` steps. */
  base_usd: positiveRateSchema,
  /** Steps that `base_usd` is for. */
  base_steps: z.int().positive(),
  /** Share of `base_usd` that is paid whatever the steps: text encoding, decoding, overhead. */
  fixed_share: properShareSchema,
})

/**
 * A part of the price is fixed, the rest grows with the steps: fewer steps save less than their
 * share, which is what measured bills show.
 * @example 25 steps where 50 cost $0.024 and 30 % is fixed = $0.0156
 */
export const perStepAffine = defineStructure({
  title: 'Fixed part and steps',
  summary: 'A share of the price is paid for every image, the rest in proportion to its steps.',
  schema,
  rate: (component, usage) => {
    const { kind } = component
    const steps = stepsOf(usage, kind)
    if (!steps.ok) return steps
    const { images } = usage
    if (images === 0) return ok([])
    const fixed = decimal(component.base_usd).times(component.fixed_share)
    const perStep = quotient(
      decimal(component.base_usd).minus(fixed),
      decimal(component.base_steps),
    )
    const quantity = decimal(steps.value).times(images)
    const image = { label: 'fixed part of an image', unit: 'image', rate: fixed.toFixed() }
    const step = { label: 'denoising steps', unit: 'step', rate: perStep }
    return ok([
      chargeLine({ kind, ...image, quantity: images }),
      chargeLine({ kind, ...step, quantity }),
    ])
  },
  example: {
    title: 'Twenty-five steps, where fifty cost $0.024 and halving them saved 35 %',
    component: {
      kind: 'per_step_affine',
      base_usd: '0.024',
      base_steps: 50,
      fixed_share: '0.3',
    },
    usage: { images: 1, steps: 25 },
    usd: '0.0156',
    source: 'case study of a product catalogue, 2026-06: the share is fitted to its bill',
  },
})
