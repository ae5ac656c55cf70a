import { type Nano, roundToNano } from '../../money.ts'
import { ok, type Result, refused } from '../../result.ts'
import { decimal } from '../decimal.ts'
import { dollarsOf, flawOfCounts, flawOfShares } from '../expectation.ts'
import type { UnpriceableReason } from '../unpriceable.ts'
import type { Comparison } from './draft-refine.ts'

/**
 * What requests cost when a share of them is answered from a cache. The look-up is paid by every
 * request, hit or miss.
 * @example 50,000 requests at $0.04 with 34 % hits = $1,320 instead of $2,000
 */
export function cache(
  prices: { readonly imageNano: Nano; readonly lookupNano?: Nano },
  traffic: { readonly requests: number; readonly hitRate: number },
): Result<Comparison, UnpriceableReason> {
  const { requests, hitRate } = traffic
  const flaw = flawOfCounts({ requests }) ?? flawOfShares({ hitRate })
  if (flaw !== undefined) return refused(flaw)
  const misses = decimal(1).minus(hitRate)
  const perRequest = dollarsOf(prices.imageNano)
    .times(misses)
    .plus(dollarsOf(prices.lookupNano ?? 0n))
  return ok({
    costNano: roundToNano(perRequest.times(requests)),
    withoutNano: roundToNano(dollarsOf(prices.imageNano).times(requests)),
  })
}
