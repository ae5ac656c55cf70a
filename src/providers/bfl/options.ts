import { z } from 'zod'
import type { Model } from '../../core/catalog/model.ts'
import type { Unfit } from '../../core/catalog/settings.ts'
import type { JsonObject } from '../../core/json.ts'
import { parseAspect } from '../../core/request/aspect.ts'
import type { CallPlan } from '../../ports/provider.ts'

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

/** A picture may differ so much (5 %) from the shape asked for before it counts as another. */
const SHAPE_TOLERANCE = 0.05

/**
 * Which options this provider refuses, and why. Unknown ones are refused: FLUX.2 would ignore them.
 * So are input images that BFL would refuse, and a shape that the input does not have where the
 * picture keeps its input's size.
 */
export function checkOptions(plan: CallPlan): Unfit | undefined {
  const family = plan.model.wire.options
  if (plan.images.some(({ width, height }) => width * height > MAX_INPUT_PIXELS)) {
    const reason = 'Black Forest Labs takes input images of at most 16 megapixels'
    return { code: 'inputs', param: 'image', reason }
  }
  if (plan.model.wire.output_size === 'input' && !hasInputShape(plan)) {
    const reason = `${plan.model.id} keeps its input's shape, not ${plan.settings.aspect}`
    return { code: 'size', param: 'size', reason }
  }
  if (!isFamily(family)) return refusal(plan.model, 'model', 'has no list of options')
  const read = families[family].safeParse(plan.options)
  if (!read.success) {
    const issue = read.error.issues[0]
    const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
    return refusal(plan.model, name ?? 'options', issue?.message ?? 'is not valid')
  }
  const { safety_tolerance: asked } = read.data
  if (
    family === 'flux_kontext' &&
    plan.images.length > 0 &&
    asked !== undefined &&
    asked > KONTEXT_EDIT_TOLERANCE
  ) {
    const limit = `must be at most ${KONTEXT_EDIT_TOLERANCE} with an input image`
    return refusal(plan.model, 'safety_tolerance', limit)
  }
  return undefined
}

function hasInputShape({ images: [input], settings: { aspect } }: CallPlan): boolean {
  if (input === undefined || aspect === undefined) return true
  const wanted = parseAspect(aspect) ?? 1
  return Math.abs(input.width / input.height / wanted - 1) <= SHAPE_TOLERANCE
}

const refusal = (model: Model, name: string, problem: string): Unfit => ({
  code: 'options',
  param: `bfl.${name}`,
  reason: `option ${name} of ${model.id}: ${problem}`,
})

/** The options to send: those of the family's list, or none when they are not valid. */
export function acceptedOptions(model: Model, options: JsonObject): JsonObject {
  const family = model.wire.options
  const read = isFamily(family) ? families[family].safeParse(options) : undefined
  return read?.success ? read.data : {}
}
