import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Unfit } from '../../core/catalog/settings.ts'

/** Most LoRAs of one call; a bound of ours, Runware publishes none. */
const MAX_LORAS = 5
const MAX_NAME_CHARACTERS = 200

const name = z.string().min(1).max(MAX_NAME_CHARACTERS)

/**
 * What callers may send beside the common parameters, by our names.
 * Source: runware.ai/docs/image-inference, read 2026-11-25.
 */
const schema = z
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

/** Options of a call, read. */
export type RunwareOptions = z.output<typeof schema>

/** Whether the caller's options for Runware are acceptable to the model and the operation. */
export function checkOptions({ options, model, images, mask }: CallPlan): Unfit | undefined {
  const read = schema.safeParse(options)
  if (!read.success) {
    const issue = read.error.issues[0]
    const option = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
    return refusal(String(option), `option ${option} of Runware: ${issue?.message}`)
  }
  const { strength, mask_margin: margin } = read.data
  if (strength !== undefined && (images.length === 0 || model.wire.inputs !== 'seed_image')) {
    return refusal('strength', `${model.id} has a strength only where it starts from an image`)
  }
  if (margin !== undefined && mask === undefined) {
    return refusal('mask_margin', 'a mask_margin needs a mask')
  }
  return undefined
}

const refusal = (option: string, reason: string): Unfit => ({
  code: 'options',
  param: `runware.${option}`,
  reason,
})

/** The options of a call that was checked; of one that was not, none. */
export const readOptions = ({ options }: Pick<CallPlan, 'options'>): RunwareOptions =>
  schema.safeParse(options).data ?? {}
