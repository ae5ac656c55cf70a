import { GatewayError, invalid } from '../errors/gateway-error.ts'
import { nanoFromDollars } from '../money.ts'
import { parseAspect } from './aspect.ts'
import { type ImageRequest, type Quality, qualities, type Size } from './image-request.ts'
import { requestLimits } from './limits.ts'
import type { RequestDraft } from './request-draft.ts'

/** DALL·E's two levels in today's words (design: `hd` is high, `standard` is medium). */
const QUALITY_NAMES: Readonly<Record<string, Quality>> = { hd: 'high', standard: 'medium' }

/** Prompt of a variation whose caller gave none: OpenAI's retired endpoint took no prompt. */
const VARIATION_PROMPT =
  'Create a variation of this image: same subject, style and mood, different details.'

type Given<Value> = Exclude<Value, null | undefined>

/** Drops what was not given, so that absent is the only way to say so. */
function given<Draft extends object>(draft: Draft): { [Key in keyof Draft]?: Given<Draft[Key]> } {
  const entries = Object.entries(draft).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(entries) as { [Key in keyof Draft]?: Given<Draft[Key]> }
}

/**
 * Checks a draft against itself and the limits, and brings it into the one form that the pipeline
 * reads.
 * @throws GatewayError naming the parameter, in the spelling of the wire.
 */
export function normaliseRequest(draft: RequestDraft): ImageRequest {
  const { size, quality, background, resolution, maxCost, stream, ...rest } = given(draft)
  const images = rest.images ?? []
  const request: ImageRequest = {
    ...rest,
    operation: draft.operation,
    model: readModel(rest.model),
    prompt: readPrompt(draft.operation, rest.prompt),
    n: readCount(rest.n),
    ...(size === undefined || size === 'auto' ? {} : { size: readSize(size) }),
    ...(quality === undefined || quality === 'auto' ? {} : { quality: readQuality(quality) }),
    ...(resolution === undefined ? {} : { resolution: readResolution(resolution) }),
    ...(background === undefined || background === 'auto'
      ? {}
      : { background: readBackground(background) }),
    images,
    needs: rest.needs ?? [],
    tags: rest.tags ?? {},
    strict: rest.strict ?? false,
    cache: rest.cache ?? 'allow',
    cacheIsExplicit: rest.cache !== undefined,
    providerOptions: rest.providerOptions ?? {},
    ...(maxCost === undefined ? {} : { maxCostNano: readMaxCost(maxCost) }),
  }
  checkRanges(request)
  checkTogether(request, stream === true)
  if (stream === true) return { ...request, partialImages: request.partialImages ?? 0 }
  const { partialImages: _, ...still } = request
  return still
}

function readModel(model: string | undefined): string {
  const name = model?.trim() ?? ''
  if (name.length > requestLimits.maxLabelCharacters) throw invalid('model', 'model is too long.')
  return name === '' ? 'auto' : name
}

function readPrompt(operation: RequestDraft['operation'], prompt: string | undefined): string {
  if (prompt === undefined || prompt.trim() === '') {
    if (operation === 'variation') return VARIATION_PROMPT
    throw invalid('prompt', 'prompt must be a text that is not empty.')
  }
  if (prompt.length > requestLimits.maxPromptCharacters) {
    const limit = requestLimits.maxPromptCharacters
    throw invalid('prompt', `prompt has ${prompt.length} characters; at most ${limit} are taken.`)
  }
  return prompt
}

function readCount(n: number | undefined): number {
  if (n === undefined) return 1
  if (!Number.isInteger(n) || n < 1 || n > requestLimits.maxImages) {
    throw invalid('n', `n must be a whole number from 1 to ${requestLimits.maxImages}.`)
  }
  return n
}

function readSize(text: string): Size {
  const match = /^(\d{1,5})x(\d{1,5})$/.exec(text)
  const size = { width: Number(match?.[1]), height: Number(match?.[2]) }
  const { minEdge, maxEdge, maxImagePixels } = requestLimits
  const isPossible =
    match !== null &&
    Math.min(size.width, size.height) >= minEdge &&
    Math.max(size.width, size.height) <= maxEdge &&
    size.width * size.height <= maxImagePixels
  if (isPossible) return size
  throw invalid(
    'size',
    `size must be "auto" or WIDTHxHEIGHT with edges of ${minEdge} to ${maxEdge} pixels and at ` +
      `most ${maxImagePixels / 1_000_000} megapixels.`,
  )
}

