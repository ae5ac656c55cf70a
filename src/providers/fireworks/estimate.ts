import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import { exactEstimate } from '../shared/exact-estimate.ts'

/** Steps that are sent, and paid for: those asked for, else the model's default. */
export const stepsOf = ({ settings, model }: Pick<CallPlan, 'settings' | 'model'>) =>
  settings.steps ?? model.steps?.default

/** What a call uses; all of it is known beforehand, because the steps are always sent. */
export const estimate = (plan: CallPlan): UsageEstimate =>
  exactEstimate(plan, { steps: stepsOf(plan) })
