import { isObject } from '../../core/json.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import type { Size } from '../../core/request/image-request.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import type { EmulatorKit, EmulatorRequest } from '../shared/emulator.ts'
import { jsonBodyOf } from '../shared/emulator-wire.ts'
import { type EmulatedModel, isPreset, sizeOfShape } from './sandbox-models.ts'

/** A form or a JSON body, as the emulator reads it. */
export interface ReadBody {
  readonly fields: Readonly<Record<string, unknown>>
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[]
}

/** A request that passed, as the emulator works with it. */
export interface EmulatedTask {
  readonly prompt: string
  readonly size: Size
  readonly effort: string
  readonly count: number
  readonly seed: number | undefined
  readonly isTransparent: boolean
  readonly isAsync: boolean
  readonly webhookUrl: string | undefined
}

/** Limits of Ideogram's API reference, read 2026-11-25. */
const MAX_PROMPT = 10_000
const MAX_SEED = 2_147_483_647
const MAX_IMAGES = 8
const MAX_REFERENCES = 4
const MAX_FILE_BYTES = 25 * 1_024 * 1_024
const MAX_RATIO = 6
const USUAL_SIZE: Size = { width: 2048, height: 2048 }

const common = [
  'prompt',
  'seed',
  'num_images',
  'async',
  'webhook_url',
  'enable_copyright_detection',
]

const choices: Readonly<Record<string, readonly string[]>> = {
  magic_prompt: ['auto', 'on', 'off'],
  background: ['auto', 'transparent', 'opaque'],
  async: ['true', 'false'],
  enable_copyright_detection: ['true', 'false'],
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

/** Checks a body for one endpoint; the first problem, in words, is the answer. */
export function readTask(body: ReadBody, model: EmulatedModel): Result<EmulatedTask, string> {
  const { fields } = body
  const problem = flawOfFields(fields, model) ?? flawOfFiles(body, model)
  if (problem !== undefined) return refused(problem)
  const size = sizeOf(body, model)
  if (typeof size === 'string') return refused(size)
  return ok({
    prompt: String(fields.prompt ?? ''),
    size,
    effort: String(fields[model.effort] ?? model.usual),
    count: Number(fields.num_images ?? 1),
    seed: fields.seed === undefined ? undefined : Number(fields.seed),
    isTransparent: fields.background === 'transparent' || model.work === 'remove_background',
    isAsync:
      model.isJob === true || String(fields.async) === 'true' || fields.webhook_url !== undefined,
    webhookUrl: fields.webhook_url === undefined ? undefined : String(fields.webhook_url),
  })
}

function flawOfFields(fields: ReadBody['fields'], model: EmulatedModel): string | undefined {
  const known = [...common, model.effort, model.shape, ...model.fields].filter(
    (name) => name !== 'async' || model.isJob !== true,
  )
  const stranger = Object.keys(fields).find((name) => !known.includes(name))
  if (stranger !== undefined) return `unknown field ${stranger}`
  const { prompt, seed, num_images: count } = fields
  const hasWords = typeof prompt === 'string' && prompt.trim() !== ''
  if (model.work === 'remove_background' || model.work === 'erase') {
    if (prompt !== undefined || count !== undefined) return 'unknown field prompt'
  } else if (!hasWords) return 'prompt is required'
  if (String(prompt ?? '').length > MAX_PROMPT)
    return `prompt must have at most ${MAX_PROMPT} characters`
  for (const [name, values] of Object.entries({
    ...choices,
    [model.effort]: Object.keys(model.micros),
  })) {
    const value = fields[name]
    const isListed = value === undefined || values.includes(String(value))
    if (!isListed) return `${name} must be one of ${values.join(', ')}`
  }
  if (!isWithin(seed, 0, MAX_SEED)) return `seed must be between 0 and ${MAX_SEED}`
  if (!isWithin(count, 1, MAX_IMAGES)) return `num_images must be between 1 and ${MAX_IMAGES}`
  const isLink = fields.webhook_url === undefined || URL.canParse(String(fields.webhook_url))
  return isLink ? undefined : 'webhook_url must be an absolute URL'
}

function isWithin(value: unknown, least: number, most: number): boolean {
  if (value === undefined) return true
  const number = Number(value)
  return Number.isInteger(number) && number >= least && number <= most
}

function flawOfFiles({ files }: ReadBody, { work }: EmulatedModel): string | undefined {
  if (work === 'generate') {
    return files.length === 0 ? undefined : 'images are not emulated for generations'
  }
  const named = (name: string) => files.filter((file) => file.name === name)
  const [image] = named('image')
  const [mask] = named('mask')
  const references = named('reference_images')
  const pictures = files.map(({ bytes }) => ({ bytes, header: readImageHeader(bytes) }))
  if (image === undefined) return 'image is required'
  const isMaskNeeded = work === 'inpaint' || work === 'erase'
  if (isMaskNeeded && mask === undefined) return 'mask is required'
  if (references.length > (mask === undefined ? MAX_REFERENCES : MAX_REFERENCES - 1)) {
    return 'too many reference_images'
  }
  if (pictures.some(({ header }) => header === undefined)) return 'a file is no JPEG, PNG or WEBP'
  if (pictures.some(({ bytes }) => bytes.length > MAX_FILE_BYTES)) return 'a file is above 25MB'
  const { width, height } = readImageHeader(image.bytes) ?? { width: 1, height: 1 }
  if (Math.max(width / height, height / width) > MAX_RATIO)
    return 'image must be within 1:6 and 6:1'
  if (mask === undefined) return undefined
  const masked = readImageHeader(mask.bytes)
  const isSame = masked?.width === width && masked.height === height
  return isSame ? undefined : 'mask must have the same width and height as image'
}

/** The size of the pictures, or what is wrong with the one asked for. */
function sizeOf({ fields, files }: ReadBody, model: EmulatedModel): Size | string {
  if (model.shape === 'none') {
    const image = files.find(({ name }) => name === 'image')
    return (image && readImageHeader(image.bytes)) ?? USUAL_SIZE
  }
  const asked = fields[model.shape]
  if (model.shape === 'aspect_ratio') {
    return sizeOfShape(String(asked ?? '1x1')) ?? `aspect_ratio ${asked} is not supported`
  }
  if (asked === undefined || asked === 'auto') return USUAL_SIZE
  const [, width, height] = /^(\d+)x(\d+)$/.exec(String(asked)) ?? []
  const size = { width: Number(width), height: Number(height) }
  const isMade = model.isFree ? isOnGrid(size) : isPreset(size)
  return isMade ? size : `${model.shape} ${asked} is not supported`
}

function isOnGrid({ width, height }: Size): boolean {
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)]
  const isStepped = width % 32 === 0 && height % 32 === 0
  return isStepped && shorter >= 256 && longer <= 4_096 && longer <= shorter * MAX_RATIO
}
