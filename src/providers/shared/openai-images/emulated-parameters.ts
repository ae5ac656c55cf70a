import type { Model } from '../../../core/catalog/model.ts'
import { imageFormats, type Size } from '../../../core/request/image-request.ts'
import { requestLimits } from '../../../core/request/limits.ts'
import type { EmulatorAnswer } from '../emulator.ts'
import { makesSize } from '../models-file.ts'
import { badImageParameter, badParameter } from './emulated-errors.ts'

/** The first rule that a request breaks, as OpenAI's answer. */
export type Flaw = EmulatorAnswer | undefined

/** Values of `background`. */
export const backgrounds = ['transparent', 'opaque', 'auto'] as const

/** Whether a value is a text with something in it. */
export const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** The first rule that the parameters break, as OpenAI's answer. */
export function flawOfParameters(values: Readonly<Record<string, unknown>>, model: Model): Flaw {
  return (
    flawOfPrompt(values.prompt) ??
    flawOfCount('n', values.n, 1, requestLimits.maxImages) ??
    flawOfCount('output_compression', values.output_compression, 0, 100) ??
    flawOfCount('partial_images', values.partial_images, 0, requestLimits.maxPartialImages) ??
    flawOfChoice('quality', values.quality, [...model.qualities, 'auto']) ??
    flawOfChoice('background', values.background, backgrounds) ??
    flawOfChoice('output_format', values.output_format, imageFormats) ??
    flawOfChoice('moderation', values.moderation, ['auto', 'low']) ??
    flawOfChoice('stream', values.stream, [true, false]) ??
    flawOfComplexity(values.complexity, model) ??
    flawOfFidelity(values.input_fidelity, model) ??
    flawOfCombination(values) ??
    flawOfSize(values.size, model)
  )
}

function flawOfPrompt(prompt: unknown): Flaw {
  if (!isText(prompt)) {
    const message = "Missing required parameter: 'prompt'."
    return badParameter('prompt', message, 'missing_required_parameter')
  }
  const most = requestLimits.maxPromptCharacters
  if (prompt.length <= most) return undefined
  return outOfBounds('prompt', {
    flaw: 'string too long',
    wanted: `a string with maximum length ${most}`,
    got: `a string with length ${prompt.length}`,
    code: 'string_above_max_length',
  })
}

function flawOfCount(name: string, value: unknown, least: number, most: number): Flaw {
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    const message = `Invalid type for '${name}': expected an integer.`
    return badParameter(name, message, 'invalid_type')
  }
  if (value > most) {
    return outOfBounds(name, {
      flaw: 'integer above maximum value',
      wanted: `a value <= ${most}`,
      got: String(value),
      code: 'integer_above_max_value',
    })
  }
  if (value >= least) return undefined
  return outOfBounds(name, {
    flaw: 'integer below minimum value',
    wanted: `a value >= ${least}`,
    got: String(value),
    code: 'integer_below_min_value',
  })
}

function flawOfChoice(name: string, value: unknown, choices: readonly unknown[]): Flaw {
  if (value === undefined || choices.includes(value)) return undefined
  const list = choices.map((choice) => `'${String(choice)}'`).join(', ')
  const message = `Invalid value: '${String(value)}'. Supported values are: ${list}.`
  return badParameter(name, message)
}

function flawOfComplexity(value: unknown, model: Model): Flaw {
  if (value === undefined || model.wire.complexity === true) {
    return flawOfChoice('complexity', value, ['low', 'medium', 'high'])
  }
  const message = `The model '${model.id}' does not support the 'complexity' parameter.`
  return badParameter('complexity', message)
}

function flawOfFidelity(value: unknown, model: Model): Flaw {
  if (value === undefined) return undefined
  const isTaken = model.supports.inputFidelity === true && (value === 'low' || value === 'high')
  if (isTaken || (value === 'low' && model.sizes.kind === 'list')) return undefined
  const message = `The model '${model.id}' does not support the 'input_fidelity' parameter.`
  return badParameter('input_fidelity', message, 'invalid_input_fidelity_model')
}

function flawOfCombination(values: Readonly<Record<string, unknown>>): Flaw {
  const isJpeg = values.output_format === 'jpeg'
  const isPng = values.output_format === undefined || values.output_format === 'png'
  if (values.background === 'transparent' && isJpeg) {
    const message = 'Transparent background is not supported for JPEG output format.'
    return badParameter('background', message)
  }
  if (isPng && values.output_compression !== undefined && values.output_compression !== 100) {
    const message = 'Compression less than 100 is not supported for PNG output format.'
    return badParameter('output_compression', message)
  }
  if (values.partial_images !== undefined && values.stream !== true) {
    const message = "Parameter 'partial_images' is only supported when 'stream' is true."
    return badParameter('partial_images', message)
  }
  return undefined
}

function flawOfSize(value: unknown, model: Model): Flaw {
  if (value === undefined || value === 'auto') return undefined
  const text = String(value)
  const size = sizeFrom(text)
  if (model.sizes.kind === 'list') {
    const names = model.sizes.sizes.map(({ width, height }) => `${width}x${height}`)
    return flawOfChoice('size', text, [...names, 'auto'])
  }
  if (size === undefined) {
    const message = `Invalid size '${text}'. Expected WIDTHxHEIGHT, for example '1824x1024'.`
    return badImageParameter('size', message)
  }
  if (makesSize(model.sizes, size)) return undefined
  const reason =
    size.width % 16 === 0 && size.height % 16 === 0
      ? 'The size must be within the pixel, edge and aspect ratio limits of the model.'
      : 'Width and height must both be divisible by 16.'
  return badImageParameter('size', `Invalid size '${text}'. ${reason}`)
}

/** A value beyond its bounds, in OpenAI's words. */
export const outOfBounds = (
  param: string,
  at: {
    readonly flaw: string
    readonly wanted: string
    readonly got: string
    readonly code: string
  },
): EmulatorAnswer => {
  const expected = `Expected ${at.wanted}, but got ${at.got} instead.`
  return badParameter(param, `Invalid '${param}': ${at.flaw}. ${expected}`, at.code)
}

/** Reads `WIDTHxHEIGHT`. */
export function sizeFrom(text: string): Size | undefined {
  const match = /^(\d{1,5})x(\d{1,5})$/.exec(text)
  return match === null ? undefined : { width: Number(match[1]), height: Number(match[2]) }
}
