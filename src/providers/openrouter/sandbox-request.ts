import { isObject } from '../../core/json.ts'
import { parseAspect } from '../../core/request/aspect.ts'
import {
  type ImageFormat,
  imageFormats,
  type Quality,
  type Size,
} from '../../core/request/image-request.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import type { EmulatorAnswer } from '../shared/emulator.ts'
import { type EmulatedModel, modelOf } from './sandbox-catalog.ts'
import { badParameter, noSuchModel } from './sandbox-errors.ts'
import { flawOfParameters, inputsOf, type ReadInput, resolutionIn } from './sandbox-parameters.ts'

/** A picture request that OpenRouter would accept. */
export interface PictureRequest {
  readonly found: EmulatedModel
  readonly prompt: string
  readonly n: number
  readonly size: Size
  /** `1K`, `2K` or `4K`. */
  readonly resolution: string
  readonly quality: Quality
  readonly format: ImageFormat
  readonly seed: number | undefined
  readonly isStreamed: boolean
  readonly inputs: readonly Size[]
  readonly fonts: number
}

/** Pixels of each resolution. */
const PIXELS: { readonly [resolution: string]: number } = {
  '512': 2 ** 18,
  '1K': 2 ** 20,
  '2K': 2 ** 22,
  '4K': 2 ** 24,
}

/** Checks a request as OpenRouter does; the first flaw is its answer. */
export function readPictureRequest(
  body: Record<string, unknown>,
): Result<PictureRequest, EmulatorAnswer> {
  const slug = String(body.model ?? '')
  const found = modelOf(slug)
  if (found === undefined) return refused(noSuchModel(slug))
  const inputs = inputsOf(body)
  const flaw = flawOfParameters(body, found.model) ?? flawOfInputs(inputs, found)
  if (flaw !== undefined) return refused(badParameter(flaw))
  const { model } = found
  const headers = inputs.flatMap(({ header }) => header ?? [])
  const resolution = resolutionIn(body) ?? '1K'
  return ok({
    found,
    prompt: String(body.prompt),
    n: Number(body.n ?? 1),
    size: sizeOf(body, resolution, headers[0]),
    resolution,
    quality: model.qualities.find((level) => level === body.quality) ?? 'medium',
    format: formatOf(body, found),
    seed: typeof body.seed === 'number' ? body.seed : undefined,
    isStreamed: body.stream === true && model.supports.stream === true,
    inputs: headers,
    fonts: fontsOf(body),
  })
}

function flawOfInputs(inputs: readonly ReadInput[], { slug, model }: EmulatedModel) {
  if (inputs.length > model.maxInputImages) {
    return `${slug} supports at most ${model.maxInputImages} input references.`
  }
  const isUnread = inputs.some(({ header }) => header === undefined)
  return isUnread ? 'Failed to read an input reference.' : undefined
}

/** Exact pixels, or the pixels of the resolution in the shape asked for. */
function sizeOf(body: Record<string, unknown>, resolution: string, input: Size | undefined): Size {
  const exact = /^(\d+)x(\d+)$/.exec(String(body.size ?? ''))
  if (exact !== null) return { width: Number(exact[1]), height: Number(exact[2]) }
  const asked = typeof body.aspect_ratio === 'string' ? parseAspect(body.aspect_ratio) : undefined
  const ratio = asked ?? (input === undefined ? 1 : input.width / input.height)
  const pixels = PIXELS[resolution] ?? 2 ** 20
  // Rounded down, so that no picture has more megapixels than its class is sold as.
  const stepped = (edge: number): number => Math.max(64, Math.floor(edge / 16) * 16)
  return {
    width: stepped(Math.sqrt(pixels * ratio)),
    height: stepped(Math.sqrt(pixels / ratio)),
  }
}

function formatOf(body: Record<string, unknown>, { model }: EmulatedModel): ImageFormat {
  const asked = imageFormats.find((format) => format === body.output_format)
  const usual = model.formats[0] ?? 'png'
  return asked !== undefined && model.formats.includes(asked) ? asked : usual
}

/** Fonts that a supplier is given through OpenRouter; each costs a fee. */
function fontsOf({ provider }: Record<string, unknown>): number {
  const options = isObject(provider) && isObject(provider.options) ? provider.options : {}
  const own = Object.values(options).filter(isObject)
  return own.flatMap(({ font_inputs: fonts }) => (Array.isArray(fonts) ? fonts : [])).length
}
