import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import { readOptions } from './options.ts'

/** What a call uses, for prices of the operator's own; the answer says what it cost. */
export function estimate(plan: CallPlan): UsageEstimate {
  const { n, settings, operation, expectedSize, images, model } = plan
  const { width, height } = settings.size ?? expectedSize
  const steps = settings.steps ?? model.steps?.default
  const usage: Usage = {
    images: n,
    width,
    height,
    operation,
    references: images.length,
    loras: readOptions(plan).elements?.length ?? 0,
    ...(steps === undefined ? {} : { steps }),
  }
  return { low: usage, expected: usage, high: usage }
}
