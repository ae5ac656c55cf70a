import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Unfit } from '../../core/catalog/settings.ts'
import type { JsonObject } from '../../core/json.ts'
import { once } from '../shared/once.ts'

// Names, values and limits of this file: Ideogram's API reference and its OpenAPI document of
// 2026-10-07, read 2026-11-25.

const colour = z.string().regex(/^#[0-9a-f]{6}$/i, 'not a colour such as #aa00ff')
const common = { enable_copyright_detection: z.boolean() }
const worded = { ...common, magic_prompt: z.enum(['auto', 'on', 'off']) }
const preciseEdit = {
  ...common,
  context_window: z
    .string()
    .regex(/^(?:auto|\d+,\d+,\d+,\d+)$/, 'neither auto nor y_min,x_min,y_max,x_max'),
}
const styles2 = {
  ...worded,
  style_type: z.enum(['auto', 'general', 'realistic', 'design', 'render_3d', 'anime']),
}
const styles3 = {
  ...worded,
  style_type: z.enum(['auto', 'general', 'realistic', 'design', 'fiction']),
  style_preset: z.string().regex(/^[a-z0-9_]{1,60}$/, 'not the name of a preset'),
  style_codes: z
    .array(z.string().regex(/^[0-9a-f]{8}$/i, 'not eight hexadecimal digits'))
    .min(1)
    .max(8),
  color_palette: z.union([
    z.strictObject({ name: z.string().min(1).max(40) }),
    z.strictObject({
      members: z
        .array(
          z.strictObject({
            color_hex: colour,
            color_weight: z.number().min(0.05).max(1).optional(),
          }),
        )
        .min(1)
        .max(10),
    }),
  ]),
}

const families = { none: {}, worded, preciseEdit, styles2, styles3 } as const

function familyOf({ model, operation }: Pick<CallPlan, 'model' | 'operation'>) {
  if (model.wire.is_tool === true) return families.none
  if (model.wire.styles === '2') return families.styles2
  if (model.wire.styles === '3') return families.styles3
  return operation === 'generate' ? families.worded : families.preciseEdit
}

const schemas = once((family: ReturnType<typeof familyOf>) => z.strictObject(family).partial())

const schemaOf = (plan: Pick<CallPlan, 'model' | 'operation'>) => schemas(familyOf(plan))

const MAX_SEED = 2_147_483_647
const MAX_INPUT_BYTES = 25 * 1_024 * 1_024
/** Longer edge over shorter edge of an input image. */
const MAX_INPUT_RATIO = 6
/** A mask takes the place of a reference. */
const MAX_IMAGES_WITH_MASK = 4

/** Which options and values this provider refuses, and why. */
export function checkOptions(plan: CallPlan): Unfit | undefined {
  const { model, settings, images } = plan
  if (settings.seed !== undefined && (settings.seed < 0 || settings.seed > MAX_SEED)) {
    const reason = `Ideogram takes seeds from 0 to ${MAX_SEED}, not ${settings.seed}`
    return { code: 'options', param: 'seed', reason }
  }
  const flaw = flawOfInputs(plan)
  if (flaw !== undefined) return { code: 'inputs', param: 'image', reason: flaw }
  if (images.length > 0 && !keepsSize(plan)) {
    const reason = `edits by ${model.id} keep the pixels of the first input image`
    return { code: 'size', param: 'size', reason }
  }
  const read = schemaOf(plan).safeParse(plan.options)
  if (!read.success) {
    const issue = read.error.issues[0]
    const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
    return unfit(
      String(name),
      `option ${name} of ${model.id} (${plan.operation}): ${issue?.message}`,
    )
  }
  const { style_preset: preset, style_codes: codes } = read.data as JsonObject
  if (preset === undefined || codes === undefined) return undefined
  return unfit('style_preset', 'style_preset and style_codes exclude each other')
}

const unfit = (name: string, reason: string): Unfit => ({
  code: 'options',
  param: `ideogram.${name}`,
  reason,
})

function flawOfInputs({ images, mask }: CallPlan): string | undefined {
  if (mask !== undefined && images.length > MAX_IMAGES_WITH_MASK) {
    return `with a mask Ideogram takes at most ${MAX_IMAGES_WITH_MASK} input images`
  }
  for (const { width, height, byteLength } of images) {
    if (byteLength > MAX_INPUT_BYTES) return 'Ideogram takes input images of at most 25 MB'
    const ratio = Math.max(width / height, height / width)
    if (ratio > MAX_INPUT_RATIO) return 'Ideogram takes input images of at most 6:1'
  }
  return undefined
}

/** Edits come back with the pixels of their input; a shape is as good when the input has it. */
function keepsSize({
  images: [input],
  settings: { size, aspect },
  expectedSize,
}: CallPlan): boolean {
  if (input === undefined) return true
  if (size !== undefined) return size.width === input.width && size.height === input.height
  if (aspect === undefined) return true
  const distortion = (input.width * expectedSize.height) / (input.height * expectedSize.width)
  return Math.abs(distortion - 1) <= SHAPE_TOLERANCE
}

/** A picture may differ so much from the shape asked for before it counts as another. */
const SHAPE_TOLERANCE = 0.05

/** The options to send: those of the family's list, or none when they are not valid. */
export function acceptedOptions(
  plan: Pick<CallPlan, 'model' | 'operation' | 'options'>,
): JsonObject {
  const read = schemaOf(plan).safeParse(plan.options)
  return read.success ? (read.data as JsonObject) : {}
}
