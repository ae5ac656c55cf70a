import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'

/** What a call uses: every picture takes a fixed number of units. */
export function estimate({ n, operation, expectedSize, images }: CallPlan): UsageEstimate {
  const { width, height } = expectedSize
  const exact: Usage = { images: n, width, height, operation, references: images.length }
  return { low: exact, expected: exact, high: exact }
}
