import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { megapixelFields } from '../megapixels.ts'
import { outputMegapixels } from '../output-area.ts'
import { defineStructure } from '../structure.ts'
import { missingUsage } from '../unpriceable.ts'

const schema = z.strictObject({
  kind: z.literal('video_megapixel_second'),
  /** Dollars for a megapixel of picture during a second. */
  usd_per_mp_s: positiveRateSchema,
  mp_base: megapixelFields.mp_base,
})

/**
 * Megapixels of the picture times seconds, both without rounding.
 * @example 2.07 megapixels for 5 seconds at $0.14 = $1.449
 */
export const videoMegapixelSecond = defineStructure({
  title: 'Megapixel seconds of video',
  summary: 'Every megapixel of picture costs the same for every second.',
  schema,
  rate: (component, usage) => {
    const { kind, mp_base, usd_per_mp_s: rate } = component
    if (usage.videoSeconds === undefined) return refused(missingUsage('videoSeconds', kind))
    const megapixels = outputMegapixels(usage, { mp_base, rounding: 'none' }, kind)
    if (!megapixels.ok) return megapixels
    const quantity = decimal(usage.videoSeconds).times(megapixels.value).times(usage.images)
    if (quantity.eq(0)) return ok([])
    return ok([chargeLine({ kind, label: 'video', quantity, unit: 'megapixel-second', rate })])
  },
  example: {
    title: 'Five seconds of full high definition, enlarged by FLUX video upscale',
    component: { kind: 'video_megapixel_second', usd_per_mp_s: '0.14' },
    usage: { images: 1, videoSeconds: 5, outputMegapixels: 2.07 },
    usd: '1.449',
    source: 'Comfy partner node prices, 2026, rounded to cents',
  },
})
