import { type Nano, roundToNano } from '../../money.ts'
import { ok, type Result, refused } from '../../result.ts'
import { dollarsOf, flawOfCounts } from '../expectation.ts'
import type { UnpriceableReason } from '../unpriceable.ts'

/**
 * Images that are each looked at by a moderation service. Its calls are paid for pictures that are
 * refused too, so there are at least as many of them as there are images.
 * @example one image of $0.065 and one call of $0.001 = $0.066
 */
export function moderationCall(
  prices: { readonly imageNano: Nano; readonly moderationNano: Nano },
  counts: { readonly images: number; readonly calls: number },
): Result<Nano, UnpriceableReason> {
  const flaw = flawOfCounts({ ...counts })
  if (flaw !== undefined) return refused(flaw)
  const images = dollarsOf(prices.imageNano).times(counts.images)
  return ok(roundToNano(images.plus(dollarsOf(prices.moderationNano).times(counts.calls))))
}
