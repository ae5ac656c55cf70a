import { invalid } from '../errors/gateway-error.ts'
import { isPlainName, PLAIN_NAME } from '../plain-name.ts'
import { parseAspect } from './aspect.ts'
import { checkOperation } from './check-operation.ts'
import type { ImageRequest } from './image-request.ts'
import { requestLimits } from './limits.ts'

/**
 * Checks a normalised request against the limits and against itself.
 * @throws GatewayError naming the parameter, in the spelling of the wire.
 */
export function checkRequest(request: ImageRequest, isStreaming: boolean): void {
  checkNumbers(request)
  checkTexts(request)
  checkTags(request)
  checkOptions(request)
  checkOperation(request)
  checkReferences(request)
  checkTogether(request)
  if (request.strategy === 'draft' && request.operation !== 'generate') {
    throw invalid(
      'strategy',
      'strategy: draft makes new pictures; an edit begins with one already.',
    )
  }
  if (!isStreaming && (request.partialImages ?? 0) > 0) {
    throw invalid('partial_images', 'partial_images needs "stream": true.')
  }
}

function checkNumbers(request: ImageRequest): void {
  const whole: readonly (readonly [string, number | undefined, number, number])[] = [
    ['seed', request.seed, 0, requestLimits.maxSeed],
    ['steps', request.steps, 1, requestLimits.maxSteps],
    ['output_compression', request.compression, 0, 100],
    ['partial_images', request.partialImages, 0, requestLimits.maxPartialImages],
    ['deadline_ms', request.deadlineMs, 1, requestLimits.maxDeadlineMs],
  ]
  for (const [param, value, low, high] of whole) {
    if (value !== undefined && !isWhole(value, low, high)) {
      throw invalid(param, `${param} must be a whole number from ${low} to ${high}.`)
    }
  }
  const { guidance, cacheTtlMs, cacheThreshold, floor } = request
  if (floor !== undefined && !(floor >= 0 && floor <= requestLimits.maxFloor)) {
    throw invalid('floor', `floor must be a share from 0 to ${requestLimits.maxFloor}.`)
  }
  if (guidance !== undefined && !(guidance >= 0 && guidance <= 100)) {
    throw invalid('guidance', 'guidance must be a number from 0 to 100.')
  }
  if (cacheTtlMs !== undefined && !isWhole(cacheTtlMs, 0, requestLimits.maxCacheTtlMs)) {
    throw invalid('cache_ttl', 'cache_ttl must be a time from 0 seconds to 365 days.')
  }
  if (cacheThreshold !== undefined && !(cacheThreshold >= 0 && cacheThreshold <= 1)) {
    throw invalid('cache_threshold', 'cache_threshold must be a cosine from 0 to 1.')
  }
}

const isWhole = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high

function checkTexts(request: ImageRequest): void {
  const { maxLabelCharacters, maxPromptCharacters } = requestLimits
  const texts: readonly (readonly [string, string | undefined, number])[] = [
    ['negative_prompt', request.negativePrompt, maxPromptCharacters],
    ['purpose', request.purpose, maxLabelCharacters],
    ['category', request.category, maxLabelCharacters],
    ['user', request.endUser, maxLabelCharacters],
    ['group', request.group, maxLabelCharacters],
    ['style', request.style, maxLabelCharacters],
    ['brand', request.brand, maxLabelCharacters],
    ['baseline', request.baseline, maxLabelCharacters],
  ]
  for (const [param, text, limit] of texts) {
    if (text !== undefined && text.length > limit) {
      throw invalid(param, `${param} has ${text.length} characters; at most ${limit} are taken.`)
    }
  }
  for (const param of ['purpose', 'category'] as const) {
    const name = request[param]
    if (name !== undefined && !isPlainName(name)) {
      throw invalid(param, `${param} must be ${PLAIN_NAME}.`)
    }
  }
  if (request.aspect !== undefined && parseAspect(request.aspect) === undefined) {
    throw invalid('aspect_ratio', 'aspect_ratio must be W:H from 1:100 to 100:1, such as 16:9.')
  }
}

function checkTags({ tags }: ImageRequest): void {
  const { maxTags, maxTagCharacters } = requestLimits
  const pairs: readonly (readonly [string, unknown])[] = Object.entries(tags)
  if (pairs.length > maxTags) {
    throw invalid('tags', `tags has ${pairs.length} tags; at most ${maxTags} are taken.`)
  }
  const isFine = pairs.every((pair) =>
    pair.every((text) => typeof text === 'string' && text.length <= maxTagCharacters),
  )
  if (isFine) return
  throw invalid(
    'tags',
    `Names and values of tags are texts of up to ${maxTagCharacters} characters.`,
  )
}

function checkOptions({ providerOptions }: ImageRequest): void {
  const { maxOptionDepth } = requestLimits
  for (const [provider, options] of Object.entries(providerOptions)) {
    const param = `provider_options.${provider}`
    if (typeof options !== 'object' || options === null || Array.isArray(options)) {
      throw invalid(param, `${param} must be an object.`)
    }
    if (isDeeper(options, maxOptionDepth)) {
      throw invalid(param, `${param} is nested deeper than ${maxOptionDepth} levels.`)
    }
  }
}

/** Stops at its limit, so that neither depth nor a circle can exhaust the stack. */
const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1)))

function checkReferences({ references, referenceThreshold: threshold }: ImageRequest): void {
  const { maxReferences } = requestLimits
  const count = references?.length ?? 1
  if (count < 1 || count > maxReferences) {
    throw invalid('references', `references must name 1 to ${maxReferences} pictures.`)
  }
  if (threshold === undefined) return
  if (!(threshold >= -1 && threshold <= 1)) {
    throw invalid('reference_threshold', 'reference_threshold must be a cosine from -1 to 1.')
  }
  if (references === undefined) {
    throw invalid('reference_threshold', 'reference_threshold needs references to compare with.')
  }
}

function checkTogether(request: ImageRequest): void {
  if (request.consistent === true && request.group === undefined) {
    throw invalid(
      'consistent',
      'consistent needs a group: pictures of one group come from one model.',
    )
  }
  if (request.size !== undefined && request.aspect !== undefined) {
    throw invalid('aspect_ratio', 'Give size or aspect_ratio, not both.')
  }
  if (request.size !== undefined && request.resolution !== undefined) {
    throw invalid('resolution', 'Give size or resolution, not both.')
  }
  const needsTransparency = request.needs.includes('transparent')
  const param = request.background === 'transparent' ? 'background' : 'needs'
  if ((param === 'background' || needsTransparency) && request.format === 'jpeg') {
    throw invalid(param, 'JPEG has no transparency; use output_format png or webp.')
  }
  if (needsTransparency && request.background === 'opaque') {
    throw invalid('needs', 'Need a transparent picture or ask for an opaque background, not both.')
  }
  if (request.compression !== undefined && (request.format ?? 'png') === 'png') {
    throw invalid(
      'output_compression',
      'output_compression below 100 needs output_format jpeg or webp.',
    )
  }
}
