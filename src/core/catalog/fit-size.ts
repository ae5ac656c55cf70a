import { parseAspect } from '../request/aspect.ts'
import type { ImageRequest, Size } from '../request/image-request.ts'
import { ok, type Result, refused } from '../result.ts'
import type { Model, ResolutionClass, SizeRule } from './model.ts'
import type { ParameterReport, Unfit } from './settings.ts'

/** The pixels or shape asked of a model, and what has to be done to the picture afterwards. */
export interface SizeFit {
  readonly size?: Size
  readonly aspect?: string
  /** Name of the resolution class, for models that have several. */
  readonly resolution?: string
  readonly expectedSize: Size
  /** Set when the picture must be scaled and cropped to what was asked. */
  readonly resize?: Size
  /** What became of `size`, `aspect_ratio` and `resolution`. */
  readonly reports: readonly ParameterReport[]
}

/** A picture may be enlarged by so much (linear) without being called another size. */
const ENLARGEMENT_TOLERANCE = 1.05

/** A shape may differ so much from the one asked for without being called another shape. */
const SHAPE_TOLERANCE = 1.05

/** A picture of another shape is cropped to the one asked for; not by more than a third. */
const MOST_CROPPED = 1.5

/** Pixels along one edge of a square picture of each resolution class. */
const RESOLUTION_EDGES = { '512': 512, '1k': 1024, '2k': 2048, '4k': 4096 } as const

type Rule<Kind extends SizeRule['kind']> = Extract<SizeRule, { readonly kind: Kind }>

/** What the caller wants, as pixels: `size` exactly, or a shape and roughly so many pixels. */
interface Wanted {
  readonly size: Size
  readonly ratio: number
  readonly pixels: number
  readonly param: 'size' | 'aspect_ratio' | 'resolution'
}

/**
 * Fits the size asked for to what a model can make: up to the next size it has, never beyond its
 * largest. A shape without a size takes the nearest shape the model has, at no more pixels than it
 * makes by default, because pixels cost money.
 */
export function fitSize(request: ImageRequest, model: Model): Result<SizeFit, Unfit> {
  const { sizes } = model
  const wanted = wantedBy(request, model)
  if (wanted === undefined) {
    if (sizes.kind !== 'aspect') return ok({ expectedSize: model.defaultSize, reports: [] })
    const expectedSize = shapeOf('1:1', sizes.pixels)
    return ok({ ...resolutionOf(usualClass(sizes)), expectedSize, reports: [] })
  }
  if (sizes.kind === 'aspect') return fitAspect(wanted, request, model, sizes)
  const made = sizes.kind === 'list' ? nextListed(wanted, sizes) : nextFree(wanted, sizes)
  if (made === undefined) return unfit(wanted, model)
  return ok({ size: made, ...finished(made, wanted, request) })
}

function wantedBy(request: ImageRequest, model: Model): Wanted | undefined {
  const { size, aspect, resolution } = request
  if (size !== undefined) {
    return { size, ratio: ratioOf(size), pixels: areaOf(size), param: 'size' }
  }
  if (aspect === undefined && resolution === undefined) return undefined
  // Who asks for pixels alone wants the shape of the picture that is edited, or the usual one.
  const shape = ratioOf(request.images[0] ?? model.defaultSize)
  const ratio = (aspect === undefined ? undefined : parseAspect(aspect)) ?? shape
  const pixels = resolution === undefined ? areaOf(model.defaultSize) : classPixels(resolution)
  const param = resolution === undefined ? 'aspect_ratio' : 'resolution'
  return { size: sizeOf(ratio, pixels), ratio, pixels, param }
}

/** The next listed size; for a shape the listed size whose shape is nearest. */
function nextListed(wanted: Wanted, rule: Rule<'list'>): Size | undefined {
  const { size, param } = wanted
  if (param === 'size') {
    return rule.sizes
      .filter(({ width, height }) => width >= size.width && height >= size.height)
      .toSorted((a, b) => areaOf(a) - areaOf(b))[0]
  }
  const nearest = rule.sizes
    .filter((listed) => param === 'aspect_ratio' || hasPixels(areaOf(listed), wanted.pixels))
    .toSorted(
      (a, b) =>
        factor(ratioOf(a), wanted.ratio) - factor(ratioOf(b), wanted.ratio) ||
        factor(areaOf(a), wanted.pixels) - factor(areaOf(b), wanted.pixels),
    )[0]
  const isNear = nearest !== undefined && factor(ratioOf(nearest), wanted.ratio) <= MOST_CROPPED
  return isNear ? nearest : undefined
}

