import { z } from 'zod'
import type { JsonObject } from '../../core/json.ts'
import { callOptions, firstUnfit, unfitOption } from '../shared/call-options.ts'
import { inputsWithin, keepsInputShape } from '../shared/plan-limits.ts'

const tolerance = (max: number) => z.number().int().min(0).max(max)

/**
 * The options a caller may pass to each family of models, by the name in `models.json`
 * (`wire.options`). Everything the normalised request has itself (size, seed, steps, guidance,
 * format, input images) is left out: prices, checks and cache keys read it there. Webhooks are left
 * out because the gateway polls.
 * Source: docs.bfl.ai API reference, read 2026-11-20.
 */
const families = {
  flux_2: z.strictObject({ safety_tolerance: tolerance(5), disable_pup: z.boolean() }).partial(),
  flux_2_flex: z
    .strictObject({ safety_tolerance: tolerance(5), prompt_upsampling: z.boolean() })
    .partial(),
  flux_2_klein: z.strictObject({ safety_tolerance: tolerance(5) }).partial(),
  flux_3: z
    .strictObject({
      safety_tolerance: tolerance(4),
      resolution: z.enum(['768sq', '1k', '1.5k', '2k', '4k']),
      grounding: z.boolean(),
      version: z.string().min(1).max(64),
    })
    .partial(),
  flux_1_1: z
    .strictObject({ safety_tolerance: tolerance(6), prompt_upsampling: z.boolean() })
    .partial(),
  flux_1_1_ultra: z.strictObject({ safety_tolerance: tolerance(6), raw: z.boolean() }).partial(),
  flux_kontext: z
    .strictObject({ safety_tolerance: tolerance(6), prompt_upsampling: z.boolean() })
    .partial(),
  flux_fill: z
    .strictObject({ safety_tolerance: tolerance(6), prompt_upsampling: z.boolean() })
    .partial(),
  flux_erase: z
    .strictObject({
      safety_tolerance: tolerance(5),
      dilate_pixels: z.number().int().min(0).max(25),
    })
    .partial(),
} as const

type Family = keyof typeof families

const isFamily = (name: unknown): name is Family =>
  typeof name === 'string' && Object.hasOwn(families, name)

/** FLUX.1 Kontext allows no more than this with an input image (docs.bfl.ai, read 2026-11-20). */
const KONTEXT_EDIT_TOLERANCE = 2

/** Largest input image: 16 megapixels (docs.bfl.ai, read 2026-11-20). */
const MAX_INPUT_PIXELS = 16 * 2 ** 20

const none = z.strictObject({})

const options = callOptions<JsonObject>(
  ({ model }) => {
    const family = model.wire.options
    return (isFamily(family) ? families[family] : none) as z.ZodType<JsonObject>
  },
  {
    flawOf({ safety_tolerance: asked }, plan) {
      const isKontextEdit = plan.model.wire.options === 'flux_kontext' && plan.images.length > 0
      if (!isKontextEdit || Number(asked ?? 0) <= KONTEXT_EDIT_TOLERANCE) return undefined
      const limit = `must be at most ${KONTEXT_EDIT_TOLERANCE} with an input image`
      return unfitOption(plan, 'safety_tolerance', limit)
    },
  },
)

/** The options to send: those of the family's list, or none when they are not valid. */
export const acceptedOptions = options.read

/** Which options this provider refuses, and why. Unknown ones, too: FLUX.2 would ignore them. */
export const checkOptions = firstUnfit(
  inputsWithin({ eachPixels: MAX_INPUT_PIXELS }),
  keepsInputShape(({ model }) => model.wire.output_size === 'input'),
  options.check,
)
