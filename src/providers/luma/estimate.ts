import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import { exactUsage } from '../shared/exact-estimate.ts'

/** By how much a picture may differ from its nominal pixels, which Luma chooses; ours. */
const CHOSEN_PIXELS = { least: 0.5, most: 1.5 } as const

/** What a call uses: megapixels that Luma chooses and does not report. */
export function estimate(plan: CallPlan): UsageEstimate {
  const { sizes } = plan.model
  const megapixels = sizes.kind === 'aspect' ? sizes.pixels / 1_000_000 : 0
  const at = (share: number): Usage => exactUsage(plan, { outputMegapixels: megapixels * share })
  return { low: at(CHOSEN_PIXELS.least), expected: at(1), high: at(CHOSEN_PIXELS.most) }
}
