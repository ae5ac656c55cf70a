import { isObject } from '../../core/json.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import { parseAspect } from '../../core/request/aspect.ts'
import type { ImageFormat, Size } from '../../core/request/image-request.ts'
import type { EmulatedEndpoint, FieldRule } from './sandbox-fields.ts'

/** One entry of `detail`. */
export interface FieldProblem {
  readonly loc: readonly string[]
  readonly msg: string
  readonly type: string
  readonly url?: string
  readonly ctx?: Readonly<Record<string, unknown>>
  readonly input?: unknown
}

/** An input that passed. */
export interface EmulatedTask {
  readonly prompt: string
  readonly count: number
  readonly size: Size
  readonly format: ImageFormat
  readonly seed: number | undefined
  readonly inputs: readonly Size[]
}

/** Finds the bytes of a file that was uploaded; undefined for a link that leads elsewhere. */
export type FileReader = (link: string) => Uint8Array | undefined

const SQUARE: Size = { width: 1_024, height: 1_024 }
/** The named sizes of FLUX endpoints (npm @fal-ai/client 1.10.1, read 2026-11-20). */
const NAMED_SIZES: Readonly<Record<string, Size>> = {
  square_hd: SQUARE,
  square: { width: 512, height: 512 },
  portrait_4_3: { width: 768, height: 1_024 },
  portrait_16_9: { width: 576, height: 1_024 },
  landscape_4_3: { width: 1_024, height: 768 },
  landscape_16_9: { width: 1_024, height: 576 },
  auto: SQUARE,
  auto_2K: { width: 2_048, height: 2_048 },
  auto_4K: { width: 4_096, height: 4_096 },
}
/** Largest edge that a size may have (docs.fal.ai, read 2026-11-20). */
const MAX_EDGE = 14_142
/** Largest picture that follows its input (docs.bfl.ai, read 2026-11-20). */
const MAX_FOLLOWED = 4 * 1_024 * 1_024

/** Reads and checks an input; every problem is listed. Unknown fields are let by. */
export function readInput(
  endpoint: EmulatedEndpoint,
  given: unknown,
  fileOf: FileReader,
): { readonly task: EmulatedTask } | { readonly problems: readonly FieldProblem[] } {
  const input = isObject(given) ? given : {}
  const problems = endpoint.required
    .filter((name) => input[name] === undefined)
    .map((name) => problem(name, 'Field required', 'missing'))
  for (const [name, rule] of Object.entries(endpoint.fields)) {
    const value = input[name]
    if (value !== undefined && value !== null) problems.push(...check(name, value, rule, fileOf))
  }
  if (problems.length > 0) return { problems }
  const { prompt, num_images: count, output_format: format, seed } = input
  const links = [input.image_url ?? [], input.image_urls ?? []].flat()
  const inputs = links.map((link) => inputSize(String(link), fileOf) ?? SQUARE)
  return {
    task: {
      prompt: typeof prompt === 'string' ? prompt : '',
      count: typeof count === 'number' ? count : 1,
      size: sizeOf(endpoint, input, inputs[0]),
      format: (typeof format === 'string' ? format : endpoint.format) as ImageFormat,
      seed: typeof seed === 'number' ? seed : undefined,
      inputs,
    },
  }
}

const problem = (
  name: string,
  msg: string,
  type: string,
  more: Partial<FieldProblem> = {},
): FieldProblem => ({ loc: ['body', name], msg, type, ...more })

