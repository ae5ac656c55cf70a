import { type Result, refused } from '../../result.ts'
import { type UnpriceableReason, unpriceable } from '../unpriceable.ts'
import { type CascadeCost, cascadeOnePass, MAX_TRIES } from './cascade-one-pass.ts'
import type { AttemptCost } from './per-accepted.ts'

/**
 * What an accepted image costs when attempts stop after so many. The cap does not change that cost,
 * but it leaves requests unserved, and those are paid too.
 * @example $0.009, acceptance one half, at most 3 attempts = $0.018 for 87.5 % of the requests
 */
export function perAcceptedCapped(
  cost: AttemptCost,
  acceptance: number,
  maxAttempts: number,
): Result<CascadeCost, UnpriceableReason> {
  if (Number.isInteger(maxAttempts) && maxAttempts > 0 && maxAttempts <= MAX_TRIES) {
    return cascadeOnePass(Array.from({ length: maxAttempts }, () => ({ ...cost, acceptance })))
  }
  const text = `nobody makes ${String(maxAttempts)} attempts; 1 to ${MAX_TRIES} are possible`
  return refused(unpriceable('invalid_usage', 'maxAttempts', text))
}
