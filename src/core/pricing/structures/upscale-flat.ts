import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { positiveRateSchema } from '../decimal.ts'
import { defineStructure } from '../structure.ts'
import { missingUsage, unpriceable } from '../unpriceable.ts'

const schema = z.strictObject({
  kind: z.literal('upscale_flat'),
  /** Dollars for one image, by mode: `{"fast": "0.02", "creative": "0.6"}`. */
  usd: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]{0,99}$/, 'must be a snake-case word'),
      positiveRateSchema,
    )
    .refine((table) => Object.keys(table).length > 0, 'no mode is listed'),
})

/**
 * Enlarging costs the same whatever the size, but not whatever the mode: a creative upscale paints
 * the picture anew and costs as much as fifteen to twenty generations.
 * @example one conservative upscale at $0.40 = $0.4
 */
export const upscaleFlat = defineStructure({
  title: 'Upscale by mode',
  summary: 'Each enlarged image costs what the table lists for the mode.',
  schema,
  rate: (component, usage) => {
    const { mode } = usage
    if (mode === undefined) return refused(missingUsage('mode', component.kind))
    const rate = Object.hasOwn(component.usd, mode) ? component.usd[mode] : undefined
    if (rate === undefined) {
      const text = `no price is listed for mode ${mode}`
      return refused(unpriceable('not_listed', 'mode', text))
    }
    if (usage.images === 0) return ok([])
    const line = { kind: component.kind, label: `upscale, ${mode}`, unit: 'image', rate }
    return ok([chargeLine({ ...line, quantity: usage.images })])
  },
  example: {
    title: 'One conservative upscale by Stability AI',
    component: {
      kind: 'upscale_flat',
      usd: { fast: '0.02', conservative: '0.4', creative: '0.6' },
    },
    usage: { images: 1, mode: 'conservative' },
    usd: '0.4',
    source: 'Stability AI price list, read in June 2026',
  },
})
