import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'

/** Steps that are sent, and paid for: those asked for, else the model's default. */
export const stepsOf = ({ settings, model }: Pick<CallPlan, 'settings' | 'model'>) =>
  settings.steps ?? model.steps?.default

/** What a call uses; all of it is known beforehand, because the steps are always sent. */
export function estimate(plan: CallPlan): UsageEstimate {
  const { width, height } = plan.expectedSize
  const steps = stepsOf(plan)
  const exact: Usage = {
    images: plan.n,
    width,
    height,
    operation: plan.operation,
    ...(steps === undefined ? {} : { steps }),
  }
  return { low: exact, expected: exact, high: exact }
}