/** The next size within the bounds; for a shape the best one that costs no further pixels. */
function nextFree({ size, ratio, pixels, param }: Wanted, rule: Rule<'free'>): Size | undefined {
  const scale = Math.max(
    1,
    Math.sqrt(rule.minPixels / pixels),
    rule.minEdge / Math.min(size.width, size.height),
  )
  const up = roundedUp({ width: size.width * scale, height: size.height * scale }, rule)
  const next = isMade(up, rule) && factor(ratio, 1) <= rule.maxRatio ? up : undefined
  if (param === 'size' || scale > 1) return next
  const step = rule.multipleOf
  const edges = (edge: number): readonly number[] => {
    const below = Math.floor(edge / step) * step
    return [below, below + step]
  }
  const around = edges(size.width).flatMap((width) =>
    edges(size.height).map((height) => ({ width, height })),
  )
  const [best] = around
    .filter((made) => isMade(made, rule) && areaOf(made) <= pixels)
    .toSorted((a, b) => factor(ratioOf(a), ratio) - factor(ratioOf(b), ratio))
  return best ?? next
}

/** Whole steps that hold at least so much, no narrower than the rule allows. */
function roundedUp({ width, height }: Size, rule: Rule<'free'>): Size {
  // Products of roots miss whole numbers by a hair; a hair is not worth a further step.
  const up = (edge: number): number =>
    Math.ceil(Math.ceil(edge - 1e-6) / rule.multipleOf) * rule.multipleOf
  const made = { width: up(width), height: up(height) }
  const shortest = up(Math.max(made.width, made.height) / rule.maxRatio)
  return { width: Math.max(made.width, shortest), height: Math.max(made.height, shortest) }
}

const isMade = ({ width, height }: Size, rule: Rule<'free'>): boolean =>
  Math.min(width, height) >= rule.minEdge &&
  Math.max(width, height) <= Math.min(rule.maxEdge, Math.min(width, height) * rule.maxRatio) &&
  width * height >= rule.minPixels &&
  width * height <= rule.maxPixels

function fitAspect(
  wanted: Wanted,
  request: ImageRequest,
  model: Model,
  rule: Rule<'aspect'>,
): Result<SizeFit, Unfit> {
  const distance = (shape: string): number => factor(parseAspect(shape) ?? 1, wanted.ratio)
  const aspect = rule.aspects.reduce((best, next) =>
    distance(next) < distance(best) ? next : best,
  )
  const isShaped = wanted.param === 'size' || distance(aspect) <= MOST_CROPPED
  const chosen = isShaped ? nextClass(wanted, aspect, rule) : undefined
  if (chosen === undefined) return unfit(wanted, model)
  const fit = finished(shapeOf(aspect, chosen.pixels), wanted, request)
  // The pixels are nominal: an exact size is made sure of whatever comes.
  const resize = wanted.param === 'size' ? { resize: wanted.size } : {}
  return ok({ aspect, ...resolutionOf(chosen), ...fit, ...resize })
}

/** A resolution class, or the only number of pixels there is, which has no name. */
type Pixels = Partial<ResolutionClass> & Pick<ResolutionClass, 'pixels'>

/** The smallest class that is large enough; for a shape alone the usual one. */
function nextClass({ size, pixels, param }: Wanted, aspect: string, rule: Rule<'aspect'>) {
  if (param === 'aspect_ratio') return usualClass(rule)
  const classes: readonly Pixels[] = rule.classes ?? [rule]
  return classes
    .toSorted((a, b) => a.pixels - b.pixels)
    .find((candidate) => {
      const made = shapeOf(aspect, candidate.pixels)
      if (param === 'resolution') return hasPixels(areaOf(made), pixels)
      const enlargement = Math.max(size.width / made.width, size.height / made.height)
      return enlargement <= ENLARGEMENT_TOLERANCE
    })
}

