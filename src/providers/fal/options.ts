import { z } from 'zod'
import type { JsonObject } from '../../core/json.ts'
import { callOptions, firstUnfit, unfitOption } from '../shared/call-options.ts'
import { shapeUnfit } from '../shared/input-mapping.ts'
import { namedOptions } from '../shared/named-options.ts'

/** Strictness of moderation, as text: 1 is the strictest. */
const tolerance = (most: number) =>
  z.enum(Array.from({ length: most }, (_, index) => String(index + 1)))
const acceleration = z.enum(['none', 'regular', 'high'])
const checker = { enable_safety_checker: z.boolean() }
const share = z.number().min(0).max(1)
const enhanced = { enhance_prompt: z.boolean() }
const channel = z.number().int().min(0).max(255)

/** Weights by address, at most as many as fal takes. */
const loras = z
  .array(z.strictObject({ path: z.string().min(1).max(2_000), scale: z.number().min(-4).max(4) }))
  .max(10)

/**
 * The options a caller may pass to each family of endpoints, by the name in `models.json`
 * (`wire.options`). What the normalised request has itself is left out, and so is what changes the
 * price or the pixels (`resolution`, `rendering_speed`, `enable_prompt_expansion`, vector styles)
 * or puts pictures into the answer (`sync_mode`).
 * Source: the endpoints' schemas in npm @fal-ai/client 1.10.1, read 2026-11-20.
 */
const families: Readonly<Record<string, z.ZodType<JsonObject>>> = {
  flux: z.strictObject({ ...checker, acceleration, strength: share }).partial(),
  flux_lora: z
    .strictObject({ ...checker, acceleration: z.enum(['none', 'regular']), loras })
    .partial(),
  flux_pro: z.strictObject({ ...enhanced, safety_tolerance: tolerance(6) }).partial(),
  flux_ultra: z
    .strictObject({ ...enhanced, raw: z.boolean(), safety_tolerance: tolerance(6) })
    .partial(),
  flux_2: z.strictObject({ ...checker, safety_tolerance: tolerance(5) }).partial(),
  klein: z.strictObject({ ...checker }).partial(),
  klein_base: z.strictObject({ ...checker, acceleration }).partial(),
  seedream_4: z
    .strictObject({ ...checker, enhance_prompt_mode: z.enum(['standard', 'fast']) })
    .partial(),
  seedream_3: z.strictObject(checker).partial(),
  dreamina: z.strictObject(enhanced).partial(),
  gemini: z.strictObject({ safety_tolerance: tolerance(6) }).partial(),
  qwen: z.strictObject({ ...checker, acceleration }).partial(),
  recraft: z
    .strictObject({
      ...checker,
      style: z
        .string()
        .max(100)
        .regex(/^(any|realistic_image|digital_illustration)(\/|$)/, 'must be a style of pixels'),
      style_id: z.string().min(1).max(100),
      colors: z.array(z.strictObject({ r: channel, g: channel, b: channel })).max(20),
    })
    .partial(),
  ideogram: z
    .strictObject({
      expand_prompt: z.boolean(),
      style: z.enum(['AUTO', 'GENERAL', 'REALISTIC', 'DESIGN']),
      style_preset: z.string().min(1).max(100),
      style_codes: z.array(z.string().regex(/^[0-9A-Fa-f]{8}$/)).max(20),
    })
    .partial(),
  stable: z.strictObject(checker).partial(),
  bria: z.strictObject({ prompt_enhancer: z.boolean(), truncate_prompt: z.boolean() }).partial(),
  z_image: z.strictObject({ ...checker, acceleration }).partial(),
}

/** The options of a model: a family of ours, or the names that the operator allows. */
const options = callOptions(
  ({ model }) => {
    const { options: listed } = model.wire
    const isFamily = typeof listed === 'string' && Object.hasOwn(families, listed)
    return (isFamily ? families[listed] : undefined) ?? namedOptions(listed)
  },
  {
    flawOf: (read, plan) =>
      plan.operation === 'generate' && plan.model.wire.options === 'flux' && 'strength' in read
        ? unfitOption(plan, 'strength', 'needs an input image')
        : undefined,
  },
)

/** The options to send: those of the model's list, or none when they are not valid. */
export const acceptedOptions = options.read

/** Which options this provider refuses, and why; and a shape that an edit cannot have. */
export const checkOptions = firstUnfit(shapeUnfit, options.check)
