import { type Nano, roundToNano } from '../../money.ts'
import { ok, type Result, refused } from '../../result.ts'
import { decimal } from '../decimal.ts'
import { dollarsOf, flawOfShares } from '../expectation.ts'
import { type UnpriceableReason, unpriceable } from '../unpriceable.ts'
import { type AttemptCost, nanoPerAttempt } from './per-accepted.ts'

/** Most tries that one image is worth. */
export const MAX_TRIES = 100

/** One try of a cascade. */
export interface CascadeStep extends AttemptCost {
  /** Share of its images that are accepted. */
  readonly acceptance: number
}

/** What a cascade costs and brings. */
export interface CascadeCost {
  /** Expected spend on one request, accepted or not. */
  readonly spendNano: Nano
  /** Share of requests that end in an accepted image. */
  readonly servedShare: number
  /** Expected spend for each accepted image; absent when none is ever accepted. */
  readonly perAcceptedNano?: Nano
}

/**
 * What trying one offer after the other costs, each once, until an image is accepted. The cheap try
 * and its check are paid always, the dear ones only when all before them were refused.
 * @example $0.009 accepted at 60 %, then $0.04, each with a check of $0.001 = $0.0264
 */
export function cascadeOnePass(
  steps: readonly CascadeStep[],
): Result<CascadeCost, UnpriceableReason> {
  if (steps.length === 0 || steps.length > MAX_TRIES) {
    const text = `a cascade has 1 to ${MAX_TRIES} steps, not ${steps.length}`
    return refused(unpriceable('invalid_usage', 'steps', text))
  }
  let spend = decimal(0)
  let unserved = decimal(1)
  for (const step of steps) {
    const { acceptance } = step
    const flaw = flawOfShares({ acceptance })
    if (flaw !== undefined) return refused(flaw)
    spend = spend.plus(dollarsOf(nanoPerAttempt(step)).times(unserved))
    unserved = unserved.times(decimal(1).minus(acceptance))
  }
  const served = decimal(1).minus(unserved)
  return ok({
    spendNano: roundToNano(spend),
    servedShare: served.toNumber(),
    ...(served.gt(0) ? { perAcceptedNano: roundToNano(spend.div(served)) } : {}),
  })
}
