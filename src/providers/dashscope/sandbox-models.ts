import { isObject } from '../../core/json.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import type { Size } from '../../core/request/image-request.ts'

/** Bounds of the pixels of an output. */
interface SizeBounds {
  readonly listed?: readonly string[]
  readonly minPixels?: number
  readonly maxPixels?: number
}

/** One emulated model. */
export interface EmulatedModel {
  readonly path: 'multimodal-generation' | 'image-generation' | 'text2image'
  /** Nano-dollars a picture, a second time and not from `prices.json`; 0 where not known. */
  readonly nano: bigint
  readonly seconds: number
  readonly usualSize: string
  readonly sizes: SizeBounds
  readonly maxCount: number
  readonly maxPrompt: number
  /** Fewest and most input pictures. */
  readonly inputs: readonly [number, number]
}

const LISTED = [
  '1664*928',
  '1472*1104',
  '1472*1140',
  '1328*1328',
  '1104*1472',
  '1140*1472',
  '928*1664',
]
const LARGE: SizeBounds = { minPixels: 1280 * 1280, maxPixels: 1440 * 1440 }
const SMALL: SizeBounds = { minPixels: 512 * 512, maxPixels: 1440 * 1440 }
const QWEN: SizeBounds = { minPixels: 512 * 512, maxPixels: 2048 * 2048 }

const qwen = (nano: bigint, seconds: number): EmulatedModel => ({
  path: 'multimodal-generation',
  nano,
  seconds,
  usualSize: '2048*2048',
  sizes: QWEN,
  maxCount: 6,
  maxPrompt: 800,
  inputs: [0, 3],
})
const listed = (nano: bigint, seconds: number): EmulatedModel => ({
  ...qwen(nano, seconds),
  usualSize: '1328*1328',
  sizes: { listed: LISTED },
  maxCount: 1,
  inputs: [0, 0],
})
const wan = (nano: bigint, seconds: number, changes: Partial<EmulatedModel>): EmulatedModel => ({
  path: 'image-generation',
  nano,
  seconds,
  usualSize: '1280*1280',
  sizes: LARGE,
  maxCount: 4,
  maxPrompt: 2_100,
  inputs: [0, 0],
  ...changes,
})
const older: Partial<EmulatedModel> = { path: 'text2image', sizes: SMALL, usualSize: '1024*1024' }

/**
 * The emulated models. Prices: the international site's, as resellers pass them on (read
 * 2026-11-20); bounds: Model Studio, read 2026-11-25; seconds are the emulator's own.
 */
export const emulatedModels: Readonly<Record<string, EmulatedModel>> = {
  'wan2.6-t2i': wan(30_000_000n, 20, {}),
  'wan2.6-image': wan(30_000_000n, 30, {
    sizes: { minPixels: 768 * 768, maxPixels: 1280 * 1280 },
    inputs: [1, 4],
  }),
  'qwen-image-2.0': qwen(35_000_000n, 10),
  'qwen-image-2.0-pro': qwen(75_000_000n, 15),
  'qwen-image-max': listed(75_000_000n, 15),
  'qwen-image-plus': listed(30_000_000n, 12),
  'qwen-image-edit-max': { ...qwen(0n, 15), inputs: [1, 3] },
  'qwen-image-edit-plus': { ...qwen(0n, 12), inputs: [1, 3] },
  'wan2.7-image': wan(0n, 30, { inputs: [0, 9] }),
  'wan2.7-image-pro': wan(0n, 40, { inputs: [0, 9] }),
  'wan2.5-t2i-preview': wan(0n, 20, { path: 'text2image', maxPrompt: 2_000 }),
  'wan2.2-t2i-plus': wan(0n, 20, { ...older, maxPrompt: 500 }),
  'wan2.2-t2i-flash': wan(0n, 10, { ...older, maxPrompt: 500 }),
  'wan2.1-t2i-plus': wan(0n, 20, { ...older, maxPrompt: 500 }),
  'wan2.1-t2i-turbo': wan(0n, 10, { ...older, maxPrompt: 500 }),
}

/** A request as the emulator works with it. */
export interface Asked {
  readonly prompt: string
  readonly n: number
  readonly size: Size
  readonly seed: number | undefined
  readonly isRewritten: boolean
}