function readQuality(text: string): Quality {
  const level = QUALITY_NAMES[text] ?? qualities.find((candidate) => candidate === text)
  if (level !== undefined) return level
  throw invalid('quality', `quality must be auto, standard, hd, ${qualities.join(', ')}.`)
}

function readResolution(text: string): NonNullable<ImageRequest['resolution']> {
  const known = (['512', '1k', '2k', '4k'] as const).find((value) => value === text.toLowerCase())
  if (known !== undefined) return known
  throw invalid('resolution', 'resolution must be 512, 1k, 2k or 4k.')
}

function readBackground(text: string): 'transparent' | 'opaque' {
  if (text === 'transparent' || text === 'opaque') return text
  throw invalid('background', 'background must be auto, transparent or opaque.')
}

function readMaxCost(text: string): bigint {
  try {
    const nano = nanoFromDollars(text)
    if (nano > 0n) return nano
  } catch {
    // Falls through to the same refusal.
  }
  throw invalid('max_cost', 'max_cost must be dollars above zero, such as 0.05.')
}

function checkRanges(request: ImageRequest): void {
  const whole: readonly (readonly [string, number | undefined, number, number])[] = [
    ['seed', request.seed, 0, requestLimits.maxSeed],
    ['steps', request.steps, 1, requestLimits.maxSteps],
    ['output_compression', request.compression, 0, 100],
    ['partial_images', request.partialImages, 0, requestLimits.maxPartialImages],
    ['deadline_ms', request.deadlineMs, 1, requestLimits.maxDeadlineMs],
    ['cache_ttl', request.cacheTtlMs, 0, Number.MAX_SAFE_INTEGER],
  ]
  for (const [param, value, low, high] of whole) {
    if (value === undefined) continue
    if (!Number.isInteger(value) || value < low || value > high) {
      throw invalid(param, `${param} must be a whole number from ${low} to ${high}.`)
    }
  }
  const { guidance } = request
  if (guidance !== undefined && !(guidance >= 0 && guidance <= 100)) {
    throw invalid('guidance', 'guidance must be a number from 0 to 100.')
  }
  const { maxLabelCharacters } = requestLimits
  for (const param of ['purpose', 'category', 'endUser', 'group', 'style'] as const) {
    const text = request[param]
    if (text !== undefined && text.length > maxLabelCharacters) {
      const name = param === 'endUser' ? 'user' : param
      throw invalid(name, `${name} has more than ${maxLabelCharacters} characters.`)
    }
  }
  if (request.aspect !== undefined && parseAspect(request.aspect) === undefined) {
    throw invalid('aspect_ratio', 'aspect_ratio must be W:H, such as 16:9.')
  }
  if (Object.keys(request.tags).length > requestLimits.maxTags) {
    throw invalid('tags', `At most ${requestLimits.maxTags} tags are taken.`)
  }
}

function checkTogether(request: ImageRequest, isStreaming: boolean): void {
  const isGenerate = request.operation === 'generate'
  if (isGenerate && (request.images.length > 0 || request.mask !== undefined)) {
    throw invalid('image', 'Images are taken by /v1/images/edits, not by generations.')
  }
  if (!isGenerate && request.images.length === 0) {
    throw invalid('image', 'An input image is required.')
  }
  if (request.images.length > requestLimits.maxInputImages) {
    throw invalid('image', `At most ${requestLimits.maxInputImages} input images are taken.`)
  }
  checkMask(request)
  if (request.size !== undefined && request.aspect !== undefined) {
    throw invalid('aspect_ratio', 'Give size or aspect_ratio, not both.')
  }
  if (request.background === 'transparent' && request.format === 'jpeg') {
    throw invalid('background', 'JPEG has no transparency; use png or webp.')
  }
  if (request.compression !== undefined && (request.format ?? 'png') === 'png') {
    throw invalid('output_compression', 'output_compression needs output_format jpeg or webp.')
  }
  if (request.partialImages !== undefined && !isStreaming && request.partialImages > 0) {
    throw invalid('partial_images', 'partial_images needs "stream": true.')
  }
}

function checkMask({ mask, images }: ImageRequest): void {
  const first = images[0]
  if (mask === undefined || first === undefined) return
  if (mask.width !== first.width || mask.height !== first.height) {
    throw new GatewayError(
      'mask_size_mismatch',
      `The mask has ${mask.width}x${mask.height} pixels, the image ${first.width}x${first.height}.`,
      { param: 'mask' },
    )
  }
  if (!mask.hasAlpha) {
    throw invalid('mask', 'The mask must have an alpha channel; transparent pixels are edited.')
  }
}
