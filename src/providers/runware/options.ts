import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { callOptions, firstUnfit, unfitOption } from '../shared/call-options.ts'
import { outputsWithin } from '../shared/plan-limits.ts'

/** Most LoRAs of one call; a bound of ours, Runware publishes none. */
const MAX_LORAS = 5
const MAX_NAME_CHARACTERS = 200
/** Beyond it Runware shrinks the input first (runware.ai/docs/en/tools/upscale, 2026-11-26). */
const MAX_ENLARGED_EDGE = 4_096

const name = z.string().min(1).max(MAX_NAME_CHARACTERS)

/**
 * What callers may send beside the common parameters, by our names.
 * Source: runware.ai/docs/image-inference, read 2026-11-25.
 */
const inference = z
  .strictObject({
    /** Whether pictures are checked and withheld when they are flagged; yes unless said. */
    check_nsfw: z.boolean(),
    scheduler: name,
    lora: z
      .array(z.strictObject({ model: name, weight: z.number().min(-4).max(4) }))
      .min(1)
      .max(MAX_LORAS),
    /** How far an edit may go from its input, 0 to 1. */
    strength: z.number().min(0).max(1),
    /** Pixels around the mask that are enlarged to be repainted. */
    mask_margin: z.int().min(32).max(128),
  })
  .partial()
/** Tools take nothing of this. */
const tool = z.strictObject({}) satisfies z.ZodType<z.output<typeof inference>>
const schemaOf = ({
  operation,
}: Pick<CallPlan, 'operation'>): z.ZodType<z.output<typeof inference>> =>
  operation === 'upscale' || operation === 'remove_background' ? tool : inference

const options = callOptions(schemaOf, {
  flawOf({ strength, mask_margin: margin }, plan) {
    const { images, mask, model } = plan
    if (strength !== undefined && (images.length === 0 || model.wire.inputs !== 'seed_image')) {
      return unfitOption(plan, 'strength', 'it needs an image that the model starts from')
    }
    if (margin === undefined || mask !== undefined) return undefined
    return unfitOption(plan, 'mask_margin', 'it needs a mask')
  },
})

/** The options of a call that was checked. */
export const readOptions = options.read

/** Which options and values this provider refuses, and why. */
export const checkOptions = firstUnfit(outputsWithin(MAX_ENLARGED_EDGE, ['upscale']), options.check)
