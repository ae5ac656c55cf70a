import { type Nano, roundToNano } from '../../money.ts'
import { ok, type Result, refused } from '../../result.ts'
import { dollarsOf, flawOfShares, neverAccepted } from '../expectation.ts'
import type { UnpriceableReason } from '../unpriceable.ts'

/**
 * What a usable image costs in the end: the attempts it takes, the upscale and the edit that some
 * of them get, and delivery.
 * @example $0.04 accepted one time in three, $0.02 for a quarter, $0.05 for a tenth = $0.1301
 */
export function usableImageTotal(
  prices: {
    readonly imageNano: Nano
    readonly upscaleNano?: Nano
    readonly editNano?: Nano
    readonly deliveryNano?: Nano
  },
  shares: {
    readonly acceptance: number
    /** Share of accepted images that are enlarged. */
    readonly upscaleShare: number
    /** Share of accepted images that are edited. */
    readonly editShare: number
  },
): Result<Nano, UnpriceableReason> {
  const flaw = flawOfShares({ ...shares })
  if (flaw !== undefined) return refused(flaw)
  if (shares.acceptance === 0) return refused(neverAccepted('acceptance'))
  const total = dollarsOf(prices.imageNano)
    .div(shares.acceptance)
    .plus(dollarsOf(prices.upscaleNano ?? 0n).times(shares.upscaleShare))
    .plus(dollarsOf(prices.editNano ?? 0n).times(shares.editShare))
    .plus(dollarsOf(prices.deliveryNano ?? 0n))
  return ok(roundToNano(total))
}
