import { isObject } from '../../core/json.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import type { Size } from '../../core/request/image-request.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import type { EmulatorKit, EmulatorRequest } from '../shared/emulator.ts'
import { jsonBodyOf } from '../shared/emulator-wire.ts'
import { type EmulatedModel, sizeOf } from './sandbox-models.ts'

/** What is asked for. */
export type Work =
  | 'generations'
  | 'imageToImage'
  | 'inpaint'
  | 'replaceBackground'
  | 'outpaint'
  | 'variateImage'

/** A form or a JSON body, as the emulator reads it. */
export interface ReadBody {
  readonly fields: Readonly<Record<string, unknown>>
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[]
}

/** A request that passed, as the emulator works with it. */
export interface EmulatedTask {
  readonly prompt: string
  readonly size: Size
  readonly count: number
  readonly seed: number | undefined
  readonly format: 'png' | 'webp'
  readonly asLink: boolean
}

const MAX_COUNT = 6
const MIN_EDGE = 256
const MAX_EDGE = 4_096

const common = ['prompt', 'model', 'n', 'random_seed', 'image_format', 'response_format']
const margins = ['expand_left', 'expand_right', 'expand_top', 'expand_bottom']
const styles = ['style', 'substyle', 'negative_prompt', 'text_layout']
const choices: Readonly<Record<string, readonly string[]>> = {
  image_format: ['png', 'webp'],
  response_format: ['url', 'b64_json'],
}

/** Reads the body of a request; undefined for one that is neither a form nor a JSON object. */
export async function readBody(
  request: EmulatorRequest,
  kit: EmulatorKit,
): Promise<ReadBody | undefined> {
  if (!(request.headers['content-type'] ?? '').startsWith('multipart/form-data')) {
    const json = jsonBodyOf(request)
    return isObject(json) ? { fields: json, files: [] } : undefined
  }
  try {
    const { fields, files } = await kit.multipart(request)
    return {
      fields: Object.fromEntries([...fields].map(([name, [value]]) => [name, value])),
      files,
    }
  } catch {
    return undefined
  }
}

/** Checks a body for one model; the first problem, in words, is the answer. */
export function readTask(
  body: ReadBody,
  model: EmulatedModel,
  work: Work,
): Result<EmulatedTask, string> {
  const { fields } = body
  const problem = flawOfFields(fields, model, work) ?? flawOfFiles(body, model, work)
  if (problem !== undefined) return refused(problem)
  const image = body.files.find(({ name }) => name === 'image')
  const asked = String(fields.size ?? '1:1')
  const isSized = image === undefined || work === 'variateImage'
  const size = isSized ? sizeOf(model, asked) : withMargins(fields, readImageHeader(image.bytes))
  if (size === undefined) return refused(`size ${asked} is not supported by the model`)
  if (Math.max(size.width, size.height) > MAX_EDGE) return refused('the result is too large')
  return ok({
    prompt: String(fields.prompt ?? ''),
    size: { width: size.width, height: size.height },
    count: Number(fields.n ?? 1),
    seed: fields.random_seed === undefined ? undefined : Number(fields.random_seed),
    format: fields.image_format === 'png' ? 'png' : 'webp',
    asLink: fields.response_format !== 'b64_json',
  })
}

/** The pixels of a picture and of the margins that the fields add. */
function withMargins(fields: ReadBody['fields'], size: Size | undefined): Size | undefined {
  const [left = 0, right = 0, top = 0, bottom = 0] = margins.map((name) =>
    Number(fields[name] ?? 0),
  )
  return size && { width: size.width + left + right, height: size.height + top + bottom }
}

function flawOfFields(
  fields: ReadBody['fields'],
  model: EmulatedModel,
  work: Work,
): string | undefined {
  const own = {
    generations: ['size', 'controls', 'style_id'],
    imageToImage: ['strength'],
    inpaint: [],
    replaceBackground: [],
    outpaint: margins,
    variateImage: ['size'],
  }
  const isWordless = work === 'variateImage'
  const worded = model.hasStyles && !isWordless ? [...styles, 'style_id'] : []
  const known = [...common, ...own[work], ...worded].filter((name) => {
    return !isWordless || name !== 'prompt'
  })
  const stranger = Object.keys(fields).find((name) => !known.includes(name))
  if (stranger !== undefined) return `${stranger} is not supported by the model`
  const { prompt, n, strength } = fields
  const length = typeof prompt === 'string' ? prompt.length : 0
  if (!isWordless && (length < 1 || length > model.maxPrompt)) {
    return `prompt length should be in [1, ${model.maxPrompt}]`
  }
  if (work === 'outpaint' && !margins.some((name) => Number(fields[name]) > 0)) {
    return 'one of size, expand_* and zoom_out_percentage is required'
  }
  const count = Number(n ?? 1)
  if (!Number.isInteger(count) || count < 1 || count > MAX_COUNT) return 'n should be in [1, 6]'
  for (const [name, values] of Object.entries(choices)) {
    const value = fields[name]
    const isListed = value === undefined || values.includes(String(value))
    if (!isListed) return `${name} should be one of ${values.join(', ')}`
  }
  const share = Number(strength ?? (work === 'imageToImage' ? Number.NaN : 0))
  return share >= 0 && share <= 1 ? undefined : 'strength should be in [0, 1]'
}

function flawOfFiles({ files }: ReadBody, model: EmulatedModel, work: Work): string | undefined {
  if (work === 'generations') return undefined
  const sizes = ['image', 'mask'].map((wanted) => {
    const file = files.find(({ name }) => name === wanted)
    return file && readImageHeader(file.bytes)
  })
  const [image, mask] = sizes
  if (image === undefined) return 'image is required'
  if (model.editUnits === undefined) return 'the model does not support this operation'
  const [shorter, longer] = [image.width, image.height].toSorted((a, b) => a - b) as [
    number,
    number,
  ]
  if (shorter < MIN_EDGE || longer > MAX_EDGE) return 'image size is out of bounds'
  if (work === 'imageToImage') return undefined
  // The models that take masks also do the rest.
  if (!model.hasMasks) return 'the model does not support this operation'
  if (work !== 'inpaint') return undefined
  if (mask === undefined) return 'mask is required'
  const isSame = mask.width === image.width && mask.height === image.height
  return isSame ? undefined : 'mask should have the same size as image'
}
