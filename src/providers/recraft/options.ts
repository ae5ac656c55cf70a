import { z } from 'zod'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { callOptions, firstUnfit, unfitOption } from '../shared/call-options.ts'
import { once } from '../shared/once.ts'
import { inputsWithin, keepsInputSize, outputsWithin } from '../shared/plan-limits.ts'

// Names, values and limits of this file: recraft.ai/docs/api-reference, read 2026-11-25.

const rgb = z.array(z.number().int().min(0).max(255)).length(3)
const colour = z.strictObject({ rgb })
const styleId = z.uuid()
const style = z.string().min(1).max(60)
/** Corners as shares of the picture's edges. */
const corner = z.array(z.number().min(0).max(1)).length(2)

const controls = z
  .strictObject({
    colors: z.array(colour).min(1).max(20),
    background_color: colour,
    artistic_level: z.number().int().min(0).max(5),
    no_text: z.boolean(),
  })
  .partial()
const textLayout = z
  .array(z.strictObject({ text: z.string().min(1).max(100), bbox: z.array(corner).length(4) }))
  .min(1)
  .max(50)
const styled = { style, substyle: style, style_id: styleId }
const strength = z.number().min(0).max(1)

/** What each family takes for a generation; the newer models have no named styles. */
const generations: Readonly<Record<string, Readonly<Record<string, z.ZodType<JsonValue>>>>> = {
  flash: { controls },
  4: { controls, style_id: styleId },
  3: { controls, ...styled, text_layout: textLayout },
  2: { controls, ...styled },
}

const schemas = once((key: string): z.ZodType<JsonObject> => {
  const [family = '', operation] = key.split(' ')
  const named = family === '3' ? styled : {}
  if (operation === 'edit') return z.strictObject({ strength, ...named }).partial()
  if (operation !== 'generate') return z.strictObject(named).partial()
  return z.strictObject(generations[family] ?? {}).partial()
})

const options = callOptions<JsonObject>(
  ({ model, operation }) => schemas(`${String(model.wire.family)} ${operation}`),
  {
    flawOf: ({ style: named, style_id: id }, plan) =>
      named === undefined || id === undefined
        ? undefined
        : unfitOption(plan, 'style', 'it and style_id exclude each other'),
  },
)

/** The options to send: those of the model's list, or none when they are not valid. */
export const acceptedOptions = options.read

/** Limits of input images (recraft.ai/docs, input images, read 2026-11-25). */
const INPUTS = { eachBytes: 10 * 1_000_000, eachPixels: 16_000_000, maxEdge: 4_096 } as const
const MIN_INPUT_EDGE = 256
/** Of a picture with margins (recraft.ai/docs, outpainting, read 2026-11-26). */
const MAX_OUTPUT_EDGE = 4_096

/** Which options and values this provider refuses, and why. */
export const checkOptions = firstUnfit(
  inputsWithin(({ model, operation }) => ({
    ...INPUTS,
    minEdge: model.operationLimits?.[operation]?.minInputEdge ?? MIN_INPUT_EDGE,
  })),
  keepsInputSize(({ operation }) => operation === 'edit' || operation === 'inpaint'),
  outputsWithin(MAX_OUTPUT_EDGE, ['outpaint']),
  options.check,
)
