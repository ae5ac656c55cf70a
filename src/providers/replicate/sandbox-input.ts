import { isObject } from '../../core/json.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import { parseAspect } from '../../core/request/aspect.ts'
import type { ImageFormat, Size } from '../../core/request/image-request.ts'
import type { EmulatedModel, FieldRule } from './sandbox-fields.ts'

/** One entry of `invalid_fields`. */
export interface FieldProblem {
  readonly type: string
  readonly field: string
  readonly description: string
}

/** An input that passed. */
export interface EmulatedTask {
  readonly prompt: string
  readonly count: number
  readonly size: Size
  readonly format: ImageFormat
  readonly seed: number | undefined
  /** How many times longer than usual it takes. */
  readonly effort: number
}

/** Finds the bytes of a file that was uploaded; undefined for a link that leads elsewhere. */
export type FileReader = (link: string) => Uint8Array | undefined

const SQUARE: Size = { width: 1_024, height: 1_024 }

/** Reads and checks an input; every problem is listed. Unknown fields are let by. */
export function readInput(
  model: EmulatedModel,
  given: unknown,
  fileOf: FileReader,
): { readonly task: EmulatedTask } | { readonly problems: readonly FieldProblem[] } {
  const input = isObject(given) ? given : {}
  const problems = model.required
    .filter((name) => input[name] === undefined)
    .map((name) => problem('required', name, 'is required'))
  for (const [name, rule] of Object.entries(model.fields)) {
    const value = input[name]
    if (value !== undefined && value !== null)
      problems.push(...checkField(name, value, rule, fileOf))
  }
  if (problems.length > 0) return { problems }
  const steps = model.usualSteps && input[model.usualSteps.field]
  const count = model.countField === undefined ? 1 : input[model.countField]
  const format = String(input.output_format ?? model.format)
  return {
    task: {
      prompt: typeof input.prompt === 'string' ? input.prompt : '',
      count: typeof count === 'number' ? count : 1,
      size: sizeOf(model, input, fileOf),
      format: format === 'jpg' ? 'jpeg' : (format as ImageFormat),
      seed: typeof input.seed === 'number' ? input.seed : undefined,
      effort:
        model.usualSteps !== undefined && typeof steps === 'number'
          ? steps / model.usualSteps.steps
          : 1,
    },
  }
}

const problem = (type: string, name: string, description: string): FieldProblem => ({
  type,
  field: `input.${name}`,
  description,
})

function checkField(
  name: string,
  value: unknown,
  rule: FieldRule,
  fileOf: FileReader,
): readonly FieldProblem[] {
  const wrong = (type: string, words: string) => [problem(type, name, words)]
  switch (rule.kind) {
    case 'integer':
    case 'number': {
      if (typeof value !== 'number') return wrong('invalid_type', `must be a ${rule.kind}`)
      if (rule.kind === 'integer' && !Number.isInteger(value)) {
        return wrong('invalid_type', 'must be an integer')
      }
      if (value < rule.min) {
        return wrong('number_gte', `must be greater than or equal to ${rule.min}`)
      }
      const isWithin = value <= rule.max
      return isWithin ? [] : wrong('number_lte', `must be less than or equal to ${rule.max}`)
    }
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong('invalid_type', 'must be a boolean')
    case 'text':
      return typeof value === 'string' ? [] : wrong('invalid_type', 'must be a string')
    case 'choice': {
      const isListed = typeof value === 'string' && rule.values.includes(value)
      const words = rule.values.map((known) => `"${known}"`).join(', ')
      return isListed ? [] : wrong('enum', `must be one of the following: ${words}`)
    }
    case 'file':
      return isFile(value, fileOf) ? [] : wrong('invalid_format', 'must be a valid URI of an image')
    case 'files': {
      const isList = Array.isArray(value) && value.length <= rule.max
      return isList && value.every((item) => isFile(item, fileOf))
        ? []
        : wrong('invalid_format', `must be a list of at most ${rule.max} valid URIs of images`)
    }
  }
}

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

/** Pixels of the output: those of an input image, or as asked, or by the shape. */
function sizeOf(
  model: EmulatedModel,
  input: Readonly<Record<string, unknown>>,
  fileOf: FileReader,
): Size {
  const { width, height, size, aspect_ratio: aspect } = input
  const [link] = [input.image, input.input_image].filter((value) => typeof value === 'string')
  const source = link === undefined ? undefined : inputSize(link, fileOf)
  const ratio = typeof aspect === 'string' ? parseAspect(aspect) : undefined
  if (source !== undefined && (input.image !== undefined || ratio === undefined)) return source
  const [, across, down] = /^(\d+)x(\d+)$/.exec(typeof size === 'string' ? size : '') ?? []
  if (across !== undefined && down !== undefined) {
    return { width: Number(across), height: Number(down) }
  }
  if (typeof width === 'number' && typeof height === 'number') return { width, height }
  return shaped(ratio ?? 1, model.pixels)
}

/** Keeps 1023.9999… from becoming 1008. */
const ROUNDING_SLACK = 1e-6

/** About so many pixels in a shape, with both edges multiples of 16. */
const shaped = (ratio: number, pixels: number): Size => ({
  width: Math.floor(Math.sqrt(pixels * ratio) / 16 + ROUNDING_SLACK) * 16,
  height: Math.floor(Math.sqrt(pixels / ratio) / 16 + ROUNDING_SLACK) * 16,
})
