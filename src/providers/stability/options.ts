import { z } from 'zod'
import type { Model } from '../../core/catalog/model.ts'
import type { JsonObject } from '../../core/json.ts'
import type { CallPlan } from '../../ports/provider.ts'
import { callOptions, firstUnfit } from '../shared/call-options.ts'
import { inputsWithin, keepsInputShape, seedsWithin } from '../shared/plan-limits.ts'

/** Presets of the v2beta API (Stability API reference, read 2026-11-20). */
const stylePreset = z.enum([
  '3d-model',
  'analog-film',
  'anime',
  'cinematic',
  'comic-book',
  'digital-art',
  'enhance',
  'fantasy-art',
  'isometric',
  'line-art',
  'low-poly',
  'modeling-compound',
  'neon-punk',
  'origami',
  'photographic',
  'pixel-art',
  'tile-texture',
])

const share = z.number().min(0).max(1)
const styled = { style_preset: stylePreset }
const growMask = (max: number) => ({ grow_mask: z.number().int().min(0).max(max) })
const creativity = (min: number, max: number) => ({ creativity: z.number().min(min).max(max) })
const none = z.strictObject({})

/**
 * The options a caller may pass to each service, by the name in `models.json` (`wire.options`) or
 * by operation. Everything the normalised request has itself (seed, negative prompt, guidance,
 * format, shape, input images, details of an operation) is left out.
 * Source: Stability API reference, read 2026-11-20.
 */
const optionsOf: Readonly<Record<string, z.ZodObject>> = {
  generate: z.strictObject(styled).partial(),
  edit: z.strictObject({ ...styled, strength: share }).partial(),
  inpaint: z.strictObject({ ...styled, ...growMask(100) }).partial(),
  outpaint: z.strictObject({ ...styled, ...creativity(0, 1) }).partial(),
  erase: z.strictObject(growMask(20)).partial(),
  search_and_replace: z.strictObject({ ...styled, ...growMask(20) }).partial(),
  search_and_recolor: z.strictObject({ ...styled, ...growMask(20) }).partial(),
  replace_background: z
    .strictObject({
      foreground_prompt: z.string().min(1).max(10_000),
      preserve_original_subject: share,
      original_background_depth: share,
      keep_original_background: z.boolean(),
      light_source_direction: z.enum(['left', 'right', 'above', 'below']),
      light_source_strength: share,
    })
    .partial(),
  control: z.strictObject(styled).partial(),
  control_style: none,
  style_transfer: z.strictObject({ composition_fidelity: share, change_strength: share }).partial(),
  upscale_conservative: z.strictObject(creativity(0.2, 0.5)).partial(),
  upscale_creative: z.strictObject({ ...styled, ...creativity(0.1, 0.5) }).partial(),
}

/** Any of them; a strength is the only one that is not passed on as it is. */
type Options = JsonObject & { readonly strength?: number }

const options = callOptions<Options>(({ model, operation }) => {
  const name = String(model.wire.options ?? operation)
  return (Object.hasOwn(optionsOf, name) ? optionsOf[name] : none) as never
})

/** The options to send: those of the operation's list, or none when they are not valid. */
export const acceptedOptions = options.read

/** Whether the picture takes its shape from the input: inpainting, and image-to-image of SD 3.5. */
export const followsInput = ({
  model,
  operation,
}: Pick<CallPlan, 'model' | 'operation'>): boolean =>
  operation === 'inpaint' || (model.wire.takes_model === true && operation === 'edit')

/** Largest request, 10 MiB (same source), less some room for the other fields and the mask. */
const MAX_INPUT_BYTES = 9.5 * 2 ** 20

/** Which options and values this provider refuses, and why. */
export const checkOptions = firstUnfit(
  inputsWithin({ totalBytes: MAX_INPUT_BYTES }),
  keepsInputShape(followsInput),
  // 0 asks for a random one, so it cannot be had as a seed (same source).
  seedsWithin(1, 4_294_967_294),
  options.check,
)

/** How far an edit may move from its input: the caller's `strength`, else the model's default. */
export function strengthOf(
  model: Model,
  plan: Pick<CallPlan, 'model' | 'operation' | 'options'>,
): number | undefined {
  const { strength } = acceptedOptions(plan)
  const { default_strength: usual } = model.wire
  return strength ?? (typeof usual === 'number' ? usual : undefined)
}
