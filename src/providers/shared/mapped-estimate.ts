import { z } from 'zod'
import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import { megapixelsOf } from '../../core/pricing/megapixels.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import type { Size } from '../../core/request/image-request.ts'
import { followsInput } from './input-mapping.ts'

/** Whole megapixels of 10⁶ pixels, where up to 1024×1024 is sold as one. */
const SOLD_AS = { mp_base: 1_000_000, rounding: 'ceil', snap_1024: true } as const

/** A run takes hardly less than a tenth of its usual time; an estimate of ours. */
const LOWEST_SHARE = 0.1

const ceiling = z.object({ max_seconds: z.number().positive().optional() })

/**
 * What a call of a hosted model can use. Pixels are known but where the picture follows its input;
 * seconds of a GPU only afterwards: typically so many for a picture of the default size and steps,
 * and at most the model's time limit, or `wire.max_seconds` where the service has one of its own.
 */
export function mappedEstimate(plan: CallPlan): UsageEstimate {
  const { model, settings, images, operation, n } = plan
  const { max_seconds: maxSeconds = model.timeoutMs / 1_000 } = ceiling.parse(model.wire)
  const usual = model.typicalSeconds * n * share(settings.steps, model.steps?.default)
  const inputMegapixels = images.reduce((sum, image) => sum + billedMegapixels(image), 0)
  const usage = (size: Size, seconds: number): Usage => ({
    images: n,
    width: size.width,
    height: size.height,
    operation,
    inputMegapixels,
    predictSeconds: Math.min(seconds, maxSeconds),
    ...(settings.steps === undefined ? {} : { steps: settings.steps }),
  })
  const expected = expectedPixels(plan)
  const seconds = usual * share(areaOf(expected.size), areaOf(model.defaultSize))
  return {
    low: usage(expected.isSure ? expected.size : { width: 1, height: 1 }, seconds * LOWEST_SHARE),
    expected: usage(expected.size, seconds),
    high: usage(expected.isSure ? expected.size : expected.largest, maxSeconds),
  }
}

interface ExpectedPixels {
  readonly size: Size
  /** Whether the picture certainly has this size. */
  readonly isSure: boolean
  readonly largest: Size
}

function expectedPixels(plan: CallPlan): ExpectedPixels {
  const { model, settings, operation, expectedSize, images } = plan
  const sure = (size: Size): ExpectedPixels => ({ size, isSure: true, largest: size })
  const [input = expectedSize] = images
  if (followsInput(plan)) return sure({ width: input.width, height: input.height })
  if (operation === 'generate' || settings.size !== undefined || model.sizes.kind !== 'free') {
    return sure(settings.size ?? expectedSize)
  }
  const largest = { width: model.sizes.maxPixels, height: 1 }
  const isSmaller = areaOf(input) <= areaOf(largest)
  return { size: isSmaller ? input : largest, isSure: false, largest }
}

/** Megapixels as they are billed for inputs. */
const billedMegapixels = (size: Size): number => Number(megapixelsOf(size, SOLD_AS))

const areaOf = ({ width, height }: Size): number => width * height

const share = (asked: number | undefined, usual: number | undefined): number =>
  asked === undefined || usual === undefined ? 1 : asked / usual
