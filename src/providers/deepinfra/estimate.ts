import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import type { Usage } from '../../core/pricing/usage.ts'

/**
 * What a call uses: pictures of the pixels asked for, in the steps asked for. Without a number of
 * steps it is DeepInfra's own default; variations have no choice.
 */
export function estimate({ model, n, settings, expectedSize, operation }: CallPlan): UsageEstimate {
  const { fixed_steps: fixed } = model.wire
  const steps = typeof fixed === 'number' ? fixed : (settings.steps ?? model.steps?.default)
  const exact: Usage = {
    images: n,
    width: expectedSize.width,
    height: expectedSize.height,
    operation,
    ...(steps === undefined ? {} : { steps }),
  }
  return { low: exact, expected: exact, high: exact }
}
