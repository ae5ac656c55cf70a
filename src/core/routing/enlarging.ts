import type { RequestTraits } from '../purpose/request-traits.ts'
import type { ImageRequest, InputImage, Size } from '../request/image-request.ts'
import type { ExpectedNano } from './arm.ts'
import type { Candidate, Decision } from './plan.ts'

/** Factors that every upscaler worth its price has. */
export const ENLARGING_SCALES = [2, 4] as const

/** What evidence of such pictures is filed under: they are another thing than the model's own. */
export const UPSCALED = 'upscaled'

/**
 * Whether a picture may be made small and enlarged: where its purpose allows that, and nothing in
 * it suffers. Letters and faces do, and who wants nothing adapted does not want it made like this.
 */
export const mayEnlarge = (
  request: ImageRequest,
  { standard, needsText, isTransparent, complexity, category, basis }: RequestTraits,
): boolean =>
  standard.isEnlargeable &&
  // The words of an edit rarely say what its picture shows, so somebody must.
  (request.operation === 'generate' || (isEdit(request) && basis.category !== 'default')) &&
  request.n === 1 &&
  !request.strict &&
  !needsText &&
  !isTransparent &&
  complexity !== 'people' &&
  category !== 'people' &&
  request.seed === undefined &&
  request.strategy !== 'draft' &&
  Object.keys(request.providerOptions).length === 0

/**
 * An edit that is not to keep what it is given to the last detail, as refining a draft is; few
 * upscalers keep transparency.
 */
const isEdit = ({ operation, inputFidelity, refines, images }: ImageRequest): boolean =>
  (operation === 'edit' || operation === 'inpaint') &&
  inputFidelity !== 'high' &&
  images.every(({ hasAlpha }) => !hasAlpha) &&
  refines === undefined

/** The size to begin with; undefined where the factor does not lead to whole pixels. */
export function smallSize({ width, height }: Size, scale: number): Size | undefined {
  const isWhole = width % scale === 0 && height % scale === 0
  return isWhole ? { width: width / scale, height: height / scale } : undefined
}

/** How the request looks that makes the small picture; what goes in is as small. */
export function smallRequest(request: ImageRequest, size: Size): ImageRequest {
  const { aspect: _, resolution: __, partialImages: ___, compression: ____, ...rest } = request
  const { images, mask } = request
  return {
    ...{ ...rest, size, images: images.map((image) => shrunk(image, size)) },
    ...(mask === undefined ? {} : { mask: shrunk(mask, size) }),
  }
}

/** An input picture that still covers a size, in its own shape; never enlarged. */
function shrunk(input: InputImage, size: Size): InputImage {
  const { width, height, byteLength, coverage } = input
  const factor = Math.max(size.width / width, size.height / height)
  if (factor >= 1) return input
  const scaled = (edge: number): number => Math.max(1, Math.round(edge * factor))
  const sized = (size: Size): Size => ({ width: scaled(size.width), height: scaled(size.height) })
  return {
    ...{ ...input, ...sized(input), isShrunk: true },
    byteLength: Math.ceil(byteLength * factor ** 2),
    ...(coverage === undefined ? {} : { coverage: { ...coverage, ...sized(coverage) } }),
  }
}

/** How the request looks that enlarges it. */
export function enlargeRequest(
  request: ImageRequest,
  input: InputImage,
  scale: number,
): ImageRequest {
  const {
    size: _,
    aspect: __,
    resolution: ___,
    partialImages: ____,
    quality: _____,
    mask: ______,
    ...rest
  } = request
  const { steps: _______, guidance: ________, style: _________, ...plain } = rest
  const details = { kind: 'upscale', scale, mode: 'fast' } as const
  return { ...plain, operation: 'upscale', details, images: [input], model: 'auto:cheapest' }
}

/** A small picture and what enlarges it, with the share that is believed to be accepted. */
export interface Pair {
  readonly small: Candidate
  readonly upscaler: Candidate
  readonly scale: number
  readonly acceptance: number
  /** Pixels of the first picture that goes in, of an edit. */
  readonly input?: Size
}

const priceOf = ({ small, upscaler }: Pair): ExpectedNano =>
  Number(small.quote.expectedNano + upscaler.quote.expectedNano)

/**
 * The pair that makes an accepted picture cheapest, if that is cheaper than the plan that makes it
 * at once and no fewer are accepted than the floor wants. Prices are sums of both calls. Where
 * nothing was weighed, as with `auto:cheapest`, the prices alone decide.
 */
export function chooseEnlarging(
  pairs: readonly Pair[],
  direct: {
    readonly first: Candidate
    readonly decision?: Decision | undefined
    readonly badNano: ExpectedNano
  },
): Pair | undefined {
  const { decision, first, badNano } = direct
  const scoreOf = (spend: ExpectedNano, accepted: number): number =>
    (spend + badNano * (1 - accepted)) / Math.max(1e-6, accepted)
  const score = (pair: Pair): number =>
    decision === undefined ? priceOf(pair) : scoreOf(priceOf(pair), pair.acceptance)
  const least = decision === undefined ? 0 : Math.min(decision.floor.effective, decision.accepted)
  const best =
    decision === undefined
      ? Number(first.quote.expectedNano)
      : scoreOf(decision.spendNano, decision.accepted)
  const [winner] = pairs
    .filter((pair) => pair.acceptance >= least && score(pair) < best)
    .toSorted((a, b) => score(a) - score(b))
  return winner
}
