import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import { exactEstimate } from '../shared/exact-estimate.ts'

/** What a call uses: Stability's models are sold by the picture, the ended ones by size too. */
export const estimate = (plan: CallPlan): UsageEstimate =>
  exactEstimate(plan, { quality: plan.settings.quality })
