import { type Nano, roundToNano } from '../../money.ts'
import { ok, type Result, refused } from '../../result.ts'
import { dollarsOf, flawOfShares, neverAccepted } from '../expectation.ts'
import type { UnpriceableReason } from '../unpriceable.ts'

/** What one attempt costs, whatever becomes of its image. */
export interface AttemptCost {
  readonly attemptNano: Nano
  /** Checks and judges; they look at every image, also at those that are refused. */
  readonly gateNano?: Nano
  /** What waiting for it costs the caller. */
  readonly latencyNano?: Nano
}

/**
 * What an accepted image costs when attempts go on until one is accepted.
 * @example $0.009, and half of the images are accepted = $0.018
 */
export function perAccepted(
  cost: AttemptCost,
  acceptance: number,
): Result<Nano, UnpriceableReason> {
  const flaw = flawOfShares({ acceptance })
  if (flaw !== undefined) return refused(flaw)
  if (acceptance === 0) return refused(neverAccepted('acceptance'))
  return ok(roundToNano(dollarsOf(nanoPerAttempt(cost)).div(acceptance)))
}

/** All that is paid for each attempt. */
export const nanoPerAttempt = ({
  attemptNano,
  gateNano = 0n,
  latencyNano = 0n,
}: AttemptCost): Nano => attemptNano + gateNano + latencyNano