const MAX_SEED = 2_147_483_647
/** Longest side ratio (Model Studio, read 2026-11-25). */
const MAX_RATIO = 4
const PARAMETERS = ['size', 'n', 'negative_prompt', 'seed', 'prompt_extend', 'watermark']

/** The prompt of either form, for faults; empty when there is none. */
export function promptOf(input: unknown): string {
  if (!isObject(input)) return ''
  if (typeof input.prompt === 'string') return input.prompt
  const text = contentOf(input).find((entry) => typeof entry.text === 'string')?.text
  return typeof text === 'string' ? text : ''
}

function contentOf(input: Readonly<Record<string, unknown>>) {
  const [message] = Array.isArray(input.messages) ? input.messages : []
  const content = isObject(message) && message.role === 'user' ? message.content : []
  return Array.isArray(content) ? content.filter(isObject) : []
}

/** What was asked, or what is wrong with it in Model Studio's manner. */
export function readAsked(
  model: EmulatedModel,
  body: Readonly<Record<string, unknown>>,
): Asked | string {
  const input = isObject(body.input) ? body.input : {}
  const parameters = isObject(body.parameters) ? body.parameters : {}
  const prompt = promptOf(input)
  if (prompt === '') return 'prompt is required'
  if ((model.path === 'text2image') !== (typeof input.prompt === 'string')) {
    return 'url error, please check url!'
  }
  if (prompt.length > model.maxPrompt) return `prompt is longer than ${model.maxPrompt} characters`
  const known = [...PARAMETERS, ...(model.path === 'image-generation' ? ['enable_interleave'] : [])]
  const odd = Object.keys(parameters).find((name) => !known.includes(name))
  if (odd !== undefined) return `parameters.${odd} is not supported`
  const pictures = contentOf(input).flatMap(({ image }) => (image === undefined ? [] : [image]))
  const [fewest, most] = model.inputs
  if (pictures.length < fewest || pictures.length > most) {
    return `the number of images must be from ${fewest} to ${most}`
  }
  const headers = pictures.map(headerOf)
  if (headers.includes(undefined)) return 'the image cannot be decoded'
  const { n = 1, seed, prompt_extend: extends_ = true } = parameters
  if (typeof n !== 'number' || !Number.isInteger(n) || n < 1 || n > model.maxCount) {
    return `n must be from 1 to ${model.maxCount}`
  }
  if (
    seed !== undefined &&
    !(Number.isInteger(seed) && Number(seed) >= 0 && Number(seed) <= MAX_SEED)
  ) {
    return `seed must be from 0 to ${MAX_SEED}`
  }
  const size = sizeOf(model, parameters.size, headers.at(-1))
  if (typeof size === 'string') return size
  return {
    prompt,
    n,
    size,
    seed: seed === undefined ? undefined : Number(seed),
    isRewritten: extends_ === true,
  }
}

/** The header of a picture in a `data:` link. */
function headerOf(image: unknown): Size | undefined {
  const data = typeof image === 'string' ? /^data:image\/\w+;base64,(.+)$/s.exec(image)?.[1] : ''
  return readImageHeader(Buffer.from(data ?? '', 'base64'))
}

/** Pixels of an edit without a size, in the shape of its last input. */
const EDIT_PIXELS = 1024 * 1024
const EDGE_STEP = 16

function sizeOf(model: EmulatedModel, asked: unknown, input: Size | undefined): Size | string {
  if (asked === undefined && input !== undefined) {
    const scale = Math.sqrt(EDIT_PIXELS / (input.width * input.height))
    const edge = (length: number) => Math.round((length * scale) / EDGE_STEP) * EDGE_STEP
    return { width: edge(input.width), height: edge(input.height) }
  }
  const text = String(asked ?? model.usualSize)
  const [, width = 0, height = 0] = /^(\d+)\*(\d+)$/.exec(text)?.map(Number) ?? []
  const { listed: list, minPixels = 0, maxPixels = Number.POSITIVE_INFINITY } = model.sizes
  const pixels = width * height
  const isKnown = list === undefined || list.includes(text)
  const isWithin = pixels >= minPixels && pixels <= maxPixels && pixels > 0
  const ratio = Math.max(width, height) / Math.min(width, height)
  if (isKnown && isWithin && ratio <= MAX_RATIO) return { width, height }
  return `size ${text} is not supported by the model`
}
