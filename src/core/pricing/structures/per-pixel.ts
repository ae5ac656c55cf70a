import { z } from 'zod'
import { ok } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { positiveRateSchema } from '../decimal.ts'
import { outputPixels } from '../output-area.ts'
import { defineStructure } from '../structure.ts'

const schema = z.strictObject({
  kind: z.literal('per_pixel'),
  /** Dollars for one pixel; published rates begin at 10⁻⁹. */
  usd_per_pixel: positiveRateSchema,
})

/**
 * Every pixel costs the same, without rounding.
 * @example 1024x1024 pixels at $0.000000003 = $0.003145728
 */
export const perPixel = defineStructure({
  title: 'Per pixel',
  summary: 'Every pixel of every image costs the same.',
  schema,
  rate: (component, usage) => {
    const pixels = outputPixels(usage, component.kind)
    if (!pixels.ok) return pixels
    if (usage.images === 0) return ok([])
    const quantity = pixels.value.times(usage.images)
    const rate = component.usd_per_pixel
    const line = { kind: component.kind, label: 'output pixels', unit: 'pixel', rate }
    return ok([chargeLine({ ...line, quantity })])
  },
  example: {
    title: 'A square image by SDXL at nscale',
    component: { kind: 'per_pixel', usd_per_pixel: '0.000000003' },
    usage: { images: 1, width: 1024, height: 1024 },
    usd: '0.003145728',
    source: 'LiteLLM price list, 2026-08-06',
  },
})
