import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { parseAspect } from '../../core/request/aspect.ts'
import type { PlanCheck } from './call-options.ts'

/** A picture may differ so much (5 %) from the shape asked for before it counts as another. */
const SHAPE_TOLERANCE = 0.05

/** Refuses seeds that a provider does not take; one that it takes for "any" is none, too. */
export const seedsWithin =
  (min: number, max: number): PlanCheck =>
  ({ model, settings: { seed } }) =>
    seed === undefined || (seed >= min && seed <= max)
      ? undefined
      : {
          code: 'options',
          param: 'seed',
          reason: `${model.id} takes seeds from ${min} to ${max}, not ${seed}`,
        }

/** Bounds of the input images of one call; an absent one is none. */
export interface InputBounds {
  readonly eachBytes?: number
  /** Of all together, with the mask. */
  readonly totalBytes?: number
  readonly eachPixels?: number
  readonly minEdge?: number
  readonly maxEdge?: number
  /** Longer edge over shorter edge. */
  readonly maxRatio?: number
}

const inMegabytes = (bytes: number): string => `${Math.floor(bytes / 100_000) / 10} MB`

/** Refuses input images beyond a provider's bounds. */
export const inputsWithin =
  (boundsOf: InputBounds | ((plan: CallPlan) => InputBounds)): PlanCheck =>
  (plan) => {
    const bounds = typeof boundsOf === 'function' ? boundsOf(plan) : boundsOf
    const flaw = flawOfInputs(plan, bounds)
    if (flaw === undefined) return undefined
    return { code: 'inputs', param: 'image', reason: `${plan.model.id} takes input images ${flaw}` }
  }

function flawOfInputs({ images, mask }: CallPlan, bounds: InputBounds): string | undefined {
  const { eachBytes = Infinity, totalBytes = Infinity, eachPixels = Infinity } = bounds
  const { minEdge = 0, maxEdge = Infinity, maxRatio = Infinity } = bounds
  const all = mask === undefined ? images : [...images, mask]
  if (all.reduce((sum, { byteLength }) => sum + byteLength, 0) > totalBytes) {
    return `of at most ${inMegabytes(totalBytes)} together`
  }
  for (const { width, height, byteLength } of images) {
    const [longer, shorter] = [Math.max(width, height), Math.min(width, height)]
    if (byteLength > eachBytes) return `of at most ${inMegabytes(eachBytes)} each`
    if (width * height > eachPixels) return `of at most ${eachPixels} pixels`
    if (shorter < minEdge) return `with edges of at least ${minEdge} pixels`
    if (longer > maxEdge) return `with edges of at most ${maxEdge} pixels`
    if (longer > shorter * maxRatio) return `of at most ${maxRatio}:1`
  }
  return undefined
}

/** Refuses another shape than that of the input, for calls whose picture keeps it. */
export const keepsInputShape =
  (isKept: (plan: CallPlan) => boolean): PlanCheck =>
  (plan) => {
    const { model, images, settings } = plan
    const [input] = images
    if (input === undefined || !isKept(plan)) return undefined
    const { size, aspect } = settings
    const wanted = size === undefined ? parseAspect(aspect ?? '') : size.width / size.height
    if (wanted === undefined) return undefined
    if (Math.abs(input.width / input.height / wanted - 1) <= SHAPE_TOLERANCE) return undefined
    const asked = size === undefined ? aspect : `${size.width}x${size.height}`
    return {
      code: 'size',
      param: 'size',
      reason: `${model.id} keeps its input's shape, not ${asked}`,
    }
  }

/** Refuses another size than that of the input, for calls whose picture keeps its pixels. */
export const keepsInputSize =
  (isKept: (plan: CallPlan) => boolean): PlanCheck =>
  (plan) => {
    const [input] = plan.images
    const { size } = plan.settings
    if (input === undefined || size === undefined || !isKept(plan)) return undefined
    if (size.width === input.width && size.height === input.height) return undefined
    const reason = `edits by ${plan.model.id} keep the pixels of the input image`
    return { code: 'size', param: 'size', reason }
  }

/** Refuses pictures whose size follows from the input where an edge would be too long. */
export const outputsWithin =
  (maxEdge: number, operations: readonly CallPlan['operation'][]): PlanCheck =>
  ({ model, operation, details, expectedSize: { width, height } }) =>
    !operations.includes(operation) || Math.max(width, height) <= maxEdge
      ? undefined
      : {
          code: 'size',
          param: details?.kind === 'upscale' ? 'scale' : 'expand',
          reason: `${model.id} makes edges of at most ${maxEdge} pixels`,
        }