const usualClass = (rule: Rule<'aspect'>): Pixels =>
  rule.classes?.find(({ pixels }) => pixels === rule.pixels) ?? { pixels: rule.pixels }

const resolutionOf = ({ name }: Pixels): Pick<SizeFit, 'resolution'> =>
  name === undefined ? {} : { resolution: name }

/** What is left to do with the picture, and what that makes of the parameters. */
function finished(
  made: Size,
  wanted: Wanted,
  { aspect, resolution }: ImageRequest,
): Pick<SizeFit, 'expectedSize' | 'resize' | 'reports'> {
  const { size, ratio, param } = wanted
  if (param === 'size') {
    const isSame = made.width === size.width && made.height === size.height
    if (isSame) return { expectedSize: made, reports: [report('size', true)] }
    const detail = `made at about ${print(made)}, then scaled and cropped`
    return { expectedSize: made, resize: size, reports: [report('size', false, detail)] }
  }
  const reports: ParameterReport[] = []
  const isShaped = factor(ratioOf(made), ratio) <= SHAPE_TOLERANCE
  const resize = isShaped ? undefined : croppedTo(ratio, made)
  if (aspect !== undefined) {
    const detail = resize && `made at about ${print(made)}, then cropped to ${print(resize)}`
    reports.push(report('aspect_ratio', isShaped, detail))
  }
  if (resolution !== undefined) {
    const isAsAsked = hasPixels(wanted.pixels, areaOf(made))
    const detail = isAsAsked ? undefined : `made at about ${print(made)}`
    reports.push(report('resolution', isAsAsked, detail))
  }
  return { expectedSize: made, ...(resize === undefined ? {} : { resize }), reports }
}

const report = (param: string, isHonoured: boolean, detail?: string): ParameterReport => ({
  param,
  outcome: isHonoured ? 'honoured' : 'approximated',
  ...(detail === undefined ? {} : { detail }),
})

const unfit = (wanted: Wanted, model: Model): { ok: false; refusal: Unfit } => {
  const shape = wanted.param === 'size' ? '' : 'about '
  const reason =
    `the model ${model.id} makes no picture of ${shape}${print(wanted.size)}; ` +
    `it makes ${abilities(model.sizes)}`
  return refused({ code: 'size', param: wanted.param, reason })
}

function abilities(rule: SizeRule): string {
  if (rule.kind === 'list') return rule.sizes.map(print).join(', ')
  if (rule.kind === 'aspect') {
    const pixels = rule.classes?.map((listed) => listed.pixels) ?? [rule.pixels]
    const megapixels = pixels.map((count) => count / 1_000_000).join(', ')
    return `about ${megapixels} megapixels in the shapes ${rule.aspects.join(', ')}`
  }
  return (
    `up to ${rule.maxPixels / 1_000_000} megapixels with edges of ` +
    `up to ${rule.maxEdge} pixels, at most ${rule.maxRatio}:1`
  )
}

const print = (size: Size): string => `${size.width}x${size.height}`

const areaOf = ({ width, height }: Size): number => width * height

const ratioOf = ({ width, height }: Size): number => width / height

/** How many times one is the other, the larger over the smaller: 1 when they are equal. */
const factor = (one: number, other: number): number => Math.max(one / other, other / one)

/** Whether there are as many pixels as wanted, but for what a slight enlargement makes up. */
const hasPixels = (made: number, wanted: number): boolean =>
  made * ENLARGEMENT_TOLERANCE ** 2 >= wanted

const classPixels = (resolution: keyof typeof RESOLUTION_EDGES): number =>
  RESOLUTION_EDGES[resolution] ** 2

const sizeOf = (ratio: number, pixels: number): Size => ({
  width: Math.max(1, Math.round(Math.sqrt(pixels * ratio))),
  height: Math.max(1, Math.round(Math.sqrt(pixels / ratio))),
})

const shapeOf = (aspect: string, pixels: number): Size => sizeOf(parseAspect(aspect) ?? 1, pixels)

const croppedTo = (ratio: number, { width, height }: Size): Size =>
  width > height * ratio
    ? { width: Math.max(1, Math.round(height * ratio)), height }
    : { width, height: Math.max(1, Math.round(width / ratio)) }
