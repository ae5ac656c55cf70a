import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import { exactEstimate } from '../shared/exact-estimate.ts'

/** What a call uses is known before it is made; its answer says what it cost. */
export const estimate = (plan: CallPlan): UsageEstimate => {
  const { quality, resolution } = plan.settings
  return exactEstimate(plan, { quality, resolution })
}
