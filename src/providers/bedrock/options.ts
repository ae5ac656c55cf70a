import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Model } from '../../core/catalog/model.ts'
import type { Unfit } from '../../core/catalog/settings.ts'
import type { JsonObject } from '../../core/json.ts'
import { parseAspect } from '../../core/request/aspect.ts'

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

const none = z.strictObject({})

function schemaOf({ model, operation }: Pick<CallPlan, 'model' | 'operation'>): z.ZodObject {
  const name = String(model.wire.options ?? operation)
  return Object.hasOwn(optionsOf, name) ? optionsOf[name as keyof typeof optionsOf] : none
}

/** Seeds; 0 asks for a random one, so it cannot be had as a seed (same source). */
const SEEDS = { min: 1, max: 4_294_967_294 } as const

/** Largest body of InvokeModel, 25 MB (InvokeModel reference), as bytes before they are base64. */
const MAX_INPUT_BYTES = Math.floor((25_000_000 * 3) / 4) - 100_000

/** A picture may differ so much (5 %) from the shape asked for before it counts as another. */
const SHAPE_TOLERANCE = 0.05

/** Which options and values this provider refuses, and why. */
export function checkOptions(plan: CallPlan): Unfit | undefined {
  const { seed } = plan.settings
  const inputs = [...plan.images, ...(plan.mask === undefined ? [] : [plan.mask])]
  if (inputs.reduce((sum, { byteLength }) => sum + byteLength, 0) > MAX_INPUT_BYTES) {
    const reason = 'Bedrock takes requests of at most 25 MB, base64 included'
    return { code: 'inputs', param: 'image', reason }
  }
  const keepsShape = plan.operation === 'edit' || plan.operation === 'inpaint'
  if (keepsShape && !hasInputShape(plan)) {
    const reason = `${plan.model.id} keeps its input's shape, not ${plan.settings.aspect}`
    return { code: 'size', param: 'size', reason }
  }
  if (seed !== undefined && (seed < SEEDS.min || seed > SEEDS.max)) {
    const reason = `Stability's models take seeds from ${SEEDS.min} to ${SEEDS.max}, not ${seed}`
    return { code: 'options', param: 'seed', reason }
  }
  const read = schemaOf(plan).safeParse(plan.options)
  if (read.success) return undefined
  const issue = read.error.issues[0]
  const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
  const reason = `option ${name} of ${plan.model.id} (${plan.operation}): ${issue?.message}`
  return { code: 'options', param: `${plan.model.provider}.${name}`, reason }
}

function hasInputShape({ images: [input], settings: { aspect, size } }: CallPlan): boolean {
  if (input === undefined) return true
  const wanted = size === undefined ? parseAspect(aspect ?? '') : size.width / size.height
  if (wanted === undefined) return true
  return Math.abs(input.width / input.height / wanted - 1) <= SHAPE_TOLERANCE
}

/** The options to send: those of the operation's list, or none when they are not valid. */
export const acceptedOptions = (
  plan: Pick<CallPlan, 'model' | 'operation' | 'options'>,
): JsonObject & { readonly strength?: number } =>
  (schemaOf(plan).safeParse(plan.options).data ?? {}) as JsonObject

/** How far an edit may move from its input: the caller's `strength`, else the model's default. */
export function strengthOf(
  { wire: { default_strength: usual } }: Model,
  plan: Pick<CallPlan, 'model' | 'operation' | 'options'>,
): number | undefined {
  const { strength } = acceptedOptions(plan)
  return strength ?? (typeof usual === 'number' ? usual : undefined)
}
