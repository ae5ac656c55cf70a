import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { JsonObject } from '../../core/json.ts'
import { callOptions, firstUnfit, type PlanCheck, unfitOption } from '../shared/call-options.ts'
import { once } from '../shared/once.ts'
import {
  inputsWithin,
  keepsInputShape,
  keepsInputSize,
  seedsWithin,
} from '../shared/plan-limits.ts'

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

const backgrounds = {
  ...worded,
  style_preset: styles3.style_preset,
  style_codes: styles3.style_codes,
  color_palette: styles3.color_palette,
}
/** A remix, which is told how much its input counts. */
const remix = { ...styles3, image_weight: z.number().int().min(1).max(100) }

function familyOf({ model, operation }: Pick<CallPlan, 'model' | 'operation'>): z.ZodRawShape {
  if (model.wire.is_tool === true) return {}
  if (model.wire.styles === '2') return styles2
  if (operation === 'replace_background') return backgrounds
  if (model.wire.styles === '3') return operation === 'edit' ? remix : styles3
  return operation === 'generate' ? worded : preciseEdit
}

const schemas = once((family: z.ZodRawShape) => z.strictObject(family).partial())

const options = callOptions<JsonObject>(
  (asked) => schemas(familyOf(asked)) as z.ZodType<JsonObject>,
  {
    flawOf({ style_preset: preset, style_codes: codes }, plan) {
      if (preset === undefined || codes === undefined) return undefined
      return unfitOption(plan, 'style_preset', 'it and style_codes exclude each other')
    },
  },
)

/** The options to send: those of the family's list, or none when they are not valid. */
export const acceptedOptions = options.read

const MAX_SEED = 2_147_483_647
const INPUTS = { eachBytes: 25 * 1_024 * 1_024, maxRatio: 6 } as const
/** A mask takes the place of a reference. */
const MAX_IMAGES_WITH_MASK = 4

const referencesBesideMask: PlanCheck = ({ images, mask }) =>
  mask === undefined || images.length <= MAX_IMAGES_WITH_MASK
    ? undefined
    : {
        code: 'inputs',
        param: 'image',
        reason: `with a mask Ideogram takes at most ${MAX_IMAGES_WITH_MASK} input images`,
      }

/** Edits come back with the pixels of their input; remixes are cropped to the shape asked for. */
const keepsInput = ({ model }: CallPlan): boolean => model.wire.shapes_edits !== true

/** Which options and values this provider refuses, and why. */
export const checkOptions = firstUnfit(
  seedsWithin(0, MAX_SEED),
  referencesBesideMask,
  inputsWithin(INPUTS),
  keepsInputSize(keepsInput),
  keepsInputShape((plan) => plan.operation === 'inpaint' || keepsInput(plan)),
  options.check,
)
