import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { defineStructure } from '../structure.ts'
import { unpriceable } from '../unpriceable.ts'

const schema = z
  .strictObject({
    kind: z.literal('per_image'),
    /** Dollars for one image. */
    usd: positiveRateSchema.optional(),
    /** Dollars for a thousand images, where the provider publishes it so. */
    usd_per_1000: positiveRateSchema.optional(),
  })
  .refine(
    (component) => (component.usd === undefined) !== (component.usd_per_1000 === undefined),
    'give exactly one of usd and usd_per_1000',
  )

/**
 * A fixed price for each image; a batch of n is n charges.
 * @example 4 images at $0.04 = $0.16
 */
export const perImage = defineStructure({
  title: 'Per image',
  summary: 'Every image costs the same, so n images cost n times the price.',
  schema,
  rate: (component, usage) => {
    const rate =
      component.usd ??
      (component.usd_per_1000 && decimal(component.usd_per_1000).times('0.001').toFixed())
    if (!rate)
      return refused(unpriceable('unknown_rate', 'usd', 'the price per image is not known'))
    if (usage.images === 0) return ok([])
    const line = { kind: component.kind, label: 'output image', unit: 'image', rate }
    return ok([chargeLine({ ...line, quantity: usage.images })])
  },
  example: {
    title: 'Four images by FLUX1.1 [pro]',
    component: { kind: 'per_image', usd: '0.04' },
    usage: { images: 4 },
    usd: '0.16',
    source: 'bfl.ai/pricing, 2026-11-16',
  },
})
