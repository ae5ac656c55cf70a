import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'

/** What a call uses: Stability's models are sold by the picture, the ended ones by size too. */
export function estimate(plan: CallPlan): UsageEstimate {
  const { width, height } = plan.expectedSize
  const { quality } = plan.settings
  const exact: Usage = {
    images: plan.n,
    width,
    height,
    operation: plan.operation,
    ...(quality === undefined ? {} : { quality }),
  }
  return { low: exact, expected: exact, high: exact }
}
