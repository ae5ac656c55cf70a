import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Size } from '../../core/request/image-request.ts'
import { exactUsage } from '../shared/exact-estimate.ts'
import { readOptions } from './options.ts'

/**
 * Pixels up to which a picture belongs to a resolution class. Between the listed sizes of the
 * classes lies a factor of two and more, so these bounds only have to fall into the gaps.
 */
const RESOLUTIONS: readonly (readonly [name: string, mostPixels: number])[] = [
  ['512', 500_000],
  ['1k', 2_000_000],
  ['2k', 8_000_000],
  ['4k', Number.POSITIVE_INFINITY],
]

/** By how much a picture may differ from a megapixel where the model chooses; a bound of ours. */
const CHOSEN_PIXELS = { least: 0.9, most: 1.1 } as const

/** Pixels of a megapixel at Together (docs.together.ai, "billed per megapixel": W·H/10⁶). */
const MEGAPIXEL = 1_000_000

/**
 * What a call can use. All is known beforehand, but for the pixels of models that take a shape: the
 * answer tells those.
 */
export function estimate(plan: CallPlan): UsageEstimate {
  const { model, settings, expectedSize } = plan
  const expected = exactUsage(plan, {
    loras: readOptions(plan).image_loras?.length ?? 0,
    steps: settings.steps ?? model.steps?.default,
    resolution: model.wire.resolutions === true ? resolutionOf(expectedSize) : undefined,
  })
  if (model.sizes.kind !== 'aspect') return { low: expected, expected, high: expected }
  const megapixels = model.sizes.pixels / MEGAPIXEL
  return {
    low: { ...expected, outputMegapixels: megapixels * CHOSEN_PIXELS.least },
    expected,
    high: { ...expected, outputMegapixels: megapixels * CHOSEN_PIXELS.most },
  }
}

const resolutionOf = ({ width, height }: Size): string =>
  RESOLUTIONS.find(([, mostPixels]) => width * height <= mostPixels)?.[0] ?? '4k'
