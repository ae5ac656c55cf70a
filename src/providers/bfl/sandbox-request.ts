import { isObject } from '../../core/json.ts'
import { parseAspect } from '../../core/request/aspect.ts'
import type { ImageFormat, Size } from '../../core/request/image-request.ts'
import type { EmulatedModel, FieldRule } from './sandbox-models.ts'

/** One entry of FastAPI's `detail` list. */
export interface FieldProblem {
  readonly loc: readonly string[]
  readonly msg: string
  readonly type: string
}

/** A request body that passed, as the emulator works with it. */
export interface EmulatedTask {
  readonly prompt: string
  readonly seed: number | undefined
  readonly format: ImageFormat
  readonly size: Size
  readonly inputs: readonly Size[]
  readonly resolution: unknown
}

/** Reads the pixel size of base64 image data; undefined when it is no image. */
type SizeReader = (bytes: Uint8Array) => Size | undefined

/** Largest output of FLUX.2, and largest input of any model (docs.bfl.ai, read 2026-11-20). */
const MAX_OUTPUT_PIXELS = 4 * 1_024 * 1_024
const MAX_INPUT_PIXELS = 16 * 1_024 * 1_024
/** Largest safety tolerance of FLUX.1 Kontext with an input image (same source). */
const KONTEXT_EDIT_TOLERANCE = 2

/** Edges of the pictures that FLUX 3 makes for each resolution, if they were square. */
const RESOLUTION_EDGES: Readonly<Record<string, number>> = {
  '768sq': 768,
  '1k': 1_024,
  '1.5k': 1_536,
  '2k': 2_048,
  '4k': 4_096,
}

const SIDES = ['left', 'right', 'top', 'bottom'] as const

/** Reads and checks a request body as BFL's FastAPI does; every problem is listed. */
export function readTask(
  model: EmulatedModel,
  body: unknown,
  readSize: SizeReader,
): { readonly task: EmulatedTask } | { readonly problems: readonly FieldProblem[] } {
  if (!isObject(body)) return { problems: [problem([], 'Input should be an object', 'dict_type')] }
  const problems = Object.entries(body).flatMap(([name, value]) => {
    const rule = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined
    if (rule !== undefined) return value === null ? [] : checkField(name, value, rule)
    const extra = problem([name], 'Extra inputs are not permitted', 'extra_forbidden')
    return model.refusesUnknown ? [extra] : []
  })
  for (const name of model.required) {
    if (body[name] === undefined) problems.push(problem([name], 'Field required', 'missing'))
  }
  if (model.fields.left !== undefined && SIDES.every((side) => !body[side])) {
    problems.push(problem(['left'], 'One of the sides must be above 0', 'value_error'))
  }
  const read = problems.length === 0 ? readInputs(model, body, readSize) : { sizes: [], problems }
  if (read.problems.length > 0) return { problems: read.problems }
  const size = outputSize(model, body, read.sizes)
  if (size.width * size.height > MAX_OUTPUT_PIXELS && model.priceByResolution === undefined) {
    const text = 'width times height must be at most 4 megapixels'
    return { problems: [problem(['width'], text, 'value_error')] }
  }
  return {
    task: {
      prompt: typeof body.prompt === 'string' ? body.prompt : '',
      seed: typeof body.seed === 'number' ? body.seed : undefined,
      format: isFormat(body.output_format) ? body.output_format : 'jpeg',
      size,
      inputs: read.sizes,
      resolution: body.resolution,
    },
  }
}

const isFormat = (value: unknown): value is ImageFormat =>
  value === 'png' || value === 'jpeg' || value === 'webp'

const problem = (loc: readonly string[], msg: string, type: string): FieldProblem => ({
  loc: ['body', ...loc],
  msg,
  type,
})

function checkField(name: string, value: unknown, rule: FieldRule): FieldProblem[] {
  const wrong = (msg: string, type: string): FieldProblem[] => [problem([name], msg, type)]
  switch (rule.kind) {
    case 'integer':
    case 'number':
    case 'edge':
      return checkNumber(name, value, rule)
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong('Input should be a boolean', 'bool_type')
    case 'text':
    case 'image':
      return typeof value === 'string' ? [] : wrong('Input should be a string', 'string_type')
    case 'images': {
      const isList = Array.isArray(value) && value.every((item) => typeof item === 'string')
      if (!isList) return wrong('Input should be a list of strings', 'list_type')
      const isShort = value.length >= 1 && value.length <= rule.max
      return isShort ? [] : wrong(`List should have 1 to ${rule.max} items`, 'too_long')
    }
    case 'choice': {
      const isListed = typeof value === 'string' && rule.values.includes(value)
      return isListed ? [] : wrong(`Input should be one of ${rule.values.join(', ')}`, 'enum')
    }
    case 'aspect': {
      const ratio = parseAspect(String(value))
      const isWithin = ratio !== undefined && Math.max(ratio, 1 / ratio) <= rule.widest + 1e-9
      return isWithin ? [] : wrong('Invalid aspect ratio', 'value_error')
    }
  }
}

