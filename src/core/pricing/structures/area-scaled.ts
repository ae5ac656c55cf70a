import { z } from 'zod'
import { ok, type Result, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema, quotient } from '../decimal.ts'
import { outputPixels } from '../output-area.ts'
import { areaOf, SIZE_PATTERN } from '../size-text.ts'
import { stepsOf } from '../step-count.ts'
import { defineStructure } from '../structure.ts'
import { type UnpriceableReason, unpriceable } from '../unpriceable.ts'
import type { Usage } from '../usage.ts'

const schema = z.strictObject({
  kind: z.literal('area_scaled'),
  /** Dollars for an image of the size `base`. */
  base_usd: positiveRateSchema,
  /** `WxH` that `base_usd` is for. */
  base: z.string().regex(SIZE_PATTERN, 'must be a size such as "1024x1024"'),
  /** Steps that `base_usd` is for, where they are paid as well; absent = steps cost nothing. */
  base_steps: z.int().positive().optional(),
})

type AreaScaled = z.output<typeof schema>

/**
 * The price of one size, scaled by area: twice the edges cost four times as much. Some tariffs
 * scale by denoising steps too; then half the steps cost half.
 * @example 1792x1024 where 1024x1024 costs $0.04 = $0.07
 */
export const areaScaled = defineStructure({
  title: 'Scaled by area',
  summary:
    'An image costs the price of a base size, multiplied by the ratio of the areas, and of steps.',
  schema,
  rate: (component, usage) => {
    const pixels = outputPixels(usage, component.kind)
    if (!pixels.ok) return pixels
    const basePixels = areaOf(component.base)
    if (basePixels === undefined) {
      return refused(unpriceable('unknown_rate', 'base', 'the base size is no size'))
    }
    const effort = stepRatio(component, usage)
    if (!effort.ok) return effort
    if (usage.images === 0) return ok([])
    const { base, base_usd, base_steps } = component
    const scaled = decimal(base_usd).times(pixels.value).times(effort.value.steps)
    const rate = quotient(scaled, decimal(basePixels).times(effort.value.of))
    const from = base_steps === undefined ? base : `${base} in ${base_steps} steps`
    const label = `output image, scaled from ${from}`
    const line = { kind: component.kind, label, unit: 'image', rate }
    return ok([chargeLine({ ...line, quantity: usage.images })])
  },
  example: {
    title: 'A landscape image, where the square one costs $0.04',
    component: { kind: 'area_scaled', base_usd: '0.04', base: '1024x1024' },
    usage: { images: 1, width: 1792, height: 1024 },
    usd: '0.07',
    source: 'DALL-E 3 standard price of 2025, scaled by area for illustration',
  },
})

/** Steps of the call and those that the base price is for; one of one where steps cost nothing. */
function stepRatio(
  { kind, base_steps: of }: AreaScaled,
  usage: Usage,
): Result<{ readonly steps: number; readonly of: number }, UnpriceableReason> {
  if (of === undefined) return ok({ steps: 1, of: 1 })
  const steps = stepsOf(usage, kind)
  return steps.ok ? ok({ steps: steps.value, of }) : steps
}