function check(
  name: string,
  value: unknown,
  rule: FieldRule,
  fileOf: FileReader,
): readonly FieldProblem[] {
  const wrong = (msg: string, type: string, more: Partial<FieldProblem> = {}) => [
    problem(name, msg, type, { input: value, ...more }),
  ]
  switch (rule.kind) {
    case 'integer':
    case 'number': {
      if (typeof value !== 'number') return wrong('Input should be a valid number', 'number_type')
      if (rule.kind === 'integer' && !Number.isInteger(value)) {
        return wrong('Input should be a valid integer', 'int_type')
      }
      if (value < rule.min) {
        const msg = `Input should be greater than or equal to ${rule.min}`
        return wrong(msg, 'greater_than_equal', { ctx: { ge: rule.min } })
      }
      const msg = `Input should be less than or equal to ${rule.max}`
      return value <= rule.max ? [] : wrong(msg, 'less_than_equal', { ctx: { le: rule.max } })
    }
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong('Input should be a valid boolean', 'bool_type')
    case 'text':
      return typeof value === 'string' ? [] : wrong('Input should be a valid string', 'string_type')
    case 'list':
      return Array.isArray(value) ? [] : wrong('Input should be a valid list', 'list_type')
    case 'choice': {
      const isListed = typeof value === 'string' && rule.values.includes(value)
      const words = rule.values.map((known) => `'${known}'`).join(', ')
      return isListed ? [] : wrong(`Input should be ${words}`, 'literal_error')
    }
    case 'size':
      return isSize(value) ? [] : wrong('Input should be a valid image size', 'value_error')
    case 'file':
      return isFile(value, fileOf) ? [] : wrong('Failed to load the image', 'image_load_error')
    case 'files': {
      const isList = Array.isArray(value) && value.length >= 1 && value.length <= rule.max
      if (!isList) return wrong(`List should have 1 to ${rule.max} items`, 'too_long')
      const isGood = value.every((item) => isFile(item, fileOf))
      return isGood ? [] : wrong('Failed to load the image', 'image_load_error')
    }
  }
}

const isEdge = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_EDGE

const isSize = (value: unknown): boolean =>
  typeof value === 'string'
    ? Object.hasOwn(NAMED_SIZES, value)
    : isObject(value) && isEdge(value.width) && isEdge(value.height)

const isFile = (value: unknown, fileOf: FileReader): boolean =>
  typeof value === 'string' && inputSize(value, fileOf) !== undefined

/** Pixels of an input image. A link elsewhere is taken for a square one: it is not fetched. */
function inputSize(link: string, fileOf: FileReader): Size | undefined {
  const inline = /^data:[a-z0-9.+/-]+;base64,(.*)$/is.exec(link)?.[1]
  if (inline !== undefined) return readImageHeader(Buffer.from(inline, 'base64'))
  if (!/^https?:\/\//.test(link)) return undefined
  const bytes = fileOf(link)
  return bytes === undefined ? SQUARE : readImageHeader(bytes)
}

/** Pixels of the output: as asked, or by the shape, or those of an input, or the usual ones. */
function sizeOf(
  endpoint: EmulatedEndpoint,
  input: Readonly<Record<string, unknown>>,
  source: Size | undefined,
): Size {
  const { image_size: size, aspect_ratio: aspect } = input
  const ratio = typeof aspect === 'string' ? parseAspect(aspect) : undefined
  if (isObject(size)) return { width: Number(size.width), height: Number(size.height) }
  if (ratio !== undefined) return shaped(ratio, endpoint.pixels)
  const isNamed = typeof size === 'string' && !size.startsWith('auto')
  if (isNamed) return NAMED_SIZES[size] ?? SQUARE
  if (source !== undefined) {
    const { width, height } = source
    return width * height <= MAX_FOLLOWED ? { width, height } : shaped(width / height, MAX_FOLLOWED)
  }
  if (typeof size === 'string') return NAMED_SIZES[size] ?? SQUARE
  const usual = endpoint.fields.image_size === undefined ? SQUARE : NAMED_SIZES.landscape_4_3
  return usual ?? SQUARE
}

/** Keeps 1023.9999… from becoming 1008. */
const ROUNDING_SLACK = 1e-6

/** About so many pixels in a shape, with both edges multiples of 16. */
const shaped = (ratio: number, pixels: number): Size => ({
  width: Math.floor(Math.sqrt(pixels * ratio) / 16 + ROUNDING_SLACK) * 16,
  height: Math.floor(Math.sqrt(pixels / ratio) / 16 + ROUNDING_SLACK) * 16,
})
