import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'

/** Further facts of a call; one that is not known is left out. */
type Facts = { readonly [Name in keyof Usage]?: Usage[Name] | undefined }

/** What a call is known to use: how many pictures, of how many pixels, from how many others. */
export function exactUsage(
  { n, operation, expectedSize, images }: CallPlan,
  facts: Facts = {},
): Usage {
  const { width, height } = expectedSize
  const known = Object.entries(facts).filter(([, value]) => value !== undefined)
  const usage = { images: n, width, height, operation, references: images.length }
  return { ...usage, ...Object.fromEntries(known) }
}

/** The estimate of a call whose usage is known before it is made. */
export function exactEstimate(plan: CallPlan, facts: Facts = {}): UsageEstimate {
  const exact = exactUsage(plan, facts)
  return { low: exact, expected: exact, high: exact }
}
