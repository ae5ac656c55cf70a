import type { Command } from 'commander'
import { invalid } from '../core/errors/gateway-error.ts'
import type { TokenUsage, Usage } from '../core/pricing/usage.ts'
import {
  type ImageRequest,
  type InputImage,
  type Operation,
  operations,
} from '../core/request/image-request.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import { operationRules } from '../core/request/operation.ts'
import { type DetailOptions, readDetailOptions, withDetailOptions } from './detail-options.ts'
import type { BookOptions } from './open-prices.ts'

/** Options that describe the picture whose price is asked. */
export interface PriceRequestOptions extends BookOptions, DetailOptions {
  readonly size?: string
  readonly aspectRatio?: string
  readonly resolution?: string
  readonly quality?: string
  readonly steps?: string
  readonly operation?: string
  readonly inputImages?: string
  readonly prompt?: string
  readonly usage?: readonly string[]
  readonly maxCost?: string
}

/** Most pictures of one quote: a large shop's catalogue. */
const MOST_IMAGES = 10_000_000
/** About as long as usual prompts are: 240 characters, 60 tokens. */
const SAMPLE_PROMPT = 'wireless headphones on a white table, soft light from the left, '
  .repeat(4)
  .slice(0, 240)

/** Adds the options that describe a picture. */
export const withPriceRequestOptions = (command: Command): Command =>
  withDetailOptions(command)
    .option('-s, --size <WxH>', 'size in pixels')
    .option('--aspect-ratio <W:H>', 'shape, instead of a size')
    .option('--resolution <class>', '512, 1k, 2k or 4k')
    .option('-q, --quality <level>', 'low, medium, high, standard or hd')
    .option('--steps <number>', 'diffusion steps')
    .option('--operation <name>', `${operations.join(', ')}, or another of the book`)
    .option('--input-images <list>', 'pictures that go in: a number, or sizes: 1024x1024,800x600')
    .option('--prompt <text>', 'the prompt, for prices by the token (default: 240 characters)')
    .option('--usage <name=value...>', 'usage that you know: image_out=1056 predict_seconds=4.2')

/** What is searched for has no price of its own. */
const sampleOf = (operation: Operation): DetailOptions =>
  operation.startsWith('search_') ? { search: 'the headphones' } : {}

/** The request that the options describe; the same checks as for a call. */
export function readPriceRequest(options: PriceRequestOptions, model: string): ImageRequest {
  const images = readInputs(options.inputImages)
  const named = options.operation ?? (images.length > 0 ? 'edit' : 'generate')
  const operation = operations.find((each) => each === named)
  const rule = operation && operationRules[operation]
  const inputs = images.length > 0 ? images : readInputs(String(rule?.images[0] ?? 0))
  const request = normaliseRequest({
    operation: operation ?? 'generate',
    model,
    prompt: options.prompt ?? SAMPLE_PROMPT,
    size: options.size,
    aspect: options.aspectRatio,
    resolution: options.resolution,
    quality: options.quality,
    steps: options.steps === undefined ? undefined : Number(options.steps),
    maxCost: options.maxCost,
    images: inputs,
    ...(rule?.mask === 'required' ? { mask: inputs[0] } : {}),
    ...(operation === undefined ? {} : readDetailOptions({ ...sampleOf(operation), ...options })),
  })
  // Books also list operations that the gateway does not do itself.
  return operation === undefined ? { ...request, operation: named as Operation } : request
}

/** How many pictures are quoted. */
export function readImages(text: string | undefined): number {
  const images = Number(text ?? '1')
  if (Number.isInteger(images) && images >= 1 && images <= MOST_IMAGES) return images
  throw invalid('n', `--n must be a whole number from 1 to ${MOST_IMAGES}.`)
}

function readInputs(text: string | undefined): readonly InputImage[] {
  if (text === undefined) return []
  const count = /^\d{1,2}$/.test(text) ? Number(text) : undefined
  const sizes = count === undefined ? text.split(',') : Array<string>(count).fill('1024x1024')
  return sizes.map((size, index) => {
    const [, width, height] = /^\s*([1-9]\d{0,4})x([1-9]\d{0,4})\s*$/.exec(size) ?? []
    if (width === undefined || height === undefined) {
      throw invalid('input_images', '--input-images must be a number, or sizes: 1024x1024,800x600.')
    }
    return {
      width: Number(width),
      height: Number(height),
      digest: String(index).padStart(64, '0'),
      format: 'png',
      byteLength: 1,
      hasAlpha: true,
    }
  })
}

/** Names of token counts, as books call them. */
const TOKEN_NAMES: Readonly<Record<string, keyof TokenUsage>> = {
  text_in: 'textIn',
  cached_in: 'cachedTextIn',
  image_in: 'imageIn',
  cached_image_in: 'cachedImageIn',
  image_out: 'imageOut',
  text_out: 'textOut',
}

type Countable = 'number' | 'text' | 'flag'
/** Other usage that can be known beforehand. What a request says itself is no part of it. */
const USAGE_NAMES: Readonly<Record<string, readonly [keyof Usage, Countable]>> = {
  output_megapixels: ['outputMegapixels', 'number'],
  input_megapixels: ['inputMegapixels', 'number'],
  credits: ['credits', 'number'],
  predict_seconds: ['predictSeconds', 'number'],
  startup_seconds: ['startupSeconds', 'number'],
  utilisation: ['utilisation', 'number'],
  service_tier: ['serviceTier', 'text'],
  mode: ['mode', 'text'],
  resolution: ['resolution', 'text'],
  controlnets: ['controlnets', 'number'],
  loras: ['loras', 'number'],
  references: ['references', 'number'],
  fonts: ['fonts', 'number'],
  searches: ['searches', 'number'],
  mask_fraction: ['maskFraction', 'number'],
  mask_box: ['maskBox', 'text'],
  scale_factor: ['scaleFactor', 'number'],
  video_seconds: ['videoSeconds', 'number'],
  input_video_seconds: ['inputVideoSeconds', 'number'],
  frames_per_second: ['framesPerSecond', 'number'],
  has_audio: ['hasAudio', 'flag'],
}

/** What whoever asks knows of the usage, in the names of price books. */
export function readUsage({ usage: pairs = [] }: PriceRequestOptions): Partial<Usage> {
  const usage: Record<string, unknown> = {}
  const tokens: Record<string, number> = {}
  for (const pair of pairs) {
    const [name = '', text = ''] = pair.split('=')
    const token = TOKEN_NAMES[name]
    const known = USAGE_NAMES[name]
    if (token !== undefined) tokens[token] = numberOf(name, text)
    else if (known !== undefined) usage[known[0]] = usageValue(name, text, known[1])
    else {
      const names = [...Object.keys(TOKEN_NAMES), ...Object.keys(USAGE_NAMES)].join(', ')
      throw invalid('usage', `--usage has no ${name}; it takes ${names}.`)
    }
  }
  return { ...usage, ...(Object.keys(tokens).length === 0 ? {} : { tokens }) }
}

function usageValue(name: string, text: string, kind: Countable): string | number | boolean {
  if (kind === 'number') return numberOf(name, text)
  if (kind === 'text' && text !== '') return text
  if (kind === 'flag' && (text === 'true' || text === 'false')) return text === 'true'
  throw invalid('usage', `--usage ${name}=${text} has no value that it can have.`)
}

function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (text !== '' && Number.isFinite(value) && value >= 0) return value
  throw invalid('usage', `--usage ${name}=${text} must be a number that is not negative.`)
}
