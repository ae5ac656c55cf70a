import { parseAspect } from '../request/aspect.ts'
import type { ImageRequest, Size } from '../request/image-request.ts'
import { ok, type Result, refused } from '../result.ts'
import type { Model, SizeRule } from './model.ts'
import type { Unfit } from './settings.ts'

/** The pixels or shape asked of a model, and what has to be done to the picture afterwards. */
export interface SizeFit {
  readonly size?: Size
  readonly aspect?: string
  readonly expectedSize: Size
  /** Set when the picture must be scaled and cropped to what was asked. */
  readonly resize?: Size
}

/** A picture may be enlarged by so much (linear) without being called another size. */
const ENLARGEMENT_TOLERANCE = 1.05

/** Pixels along one edge of a square picture of each resolution class. */
const RESOLUTION_EDGES = { '512': 512, '1k': 1024, '2k': 2048, '4k': 4096 } as const

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step

const sizeOf = (ratio: number, pixels: number, step: number): Size => ({
  width: Math.max(step, Math.round(Math.sqrt(pixels * ratio) / step) * step),
  height: Math.max(step, Math.round(Math.sqrt(pixels / ratio) / step) * step),
})

const print = (size: Size): string => `${size.width}x${size.height}`

const unfit = (reason: string): { ok: false; refusal: Unfit } =>
  refused({ code: 'size', param: 'size', reason })

/** What the caller wants, as pixels: exact, from shape and resolution class, or nothing. */
function target(request: ImageRequest, model: Model): { size: Size; isExact: boolean } | undefined {
  if (request.size !== undefined) return { size: request.size, isExact: true }
  if (request.aspect === undefined && request.resolution === undefined) return undefined
  const defaults = model.defaultSize.width * model.defaultSize.height
  const pixels =
    request.resolution === undefined ? defaults : RESOLUTION_EDGES[request.resolution] ** 2
  const ratio = parseAspect(request.aspect ?? '1:1') ?? 1
  return { size: sizeOf(ratio, pixels, 1), isExact: false }
}

/** Fits the size asked for to what a model can make: up to the next size it has, never beyond its largest. */
export function fitSize(request: ImageRequest, model: Model): Result<SizeFit, Unfit> {
  const wanted = target(request, model)
  if (wanted === undefined) {
    const isShaped = model.sizes.kind === 'aspect'
    return ok({ expectedSize: isShaped ? shapeOf('1:1', model.sizes) : model.defaultSize })
  }
  const { sizes } = model
  const made = sizes.kind === 'aspect' ? undefined : nextSize(wanted.size, sizes)
  if (sizes.kind === 'aspect') return fitAspect(wanted, sizes)
  if (made === undefined) {
    return unfit(`${model.id} makes no picture of ${print(wanted.size)} or larger in that shape`)
  }
  const isSame = made.width === wanted.size.width && made.height === wanted.size.height
  return ok({
    size: made,
    expectedSize: made,
    ...(wanted.isExact && !isSame ? { resize: wanted.size } : {}),
  })
}

function shapeOf(aspect: string, rule: Extract<SizeRule, { kind: 'aspect' }>): Size {
  return sizeOf(parseAspect(aspect) ?? 1, rule.pixels, 1)
}

function fitAspect(
  wanted: { size: Size; isExact: boolean },
  rule: Extract<SizeRule, { kind: 'aspect' }>,
): Result<SizeFit, Unfit> {
  const ratio = wanted.size.width / wanted.size.height
  const distance = (aspect: string): number =>
    Math.abs(Math.log((parseAspect(aspect) ?? 1) / ratio))
  const aspect = rule.aspects.reduce((best, next) =>
    distance(next) < distance(best) ? next : best,
  )
  const expectedSize = shapeOf(aspect, rule)
  if (!wanted.isExact) return ok({ aspect, expectedSize })
  const enlargement = Math.max(
    wanted.size.width / expectedSize.width,
    wanted.size.height / expectedSize.height,
  )
  if (enlargement > ENLARGEMENT_TOLERANCE) {
    return unfit(`it makes about ${print(expectedSize)}, less than ${print(wanted.size)}`)
  }
  return ok({ aspect, expectedSize, resize: wanted.size })
}

function nextSize(wanted: Size, rule: Exclude<SizeRule, { kind: 'aspect' }>): Size | undefined {
  if (rule.kind === 'list') {
    return rule.sizes
      .filter((size) => size.width >= wanted.width && size.height >= wanted.height)
      .sort((a, b) => a.width * a.height - b.width * b.height)[0]
  }
  const ratio = Math.max(wanted.width / wanted.height, wanted.height / wanted.width)
  if (ratio > rule.maxRatio) return undefined
  const scale = Math.max(
    1,
    Math.sqrt(rule.minPixels / (wanted.width * wanted.height)),
    rule.minEdge / Math.min(wanted.width, wanted.height),
  )
  const made = {
    width: roundUp(Math.ceil(wanted.width * scale), rule.multipleOf),
    height: roundUp(Math.ceil(wanted.height * scale), rule.multipleOf),
  }
  const isTooLarge =
    made.width * made.height > rule.maxPixels || Math.max(made.width, made.height) > rule.maxEdge
  return isTooLarge ? undefined : made
}
