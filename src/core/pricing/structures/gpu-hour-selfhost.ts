import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { decimal, isPositive, positiveRateSchema } from '../decimal.ts'
import { shareSchema } from '../share.ts'
import { defineStructure } from '../structure.ts'
import { missingUsage, unpriceable } from '../unpriceable.ts'

const schema = z.strictObject({
  kind: z.literal('gpu_hour_selfhost'),
  /** Dollars for an hour of the rented machine, busy or idle. */
  usd_per_h: positiveRateSchema,
  /** Images the machine makes in an hour without a pause. */
  images_per_h: positiveRateSchema,
  /**
   * Share of the paid hours in which the machine works, as the operator plans it; what the usage
   * says wins. Without either there is no price.
   */
  utilisation: shareSchema.refine(isPositive, 'must be greater than zero').optional(),
})

/**
 * A rented machine of one's own. Idle hours are paid too, so at a utilisation of one quarter an
 * image costs four times what the machine's speed suggests.
 * @example $3.80 an hour, 600 images an hour, a quarter of the time = $0.025333333
 */
export const gpuHourSelfhost = defineStructure({
  title: 'Hours of a rented GPU',
  summary: 'An image costs its share of an hour, and of the hours in which the machine was idle.',
  schema,
  rate: (component, usage) => {
    const utilisation = usage.utilisation ?? component.utilisation
    if (utilisation === undefined) return refused(missingUsage('utilisation', component.kind))
    const imagesPerHour = decimal(component.images_per_h).times(utilisation)
    if (imagesPerHour.lte(0)) {
      const text = 'a machine that never works makes no image at any price'
      return refused(unpriceable('invalid_usage', 'utilisation', text))
    }
    if (usage.images === 0) return ok([])
    const quantity = decimal(usage.images).div(imagesPerHour)
    const rate = component.usd_per_h
    const line = { kind: component.kind, label: 'GPU time, idle included', unit: 'GPU-hour', rate }
    return ok([chargeLine({ ...line, quantity })])
  },
  example: {
    title: 'SDXL on a rented A100 that works a quarter of the time',
    component: { kind: 'gpu_hour_selfhost', usd_per_h: '3.8', images_per_h: '600' },
    usage: { images: 1, utilisation: 0.25 },
    usd: '0.025333333',
    source: 'A100 80GB on demand and images an hour as published in 2026-06',
  },
})
