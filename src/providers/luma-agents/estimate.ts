import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import { linkedReferences } from './options.ts'

/** What a call uses: a picture, and every picture that it is made from. */
export function estimate(plan: CallPlan): UsageEstimate {
  const { width, height } = plan.expectedSize
  const references = plan.images.length + linkedReferences(plan)
  const exact: Usage = { images: plan.n, width, height, operation: plan.operation, references }
  return { low: exact, expected: exact, high: exact }
}
