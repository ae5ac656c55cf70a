import { z } from 'zod'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Unfit } from '../../core/catalog/settings.ts'
import type { JsonObject } from '../../core/json.ts'
import { once } from '../shared/once.ts'

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
const generations: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  flash: { controls },
  4: { controls, style_id: styleId },
  3: { controls, ...styled, text_layout: textLayout },
  2: { controls, ...styled },
}

const schemas = once((key: string) => {
  const [family = '', operation] = key.split(' ')
  const named = family === '3' ? styled : {}
  if (operation === 'edit') return z.strictObject({ strength, ...named }).partial()
  if (operation !== 'generate') return z.strictObject(named).partial()
  return z.strictObject(generations[family] ?? {}).partial()
})

const schemaOf = ({ model, operation }: Pick<CallPlan, 'model' | 'operation'>) =>
  schemas(`${String(model.wire.family)} ${operation}`)

/** Limits of input images (recraft.ai/docs, input images, read 2026-11-25). */
const MAX_INPUT_BYTES = 10 * 1_000_000
const MAX_INPUT_PIXELS = 16_000_000
const MIN_INPUT_EDGE = 256
const MAX_INPUT_EDGE = 4_096
/** Of a picture with margins (recraft.ai/docs, outpainting, read 2026-11-26). */
const MAX_OUTPUT_EDGE = 4_096

/** Which options and values this provider refuses, and why. */
export function checkOptions(plan: CallPlan): Unfit | undefined {
  const { model, settings, images } = plan
  const [input] = images
  const least = model.operationLimits?.[plan.operation]?.minInputEdge ?? MIN_INPUT_EDGE
  const flaw = images.map((each) => flawOfInput(each, least)).find((found) => found !== undefined)
  if (flaw !== undefined) return { code: 'inputs', param: 'image', reason: flaw }
  const { size } = settings
  // Other operations have no size of their own: theirs follows from the input.
  const isOther =
    size !== undefined &&
    (plan.operation === 'edit' || plan.operation === 'inpaint') &&
    (size.width !== input?.width || size.height !== input.height)
  if (isOther) {
    const reason = `edits by ${model.id} keep the pixels of the input image`
    return { code: 'size', param: 'size', reason }
  }
  const { width, height } = plan.expectedSize
  if (plan.operation === 'outpaint' && Math.max(width, height) > MAX_OUTPUT_EDGE) {
    const reason = `${model.id} makes edges of at most ${MAX_OUTPUT_EDGE} pixels`
    return { code: 'size', param: 'expand', reason }
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
  const { style: named, style_id: id } = read.data as JsonObject
  return named === undefined || id === undefined
    ? undefined
    : unfit('style', 'style and style_id exclude each other')
}

const unfit = (name: string, reason: string): Unfit => ({
  code: 'options',
  param: `recraft.${name}`,
  reason,
})

function flawOfInput(
  { width, height, byteLength }: CallPlan['images'][number],
  leastEdge: number,
): string | undefined {
  if (byteLength > MAX_INPUT_BYTES) return 'Recraft takes input images of at most 10 MB'
  if (width * height > MAX_INPUT_PIXELS)
    return 'Recraft takes input images of at most 16 megapixels'
  const isWithin = Math.min(width, height) >= leastEdge
  return isWithin && Math.max(width, height) <= MAX_INPUT_EDGE
    ? undefined
    : `Recraft takes input images with edges of ${leastEdge} to ${MAX_INPUT_EDGE} pixels`
}

/** The options to send: those of the model's list, or none when they are not valid. */
export function acceptedOptions(
  plan: Pick<CallPlan, 'model' | 'operation' | 'options'>,
): JsonObject {
  const read = schemaOf(plan).safeParse(plan.options)
  return read.success ? (read.data as JsonObject) : {}
}
