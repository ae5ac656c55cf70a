import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import { exactEstimate } from '../shared/exact-estimate.ts'

/**
 * What a call uses: pictures of the pixels asked for, in the steps asked for. Without a number of
 * steps it is DeepInfra's own default; variations have no choice.
 */
export function estimate(plan: CallPlan): UsageEstimate {
  const { fixed_steps: fixed } = plan.model.wire
  const chosen = plan.settings.steps ?? plan.model.steps?.default
  return exactEstimate(plan, { steps: typeof fixed === 'number' ? fixed : chosen })
}
