import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import { megapixelsOf } from '../../core/pricing/megapixels.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import type { Size } from '../../core/request/image-request.ts'
import { exactUsage } from '../shared/exact-estimate.ts'
import { acceptedOptions } from './options.ts'

/** FLUX 3 makes 1k pictures unless asked (docs.bfl.ai/api-reference/flux3, read 2026-11-20). */
const DEFAULT_RESOLUTION = '1k'

/**
 * Whole megapixels of a picture, at least one. BFL states no base; its examples bill 1024×1024 as 1
 * (docs.bfl.ai/quick_start/pricing, read 2026-11-20), so the base is 2²⁰, which the pricing core
 * takes as well. The reported charge corrects it.
 */
const billedMegapixels = (size: Size): number => Number(megapixelsOf(size, {}))

/**
 * What a call can use. All is known beforehand but for one case: an edit without a size, where
 * FLUX.2 chooses the output's pixels itself, up to the model's largest.
 */
export function estimate(plan: CallPlan): UsageEstimate {
  const { model, images, operation, settings } = plan
  const { resolution } = acceptedOptions(plan)
  const isFlux3 = model.wire.options === 'flux_3'
  const inputMegapixels = images.reduce((sum, image) => sum + billedMegapixels(image), 0)
  const usage = (outputMegapixels: number): Usage =>
    exactUsage(plan, {
      inputMegapixels,
      outputMegapixels,
      steps: settings.steps,
      resolution: isFlux3 ? String(resolution ?? DEFAULT_RESOLUTION) : undefined,
    })
  const asked = settings.size ?? (operation === 'generate' ? plan.expectedSize : undefined)
  if (asked !== undefined || model.sizes.kind !== 'free') {
    const exact = usage(billedMegapixels(asked ?? plan.expectedSize))
    return { low: exact, expected: exact, high: exact }
  }
  const followed = billedMegapixels(images[0] ?? plan.expectedSize)
  const most = billedMegapixels({ width: model.sizes.maxPixels, height: 1 })
  return { low: usage(1), expected: usage(Math.min(followed, most)), high: usage(most) }
}
