import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { type ChargeLine, chargeLine } from '../charge.ts'
import { decimal } from '../decimal.ts'
import { defineStructure } from '../structure.ts'
import { cellAt, thresholdTableSchema } from '../threshold-table.ts'
import { missingUsage, unpriceable } from '../unpriceable.ts'

/** Largest enlargement of an edge that is believed: ten doublings. */
const MAX_SCALE_FACTOR = 1024

const schema = z.strictObject({
  kind: z.literal('upscale_per_2x_step'),
  /**
   * Dollars for one doubling of the edges, by the megapixels that go into it:
   * `{"<=1.3": "0.17", ">1.3": "0.34"}`.
   */
  steps_usd: thresholdTableSchema,
})

/**
 * Enlarging goes in doublings of the edges. Each is priced by what goes into it, and that is four
 * times as much as before, so the last doubling costs most. A begun doubling is paid whole.
 * @example 1 megapixel enlarged 4 times: one step at 1 and one at 4 megapixels
 */
export const upscalePer2xStep = defineStructure({
  title: 'Upscale by doublings',
  summary: 'Each doubling of the edges costs by the megapixels that go into it.',
  schema,
  rate: (component, usage) => {
    const { kind, steps_usd } = component
    const { inputMegapixels, scaleFactor } = usage
    if (inputMegapixels === undefined) return refused(missingUsage('inputMegapixels', kind))
    if (scaleFactor === undefined) return refused(missingUsage('scaleFactor', kind))
    if (scaleFactor <= 1 || scaleFactor > MAX_SCALE_FACTOR) {
      const text = `an image is not enlarged ${scaleFactor} times`
      return refused(unpriceable('invalid_usage', 'scaleFactor', text))
    }
    const lines: ChargeLine[] = []
    for (let scale = 1; scale < scaleFactor; scale *= 2) {
      const megapixels = decimal(inputMegapixels).times(scale * scale)
      const cell = cellAt(steps_usd, 'inputMegapixels', megapixels)
      if (!cell.ok) return cell
      if (usage.images === 0) continue
      const label = `doubling of ${megapixels.toFixed()} megapixels`
      const line = { kind, label, unit: 'image', rate: cell.value.rate }
      lines.push(chargeLine({ ...line, quantity: usage.images }))
    }
    return ok(lines)
  },
  example: {
    title: 'One megapixel, enlarged four times by Magnific, resold by Comfy',
    component: {
      kind: 'upscale_per_2x_step',
      steps_usd: { '<=1.3': '0.17', '<=3': '0.34', '<=6.4': '0.51', '>6.4': '2.04' },
    },
    usage: { images: 1, inputMegapixels: 1, scaleFactor: 4 },
    usd: '0.68',
    source: 'Comfy partner node prices, 2026, rounded to cents',
  },
})
