import type { ArmName } from '../acceptance/context.ts'
import { stepLevels } from '../acceptance/steps.ts'
import type { Model, Tier } from '../catalog/model.ts'
import { offerName } from '../catalog/model.ts'
import type { RequestTraits } from '../purpose/request-traits.ts'
import type { Display, ImageRequest, Quality, Size, Warning } from '../request/image-request.ts'

/** One way to ask a model for the picture: settings that the caller left open. */
export interface Variant {
  readonly model: Model
  readonly quality?: Quality
  readonly steps?: number
  /** Asked of the model; larger than `shown` where that is cheaper or all there is. */
  readonly size?: Size
  /** What the caller gets, scaled down by the gateway. */
  readonly shown?: Size
}

/** Efforts that are weighed against each other; who wants more than high asks for it. */
const EFFORTS: readonly Quality[] = ['low', 'medium', 'high']
/** Tier that an effort is worth at most, until outcomes tell. */
const TIER_OF_EFFORT = { low: 'budget', medium: 'standard', high: 'premium' } as const
const TIERS: readonly Tier[] = ['budget', 'standard', 'premium']
/** More device pixels than these are not seen. */
const MOST_PIXEL_RATIO = 2
/** Models trained for so few steps are only worse with others. */
const DISTILLED_STEPS = 8
/** Shapes this near to each other are scaled without cropping anything that matters. */
const SHAPE_TOLERANCE = 1.02

/**
 * The pixels that a picture needs where it stands; undefined where nobody said where that is, where
 * the caller said what size it is, and where it follows from the pictures that are edited.
 */
export function shownSize(
  request: ImageRequest,
  { standard, basis }: Pick<RequestTraits, 'standard' | 'basis'>,
): Size | undefined {
  const isKnown = [basis.display, basis.purpose].some((how) => how === 'asked' || how === 'model')
  // Nothing may be adapted: a size that nobody asked for would be.
  if (!isKnown || (request.strict && request.display === undefined)) return undefined
  return pixelsOf(request, { ...standard.display, pixelRatio: standard.pixelRatio })
}

/** The same where the caller's own word counts alone: for a model that he named. */
export const askedSize = (request: ImageRequest): Size | undefined =>
  request.display === undefined ? undefined : pixelsOf(request, request.display)

/** Who wants nothing adapted gets all pixels of the display; to others more than two are lost. */
function pixelsOf(request: ImageRequest, display: Display): Size | undefined {
  const isSaid = request.size ?? request.aspect ?? request.resolution
  if (isSaid !== undefined || request.operation !== 'generate') return undefined
  const { width, height, pixelRatio } = display
  const ratio = request.strict ? pixelRatio : Math.min(MOST_PIXEL_RATIO, pixelRatio)
  return { width: Math.ceil(width * ratio), height: Math.ceil(height * ratio) }
}

/** Says that a picture has fewer pixels than its display. */
export function unseenPixels(request: ImageRequest): readonly Warning[] {
  const size = askedSize(request)
  const { pixelRatio = 0 } = request.display ?? {}
  if (size === undefined || request.strict || pixelRatio <= MOST_PIXEL_RATIO) return []
  const message =
    `display was approximated: ${size.width}x${size.height}, two device pixels for each of CSS, ` +
    `as more are not seen; with strict there are ${pixelRatio}.`
  return [{ code: 'parameter_approximated', param: 'display', message }]
}

/** All ways to ask a model for the picture; what the caller fixed stays as it is. */
export function variantsOf(
  request: ImageRequest,
  model: Model,
  shown: Size | undefined,
): readonly Variant[] {
  const efforts = EFFORTS.filter((effort) => model.qualities.includes(effort))
  const qualities = request.quality === undefined && efforts.length > 0 ? efforts : [undefined]
  const { steps: range } = model
  const isDistilled = (range?.default ?? 0) <= DISTILLED_STEPS
  const levels =
    request.steps === undefined && range !== undefined && !isDistilled
      ? stepLevels({ ...range, isDistilled }).filter((level) => level !== range.default)
      : []
  const sizes = shown === undefined ? [undefined] : sizesFor(shown, model)
  return qualities.flatMap((quality) =>
    [undefined, ...levels].flatMap((steps) =>
      sizes.map((size) => ({
        model,
        ...(quality === undefined ? {} : { quality }),
        ...(steps === undefined ? {} : { steps }),
        ...(size === undefined || shown === undefined ? {} : { size, shown }),
      })),
    ),
  )
}

/** The size itself, and larger ones of the same shape: prices do not always rise with pixels. */
export function sizesFor(shown: Size, { sizes: rule }: Model): readonly Size[] {
  if (rule.kind !== 'list') return [shown]
  const shape = shown.width / shown.height
  const larger = rule.sizes.filter(({ width, height }) => {
    const turned = width / height / shape
    const isAlike = Math.max(turned, 1 / turned) <= SHAPE_TOLERANCE
    return isAlike && width >= shown.width && height >= shown.height
  })
  return larger.length === 0 ? [shown] : larger
}

/** The request as it goes to a model by a variant. */
export const requestBy = (request: ImageRequest, variant: Variant): ImageRequest => ({
  ...request,
  ...(variant.quality === undefined ? {} : { quality: variant.quality }),
  ...(variant.steps === undefined ? {} : { steps: variant.steps }),
  ...(variant.size === undefined ? {} : { size: variant.size }),
})

/** Settings in words, for explanations. */
export const printVariant = ({ quality, steps, size, shown }: Variant): string | undefined => {
  const isScaled =
    size !== undefined && (size.width !== shown?.width || size.height !== shown.height)
  const words = [
    ...(quality === undefined ? [] : [quality]),
    ...(steps === undefined ? [] : [`${steps} steps`]),
    ...(isScaled ? [`made at ${size.width}x${size.height}`] : []),
  ]
  return words.length === 0 ? undefined : words.join(', ')
}

/** What separates the effort from the offer in an arm's name; no offer has it. */
const EFFORT_MARK = '#'
/** Pictures of emulated providers teach nothing about real ones. */
const SIMULATED_MARK = 'simulated:'

/**
 * The name that outcomes are filed under. Efforts are learned apart: low effort of a good model is
 * another thing than the model.
 */
export const armNameOf = (made: {
  readonly offer: string
  readonly quality?: string | undefined
  readonly steps?: number | undefined
  readonly isSimulated: boolean
  /** How it was come by, where that is not the usual way. */
  readonly tier?: string
}): ArmName => ({
  model:
    (made.isSimulated ? SIMULATED_MARK : '') +
    made.offer +
    (made.quality === undefined ? '' : EFFORT_MARK + made.quality),
  tier: made.tier ?? '',
  ...(made.steps === undefined ? {} : { steps: made.steps }),
})

/** The offer of an arm's model, without its marks. */
const offerOfArm = (name: string): string =>
  name.replace(SIMULATED_MARK, '').split(EFFORT_MARK)[0] ?? name

/** The tier that an arm's model is worth before anything is known of it. */
export function tierOfArm(name: string, tierOfOffer: (offer: string) => Tier | undefined): Tier {
  const own = tierOfOffer(offerOfArm(name)) ?? 'standard'
  const effort = name.split(EFFORT_MARK)[1]
  if (effort !== 'low' && effort !== 'medium' && effort !== 'high') return own
  const most = TIER_OF_EFFORT[effort]
  return TIERS.indexOf(most) < TIERS.indexOf(own) ? most : own
}

/** The arm of a variant. */
export const armOfVariant = ({ model, quality, steps }: Variant, isSimulated: boolean): ArmName =>
  armNameOf({ offer: offerName(model), quality, steps, isSimulated })
