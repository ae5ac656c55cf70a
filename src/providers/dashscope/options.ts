import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Unfit } from '../../core/catalog/settings.ts'

/** What callers may send beside the common parameters (Model Studio, read 2026-11-25). */
const schema = z.strictObject({ prompt_extend: z.boolean(), watermark: z.boolean() }).partial()

/** Largest seed, longest negative prompt, largest input picture (same source). */
const MAX_SEED = 2_147_483_647
const MAX_NEGATIVE_CHARACTERS = 500
const MAX_INPUT_BYTES = 10_000_000

/** Which options and values this provider refuses, and why. */
export function checkOptions({ model, options, settings, images }: CallPlan): Unfit | undefined {
  const { seed, negativePrompt = '' } = settings
  if (images.some(({ byteLength }) => byteLength > MAX_INPUT_BYTES)) {
    const reason = 'Model Studio takes input pictures of at most 10 MB each'
    return { code: 'inputs', param: 'image', reason }
  }
  if (model.wire.opaque_inputs === true && images.some(({ hasAlpha }) => hasAlpha)) {
    const reason = `${model.id} takes no input picture with an alpha channel`
    return { code: 'inputs', param: 'image', reason }
  }
  if (seed !== undefined && (seed < 0 || seed > MAX_SEED)) {
    const reason = `Model Studio takes seeds from 0 to ${MAX_SEED}, not ${seed}`
    return { code: 'options', param: 'seed', reason }
  }
  // A longer one would be cut without a word.
  if (negativePrompt.length > MAX_NEGATIVE_CHARACTERS) {
    const reason = `negative prompts have at most ${MAX_NEGATIVE_CHARACTERS} characters here`
    return { code: 'prompt', param: 'negative_prompt', reason }
  }
  const read = schema.safeParse(options)
  if (read.success) return undefined
  const issue = read.error.issues[0]
  const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
  const reason = `option ${name} of ${model.id}: ${issue?.message}`
  return { code: 'options', param: `${model.provider}.${name}`, reason }
}

/** The options to send, or none when they are not valid. */
export const acceptedOptions = ({ options }: Pick<CallPlan, 'options'>) =>
  schema.safeParse(options).data ?? {}
