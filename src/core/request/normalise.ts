import { invalid } from '../errors/gateway-error.ts'
import { nanoFromDollars } from '../money.ts'
import type { Instant } from '../time.ts'
import { checkDraft } from './check-draft.ts'
import { checkRequest } from './check-request.ts'
import {
  type Display,
  type ImageRequest,
  type Quality,
  qualities,
  type Size,
} from './image-request.ts'
import { requestLimits } from './limits.ts'
import { type Operation, operationRules, variationPrompt } from './operation.ts'
import { type DetailsDraft, detailNames, readDetails } from './operation-details.ts'
import type { RequestDraft } from './request-draft.ts'

/** DALL·E's two levels in today's words (design: `hd` is high, `standard` is medium). */
const QUALITY_NAMES: ReadonlyMap<string, Quality> = new Map([
  ['hd', 'high'],
  ['standard', 'medium'],
])

/** What the words are for, where that is not plain. */
const NEEDS_WORDS: { readonly [Name in Operation]?: string } = {
  replace_background: ', or a second image must show the new background',
  search_and_replace: ': what to put in the place of what is found',
  search_and_recolor: ': which colour to give to what is found',
}

type Given<Value> = Exclude<Value, null | undefined>

/** What is said of the request itself; details of its operation are read apart. */
type Members = Omit<RequestDraft, keyof DetailsDraft>

/** Drops what was not given, so that absent is the only way to say so. */
function given(draft: Members): { [Key in keyof Members]?: Given<Members[Key]> } {
  const details: readonly string[] = detailNames
  const entries = Object.entries(draft).filter(
    ([name, value]) => value !== null && value !== undefined && !details.includes(name),
  )
  return Object.fromEntries(entries) as { [Key in keyof Members]?: Given<Members[Key]> }
}

/**
 * Checks a draft against itself and the limits, and brings it into the one form that the pipeline
 * reads.
 * @throws GatewayError naming the parameter, in the spelling of the wire.
 */
export function normaliseRequest(draft: RequestDraft): ImageRequest {
  checkDraft(draft)
  const { size, aspect, quality, background, resolution, compression, maxCost, ...most } =
    given(draft)
  const { stream, display, notBefore, ...rest } = most
  const operation = readOperation(draft)
  const details = readDetails(operation, draft)
  const request: ImageRequest = {
    ...rest,
    operation,
    ...(details === undefined ? {} : { details }),
    model: readModel(rest.model),
    prompt: readPrompt(operation, rest.prompt, rest.images?.length ?? 0),
    n: readCount(rest.n),
    ...(size === undefined || size === 'auto' ? {} : { size: readSize(size) }),
    ...(aspect === undefined || aspect === 'auto' ? {} : { aspect }),
    ...(quality === undefined || quality === 'auto' ? {} : { quality: readQuality(quality) }),
    ...(resolution === undefined ? {} : { resolution: readResolution(resolution) }),
    ...(background === undefined || background === 'auto'
      ? {}
      : { background: readBackground(background) }),
    ...(compression === undefined || isNoCompression(compression, rest.format)
      ? {}
      : { compression }),
    ...(display === undefined ? {} : { display: readDisplay(display) }),
    images: rest.images ?? [],
    needs: rest.needs ?? [],
    tags: rest.tags ?? {},
    strict: rest.strict ?? false,
    cache: rest.cache ?? 'allow',
    cacheIsExplicit: rest.cache !== undefined,
    providerOptions: rest.providerOptions ?? {},
    ...(maxCost === undefined ? {} : { maxCostNano: readMaxCost(maxCost) }),
    ...(notBefore === undefined ? {} : { notBefore: readInstant(notBefore) }),
  }
  checkRequest(request, stream === true)
  if (stream === true) return { ...request, partialImages: request.partialImages ?? 0 }
  const { partialImages: _, ...still } = request
  return still
}

/** An edit with a mask is an inpainting, whoever calls it what. */
const readOperation = ({ operation, mask }: RequestDraft): RequestDraft['operation'] =>
  operation === 'edit' && mask !== undefined && mask !== null ? 'inpaint' : operation

/**
 * PNG has no levels to choose, so 100 (all detail kept) changes nothing there and is taken:
 * OpenAI's
 * own example of an edit sends it along with `output_format: png` (openai/openai-openapi,
 * openapi.json of 2026-08-21, read 2026-11-20).
 */
const isNoCompression = (compression: number, format: RequestDraft['format']): boolean =>
  compression === 100 && (format ?? 'png') === 'png'

function readModel(model: string | undefined): string {
  const name = model?.trim() ?? ''
  const limit = requestLimits.maxLabelCharacters
  if (name.length <= limit) return name === '' ? 'auto' : name
  throw invalid('model', `model has ${name.length} characters; at most ${limit} are taken.`)
}

function readPrompt(operation: Operation, prompt: string | undefined, images: number): string {
  if (prompt === undefined || prompt.trim() === '') {
    if (operation === 'variation') return variationPrompt
    // A second picture shows the new background.
    const isShown = operation === 'replace_background' && images > 1
    if (isShown || operationRules[operation].prompt === 'optional') return ''
    throw invalid(
      'prompt',
      `prompt must be a text that is not empty${NEEDS_WORDS[operation] ?? ''}.`,
    )
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

function readDisplay(text: string): Display {
  const [, width, height, ratio = '1'] =
    /^(\d{1,5})x(\d{1,5})(?:@(\d(?:\.\d{1,3})?)x?)?$/.exec(text) ?? []
  const display = { width: Number(width), height: Number(height), pixelRatio: Number(ratio) }
  const { minEdge, maxEdge, maxPixelRatio } = requestLimits
  const isPossible =
    Math.min(display.width, display.height) >= minEdge &&
    Math.max(display.width, display.height) <= maxEdge &&
    display.pixelRatio >= 1 &&
    display.pixelRatio <= maxPixelRatio
  if (isPossible) return display
  throw invalid(
    'display',
    `display must be WIDTHxHEIGHT in CSS pixels, ${minEdge} to ${maxEdge}, such as 512x512, with ` +
      `@2 for two device pixels each (1 to ${maxPixelRatio}).`,
  )
}

function readQuality(text: string): Quality {
  const level = QUALITY_NAMES.get(text) ?? qualities.find((candidate) => candidate === text)
  if (level !== undefined) return level
  throw invalid('quality', `quality must be one of auto, standard, hd, ${qualities.join(', ')}.`)
}

function readResolution(text: string): NonNullable<ImageRequest['resolution']> {
  const known = (['512', '1k', '2k', '4k'] as const).find((value) => value === text.toLowerCase())
  if (known !== undefined) return known
  throw invalid('resolution', 'resolution must be one of 512, 1k, 2k, 4k.')
}

function readBackground(text: string): 'transparent' | 'opaque' {
  if (text === 'transparent' || text === 'opaque') return text
  throw invalid('background', 'background must be one of auto, transparent, opaque.')
}

/** A time without a zone would be the server's, which its caller does not know. */
function readInstant(text: string): Instant {
  const isWhole = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i.test(text)
  const instant = Date.parse(text)
  if (isWhole && Number.isFinite(instant)) return instant
  const message = 'not_before must be a time with its zone, such as 2026-12-01T03:00:00Z.'
  throw invalid('not_before', message)
}

function readMaxCost(text: string): bigint {
  try {
    const nano = nanoFromDollars(text)
    if (nano > 0n) return nano
  } catch {
    // Falls through to the same refusal.
  }
  const message = 'max_cost must be dollars above zero with up to 9 decimals, such as 0.05.'
  throw invalid('max_cost', message)
}
