import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'

/** What a call uses where pictures are sold at fixed prices: how many, and of how many pixels. */
export function exactEstimate({ n, operation, expectedSize, images }: CallPlan): UsageEstimate {
  const { width, height } = expectedSize
  const exact: Usage = { images: n, width, height, operation, references: images.length }
  return { low: exact, expected: exact, high: exact }
}
