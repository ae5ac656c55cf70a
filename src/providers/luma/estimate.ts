import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'

/** By how much a picture may differ from its nominal pixels, which Luma chooses; ours. */
const CHOSEN_PIXELS = { least: 0.5, most: 1.5 } as const

/** What a call uses: megapixels that Luma chooses and does not report. */
export function estimate({ n, operation, model, expectedSize }: CallPlan): UsageEstimate {
  const pixels = model.sizes.kind === 'aspect' ? model.sizes.pixels : 0
  const { width, height } = expectedSize
  const at = (share: number): Usage => ({
    images: n,
    width,
    height,
    operation,
    outputMegapixels: (pixels * share) / 1_000_000,
  })
  return { low: at(CHOSEN_PIXELS.least), expected: at(1), high: at(CHOSEN_PIXELS.most) }
}
