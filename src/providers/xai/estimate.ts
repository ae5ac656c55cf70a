import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'

/** What a call uses is known before it is made; its answer says what it cost. */
export function estimate({
  n,
  operation,
  settings,
  expectedSize,
  images,
}: CallPlan): UsageEstimate {
  const { quality, resolution } = settings
  const usage: Usage = {
    images: n,
    ...expectedSize,
    operation,
    ...(quality === undefined ? {} : { quality }),
    ...(resolution === undefined ? {} : { resolution }),
    references: images.length,
  }
  return { low: usage, expected: usage, high: usage }
}
