import type { Usage } from '../pricing/usage.ts'
import type { CallPlan, UsageEstimate } from './call-plan.ts'

/**
 * Adds to an estimate what every call says about its operation, so that prices by operation, mode,
 * factor or mask hold for every provider. What the estimate says itself wins.
 */
export function withOperationUsage(estimate: UsageEstimate, plan: CallPlan): UsageEstimate {
  const facts = operationUsage(plan)
  const add = (usage: Usage): Usage => ({ ...facts, ...usage })
  const { low: least, expected: likely, high: most } = estimate
  const expected = add(likely)
  // One object three times stays one: then it is rated once.
  const low = least === likely ? expected : add(least)
  return { low, expected, high: most === likely ? expected : add(most) }
}

function operationUsage({ operation, details, images, mask }: CallPlan): Omit<Usage, 'images'> {
  const coverage = mask?.coverage
  return {
    operation,
    ...(images.length === 0 ? {} : { references: images.length }),
    ...(details?.kind === 'upscale' ? { mode: details.mode, scaleFactor: details.scale } : {}),
    ...(details?.kind === 'control' ? { mode: details.control, controlnets: 1 } : {}),
    ...(coverage === undefined
      ? {}
      : { maskFraction: coverage.share, maskBox: `${coverage.width}x${coverage.height}` }),
  }
}
