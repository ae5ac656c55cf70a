import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'

/** What a call uses: every model is sold by the picture, and failed ones are free. */
export function estimate(plan: CallPlan): UsageEstimate {
  const { width, height } = plan.expectedSize
  const exact: Usage = { images: plan.n, width, height, operation: plan.operation }
  return { low: exact, expected: exact, high: exact }
}
