import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { outputPixels } from '../output-area.ts'
import { areaOf, SIZE_PATTERN } from '../size-text.ts'
import { defineStructure } from '../structure.ts'
import { unpriceable } from '../unpriceable.ts'

const schema = z.strictObject({
  kind: z.literal('area_scaled'),
  /** Dollars for an image of the size `base`. */
  base_usd: positiveRateSchema,
  /** `WxH` that `base_usd` is for. */
  base: z.string().regex(SIZE_PATTERN, 'must be a size such as "1024x1024"'),
})

/**
 * The price of one size, scaled by area: twice the edges cost four times as much.
 * @example 1792x1024 where 1024x1024 costs $0.04 = $0.07
 */
export const areaScaled = defineStructure({
  title: 'Scaled by area',
  summary: 'An image costs the price of a base size, multiplied by the ratio of the areas.',
  schema,
  rate: (component, usage) => {
    const pixels = outputPixels(usage, component.kind)
    if (!pixels.ok) return pixels
    const basePixels = areaOf(component.base)
    if (basePixels === undefined) {
      return refused(unpriceable('unknown_rate', 'base', 'the base size is no size'))
    }
    if (usage.images === 0) return ok([])
    const rate = decimal(component.base_usd).times(pixels.value).div(basePixels).toFixed()
    const label = `output image, scaled from ${component.base}`
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
