import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Model } from '../../core/catalog/model.ts'
import type { JsonObject } from '../../core/json.ts'
import { callOptions, firstUnfit } from '../shared/call-options.ts'
import { inputsWithin, keepsInputShape, seedsWithin } from '../shared/plan-limits.ts'

/** Presets of Stability's image services (docs.aws.amazon.com, read 2026-11-25). */
export const stylePresets = [
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
] as const

const styled = { style_preset: z.enum(stylePresets) }
const masked = { grow_mask: z.number().int().min(0).max(20) }
const share = z.number().min(0).max(1)
const creativity = (min: number, max: number) => ({ creativity: z.number().min(min).max(max) })

/**
 * The options a caller may pass, by operation or by name in `models.json` (`wire.options`); what
 * the normalised request has itself is left out.
 * Source: docs.aws.amazon.com, Stability models and image services, read 2026-11-25.
 */
const optionsOf = {
  generate: z.strictObject({}),
  edit: z.strictObject({ strength: share }).partial(),
  inpaint: z.strictObject({ ...styled, ...masked }).partial(),
  erase: z.strictObject(masked).partial(),
  search_and_replace: z.strictObject({ ...styled, ...masked }).partial(),
  search_and_recolor: z.strictObject({ ...styled, ...masked }).partial(),
  outpaint: z.strictObject({ ...styled, ...creativity(0.1, 1) }).partial(),
  control: z.strictObject(styled).partial(),
  control_style: z.strictObject(styled).partial(),
  style_transfer: z.strictObject({ composition_fidelity: share, change_strength: share }).partial(),
  upscale_conservative: z.strictObject(creativity(0.1, 0.5)).partial(),
  upscale_creative: z.strictObject({ ...styled, ...creativity(0.1, 0.5) }).partial(),
} as const

/** Any of them; a strength is the only one that is not passed on as it is. */
type Options = JsonObject & { readonly strength?: number }

const none = z.strictObject({})

const options = callOptions<Options>(({ model, operation }) => {
  const name = String(model.wire.options ?? operation)
  return (
    Object.hasOwn(optionsOf, name) ? optionsOf[name as keyof typeof optionsOf] : none
  ) as never
})

/** The options to send: those of the operation's list, or none when they are not valid. */
export const acceptedOptions = options.read

/** Largest body of InvokeModel, 25 MB (InvokeModel reference), as bytes before they are base64. */
const MAX_INPUT_BYTES = Math.floor((25_000_000 * 3) / 4) - 100_000

/** Which options and values this provider refuses, and why. */
export const checkOptions = firstUnfit(
  inputsWithin({ totalBytes: MAX_INPUT_BYTES }),
  keepsInputShape(({ operation }) => operation === 'edit' || operation === 'inpaint'),
  // 0 asks for a random one, so it cannot be had as a seed (same source).
  seedsWithin(1, 4_294_967_294),
  options.check,
)

/** How far an edit may move from its input: the caller's `strength`, else the model's default. */
export function strengthOf(
  { wire: { default_strength: usual } }: Model,
  plan: Pick<CallPlan, 'model' | 'operation' | 'options'>,
): number | undefined {
  const { strength } = acceptedOptions(plan)
  return strength ?? (typeof usual === 'number' ? usual : undefined)
}
