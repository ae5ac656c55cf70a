import { z } from 'zod'
import { ok } from '../../result.ts'
import { type ChargeLine, chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { megapixelFields } from '../megapixels.ts'
import { outputMegapixels } from '../output-area.ts'
import { defineStructure } from '../structure.ts'

const schema = z.strictObject({
  kind: z.literal('per_megapixel'),
  /** Dollars for one megapixel. */
  usd_per_mp: positiveRateSchema,
  /** Whether megapixels of input images are paid at the same rate; absent = no. */
  inputs_count: z.boolean().optional(),
  ...megapixelFields,
})

/**
 * Every megapixel costs the same. What a megapixel is, and how its fractions are rounded, differs
 * between providers and decides between one and three of them for one picture.
 * @example 1024x1024 at $0.003, where that area is sold as one megapixel = $0.003
 */
export const perMegapixel = defineStructure({
  title: 'Per megapixel',
  summary: 'Every megapixel of every image costs the same; the offer says how it counts them.',
  schema,
  rate: (component, usage) => {
    const megapixels = outputMegapixels(usage, component, component.kind)
    if (!megapixels.ok) return megapixels
    const inputs = component.inputs_count === true ? (usage.inputMegapixels ?? 0) : 0
    const parts = [
      { label: 'output megapixels', each: megapixels.value },
      { label: 'input megapixels', each: decimal(inputs) },
    ]
    const lines: ChargeLine[] = []
    for (const { label, each } of parts) {
      const quantity = each.times(usage.images)
      if (quantity.eq(0)) continue
      const line = { kind: component.kind, label, unit: 'megapixel', rate: component.usd_per_mp }
      lines.push(chargeLine({ ...line, quantity }))
    }
    return ok(lines)
  },
  example: {
    title: 'A square image by FLUX.1 [schnell] at fal, sold as one megapixel',
    component: {
      kind: 'per_megapixel',
      usd_per_mp: '0.003',
      mp_base: 1_000_000,
      rounding: 'ceil',
      snap_1024: true,
    },
    usage: { images: 1, width: 1024, height: 1024 },
    usd: '0.003',
    source: 'fal.ai/pricing, 2026-09-20',
  },
})
