import { z } from 'zod'
import type { Model } from '../../core/catalog/model.ts'
import type { Unfit } from '../../core/catalog/settings.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { parseAspect } from '../../core/request/aspect.ts'
import { imageFormats, operations, type Size } from '../../core/request/image-request.ts'
import type { CallPlan, InputBytes, ProviderCall } from '../../ports/provider.ts'
import { wantedShape } from './wanted-shape.ts'

/** What a call says, by the names under which it is mapped onto a model's own fields. */
const mappableInputs = [
  'prompt',
  'width',
  'height',
  'size',
  'aspect_ratio',
  'seed',
  'steps',
  'guidance',
  'negative',
  'format',
  'compression',
  'num_outputs',
  'image',
  'images',
  'mask',
] as const
type MappableInput = (typeof mappableInputs)[number]

/** A field name of a hosted model, as its schema spells it. */
export const fieldName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'not a field name')

const json = z.custom<JsonValue>((value) => value !== undefined, 'not a JSON value')

/**
 * How calls are printed for one model of a service that hosts models with fields of their own: data
 * in `models.json` and in the operator's settings alike, always below `wire`.
 */
export const inputMappingFields = {
  /** The model's name of each thing a call can say; what is not named is not sent. */
  inputs: z.partialRecord(z.enum(mappableInputs), fieldName),
  /** Fields that are sent with every call as they are. */
  fixed: z.record(fieldName, json).optional(),
  /** The model's names of formats, where they differ: `{ "jpeg": "jpg" }`. */
  format_names: z.partialRecord(z.enum(imageFormats), z.string()).optional(),
  /** How `size` is printed: `{ "width": 1, "height": 1 }` or `1x1`; absent = as an object. */
  size_form: z.enum(['object', 'text']).optional(),
  /** Operations whose picture keeps its input's size, so that no size is sent. */
  follows_input: z.array(z.enum(operations)).optional(),
} as const

const mappingSchema = z.object(inputMappingFields)
type Mapping = z.output<typeof mappingSchema>

/** Input images in the way the service takes them: links or data URIs. */
export interface MappedFiles {
  readonly images: readonly string[]
  readonly mask?: string
}

/** A file inside a JSON body. */
export const toDataUri = ({ bytes, format }: InputBytes): string => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return `data:image/${format};base64,${text}`
}

/** Prints a call in the fields of its model. A field that the model does not name is not sent. */
export function toMappedInput(call: ProviderCall, files: MappedFiles): JsonObject {
  const mapping = mappingSchema.parse(call.model.wire)
  const { settings } = call
  const { format } = settings
  const values: { readonly [Name in MappableInput]?: JsonValue | undefined } = {
    prompt: call.prompt,
    ...toShape(call, mapping),
    seed: settings.seed,
    steps: settings.steps,
    guidance: settings.guidance,
    negative: settings.negativePrompt,
    format: format && (mapping.format_names?.[format] ?? format),
    compression: settings.compression,
    num_outputs: call.n,
    image: files.images[0],
    images: files.images.length === 0 ? undefined : files.images,
    mask: files.mask,
  }
  const named = mappableInputs.flatMap((name) => {
    const field = mapping.inputs[name]
    const value = values[name]
    return field === undefined || value === undefined ? [] : [[field, value] as const]
  })
  return { ...mapping.fixed, ...Object.fromEntries(named) }
}

/**
 * Size or shape. A generation always says what is expected, because the price depends on it and the
 * defaults of hosted models differ; an edit says nothing unless asked, and follows its input.
 */
function toShape(call: ProviderCall, mapping: Mapping) {
  if (mapping.follows_input?.includes(call.operation)) return {}
  const { aspect, size } = wantedShape(call)
  if (size === undefined) return { aspect_ratio: aspect }
  const { width, height } = size
  return {
    width,
    height,
    size: mapping.size_form === 'text' ? `${width}x${height}` : { width, height },
  }
}

const ratioOf = ({ width, height }: Size): number => width / height

/** Whether the picture of a call keeps its first input's size. */
export const followsInput = ({ model, operation }: Pick<CallPlan, 'model' | 'operation'>) =>
  mappingSchema.parse(model.wire).follows_input?.includes(operation) === true

/** A picture may differ so much (5 %) from the shape asked for before it counts as another. */
const SHAPE_TOLERANCE = 0.05

/** Refuses a shape that the input does not have, where the picture keeps its input's. */
export function shapeUnfit(plan: CallPlan): Unfit | undefined {
  const [input] = plan.images
  if (input === undefined || !followsInput(plan)) return undefined
  const { size, aspect } = plan.settings
  const wanted = size === undefined ? parseAspect(aspect ?? '') : ratioOf(size)
  if (wanted === undefined) return undefined
  if (Math.abs(ratioOf(input) / wanted - 1) <= SHAPE_TOLERANCE) return undefined
  return { code: 'size', param: 'size', reason: refusalOfShape(plan.model) }
}

const refusalOfShape = ({ id }: Model): string =>
  `${id} keeps its input's shape; crop the input, or ask for no size`
