import { z } from 'zod'
import type { JsonObject } from '../../core/json.ts'
import { callOptions, firstUnfit } from '../shared/call-options.ts'
import { shapeUnfit } from '../shared/input-mapping.ts'
import { namedOptions } from '../shared/named-options.ts'

const tolerance = (min: number, max: number) => z.number().int().min(min).max(max)
const strength = z.number().min(0).max(1)
/** Weights by address: a page of Hugging Face or Civitai, a Replicate model, or a file. */
const weights = z.string().min(1).max(500)

const flux = { go_fast: z.boolean(), disable_safety_checker: z.boolean() }
const fluxDev = { ...flux, prompt_strength: strength }
const schedulers = [
  'DDIM',
  'DPMSolverMultistep',
  'HeunDiscrete',
  'KarrasDPM',
  'K_EULER_ANCESTRAL',
  'K_EULER',
  'PNDM',
] as const
const styles2a = ['None', 'Auto', 'General', 'Realistic', 'Design', 'Render 3D', 'Anime'] as const
const magicPrompt = z.enum(['Auto', 'On', 'Off'])

/**
 * The options a caller may pass to each family of models, by the name in `models.json`
 * (`wire.options`). What the normalised request has itself is left out, and so is what changes the
 * price or the pixels (`megapixels`, `generation_mode`, `resolution`).
 * Source: the input schemas of the models on replicate.com, read 2026-11-20.
 */
const families = {
  flux_ultra: z.strictObject({ raw: z.boolean(), safety_tolerance: tolerance(1, 6) }).partial(),
  flux_pro: z
    .strictObject({ prompt_upsampling: z.boolean(), safety_tolerance: tolerance(1, 6) })
    .partial(),
  flux_dev: z.strictObject(fluxDev).partial(),
  flux_dev_lora: z
    .strictObject({
      ...fluxDev,
      lora_weights: weights,
      lora_scale: z.number().min(-1).max(3),
      extra_lora: weights,
      extra_lora_scale: z.number().min(-1).max(3),
    })
    .partial(),
  flux_schnell: z.strictObject(flux).partial(),
  flux_kontext: z
    .strictObject({ prompt_upsampling: z.boolean(), safety_tolerance: tolerance(0, 6) })
    .partial(),
  flux_fill: z
    .strictObject({ prompt_upsampling: z.boolean(), safety_tolerance: tolerance(1, 6) })
    .partial(),
  flux_2: z.strictObject({ safety_tolerance: tolerance(1, 5) }).partial(),
  flux_2_flex: z
    .strictObject({ safety_tolerance: tolerance(1, 5), prompt_upsampling: z.boolean() })
    .partial(),
  ideogram_3: z
    .strictObject({
      magic_prompt_option: magicPrompt,
      style_type: z.enum(['None', 'Auto', 'General', 'Realistic', 'Design']),
    })
    .partial(),
  ideogram_2a: z
    .strictObject({
      magic_prompt_option: magicPrompt,
      style_type: z.enum(styles2a),
    })
    .partial(),
  recraft: z.strictObject({ style: z.string().min(1).max(100) }).partial(),
  sd_3_5: z.strictObject({ prompt_strength: strength }).partial(),
  photon: z.strictObject({}),
  lucid: z
    .strictObject({
      style: z.string().min(1).max(100),
      contrast: z.enum(['low', 'medium', 'high']),
      prompt_enhance: z.boolean(),
    })
    .partial(),
  sdxl: z
    .strictObject({
      scheduler: z.enum(schedulers),
      refine: z.enum(['no_refiner', 'expert_ensemble_refiner', 'base_image_refiner']),
      high_noise_frac: strength,
      refine_steps: z.number().int().min(1).max(500),
      prompt_strength: strength,
      replicate_weights: weights,
      lora_scale: strength,
      apply_watermark: z.boolean(),
      disable_safety_checker: z.boolean(),
    })
    .partial(),
} as const

/** The options of a model: a family of ours, or the names that the operator allows. */
const options = callOptions<JsonObject>(({ model }) => {
  const { options: listed } = model.wire
  const isFamily = typeof listed === 'string' && Object.hasOwn(families, listed)
  return isFamily ? families[listed as keyof typeof families] : namedOptions(listed)
})

/** The options to send: those of the model's list, or none when they are not valid. */
export const acceptedOptions = options.read

/** Which options this provider refuses, and why; and a shape that an edit cannot have. */
export const checkOptions = firstUnfit(shapeUnfit, options.check)
