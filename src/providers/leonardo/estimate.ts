import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import { exactEstimate } from '../shared/exact-estimate.ts'
import { readOptions } from './options.ts'

/** What a call uses, for prices of the operator's own; the answer says what it cost. */
export const estimate = (plan: CallPlan): UsageEstimate =>
  exactEstimate(plan, {
    ...(plan.settings.size ?? plan.expectedSize),
    loras: readOptions(plan).elements?.length ?? 0,
    steps: plan.settings.steps ?? plan.model.steps?.default,
  })
