import { z } from 'zod'
import { callOptions, firstUnfit, type PlanCheck } from '../shared/call-options.ts'
import { inputsWithin, seedsWithin } from '../shared/plan-limits.ts'

/** What callers may send beside the common parameters (Model Studio, read 2026-11-25). */
const schema = z.strictObject({ prompt_extend: z.boolean(), watermark: z.boolean() }).partial()

/** Largest seed, longest negative prompt, largest input picture (same source). */
const MAX_SEED = 2_147_483_647
const MAX_NEGATIVE_CHARACTERS = 500
const MAX_INPUT_BYTES = 10_000_000

const opaqueInputs: PlanCheck = ({ model, images }) =>
  model.wire.opaque_inputs === true && images.some(({ hasAlpha }) => hasAlpha)
    ? {
        code: 'inputs',
        param: 'image',
        reason: `${model.id} takes no input picture with an alpha channel`,
      }
    : undefined

/** A longer one would be cut without a word. */
const shortNegativePrompt: PlanCheck = ({ settings: { negativePrompt = '' } }) =>
  negativePrompt.length > MAX_NEGATIVE_CHARACTERS
    ? {
        code: 'prompt',
        param: 'negative_prompt',
        reason: `negative prompts have at most ${MAX_NEGATIVE_CHARACTERS} characters here`,
      }
    : undefined

const options = callOptions(() => schema)

/** The options to send, or none when they are not valid. */
export const acceptedOptions = options.read

/** Which options and values this provider refuses, and why. */
export const checkOptions = firstUnfit(
  inputsWithin({ eachBytes: MAX_INPUT_BYTES }),
  opaqueInputs,
  seedsWithin(0, MAX_SEED),
  shortNegativePrompt,
  options.check,
)