function checkNumber(
  name: string,
  value: unknown,
  rule: Extract<FieldRule, { readonly min: number }>,
): FieldProblem[] {
  const wrong = (msg: string, type: string): FieldProblem[] => [problem([name], msg, type)]
  if (typeof value !== 'number') return wrong('Input should be a number', 'float_type')
  if (rule.kind !== 'number' && !Number.isInteger(value)) {
    return wrong('Input should be a valid integer', 'int_type')
  }
  if (rule.kind === 'edge' && value === 0) return []
  if (value < rule.min) {
    return wrong(`Input should be greater than or equal to ${rule.min}`, 'greater_than_equal')
  }
  if (value > rule.max) {
    return wrong(`Input should be less than or equal to ${rule.max}`, 'less_than_equal')
  }
  if (rule.kind === 'edge' && value % rule.step !== 0) {
    return wrong(`Input should be a multiple of ${rule.step}`, 'multiple_of')
  }
  return []
}

/** Sizes of the input images, the mask last; a URL is taken for a square one, it is not fetched. */
function readInputs(
  model: EmulatedModel,
  body: Readonly<Record<string, unknown>>,
  readSize: SizeReader,
): { readonly sizes: readonly Size[]; readonly problems: readonly FieldProblem[] } {
  const sizes: Size[] = []
  const problems: FieldProblem[] = []
  for (const [name, rule] of Object.entries(model.fields)) {
    if (rule.kind !== 'image' && rule.kind !== 'images') continue
    const values = [body[name] ?? []].flat().filter((value) => typeof value === 'string')
    for (const value of values) {
      const size = /^https?:/.test(value) ? model.defaultSize : readSize(decode(value))
      if (size === undefined) problems.push(problem([name], 'Invalid image', 'value_error'))
      else if (size.width * size.height > MAX_INPUT_PIXELS) {
        problems.push(problem([name], 'Image is larger than 16 megapixels', 'image_too_large'))
      } else if (Math.min(size.width, size.height) < (model.minInputEdge ?? 0)) {
        problems.push(problem([name], 'Image is too small', 'value_error'))
      } else if (name === 'mask') problems.push(...checkMask(size, sizes[0]))
      else sizes.push(size)
    }
  }
  const tolerance = body.safety_tolerance
  const isKontext = model.fields.input_image !== undefined && model.pixels !== undefined
  const isKontextEdit = isKontext && sizes.length > 0
  if (isKontextEdit && typeof tolerance === 'number' && tolerance > KONTEXT_EDIT_TOLERANCE) {
    const text = `must be at most ${KONTEXT_EDIT_TOLERANCE} with an input image`
    problems.push(problem(['safety_tolerance'], text, 'less_than_equal'))
  }
  return { sizes, problems }
}

const checkMask = (mask: Size, image: Size | undefined): FieldProblem[] =>
  mask.width === image?.width && mask.height === image.height
    ? []
    : [problem(['mask'], 'Mask must have the size of the image', 'value_error')]

const decode = (text: string): Uint8Array =>
  Buffer.from(text.startsWith('data:') ? text.slice(text.indexOf(',') + 1) : text, 'base64')

/** Pixels of the output: as asked, or by shape and resolution, or following the first input. */
function outputSize(
  model: EmulatedModel,
  body: Readonly<Record<string, unknown>>,
  inputs: readonly Size[],
): Size {
  const { width, height, aspect_ratio: aspect } = body
  const [input] = inputs
  if (body.image !== undefined && input !== undefined) return grown(input, body)
  if (typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0) {
    return { width, height }
  }
  const edge = RESOLUTION_EDGES[String(body.resolution ?? '1k')] ?? 1_024
  const pixels = model.priceByResolution === undefined ? model.pixels : edge * edge
  const asked = typeof aspect === 'string' ? parseAspect(aspect) : undefined
  const followed = input === undefined ? undefined : input.width / input.height
  if (pixels !== undefined) {
    const usual = model.defaultSize.width / model.defaultSize.height
    return shaped(asked ?? followed ?? usual, pixels)
  }
  if (input === undefined) return model.defaultSize
  return shaped(followed ?? 1, Math.min(input.width * input.height, MAX_OUTPUT_PIXELS))
}

/** An input with what is added at its sides. */
function grown({ width, height }: Size, body: Readonly<Record<string, unknown>>): Size {
  const [left, right, top, bottom] = SIDES.map((side) => Number(body[side] ?? 0))
  return { width: width + (left ?? 0) + (right ?? 0), height: height + (top ?? 0) + (bottom ?? 0) }
}

/** Keeps 1023.9999… from becoming 1008. */
const ROUNDING_SLACK = 1e-6

/** A size of about so many pixels, never more, with both edges multiples of 16. */
const shaped = (ratio: number, pixels: number): Size => ({
  width: Math.max(64, Math.floor(Math.sqrt(pixels * ratio) / 16 + ROUNDING_SLACK) * 16),
  height: Math.max(64, Math.floor(Math.sqrt(pixels / ratio) / 16 + ROUNDING_SLACK) * 16),
})
