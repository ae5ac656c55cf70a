import { type Nano, roundToNano } from '../../money.ts'
import { ok, type Result, refused } from '../../result.ts'
import { decimal } from '../decimal.ts'
import { flawOfCounts } from '../expectation.ts'
import type { UnpriceableReason } from '../unpriceable.ts'

const SECONDS_PER_MINUTE = 60

/** What the caller pays for a process that waits: exact decimal strings of dollars. */
export type WaitingRate =
  | { readonly usdPerGigabyteSecond: string; readonly gigabytes: number }
  | { readonly usdPerMinute: string }

/**
 * What waiting for a slow answer costs the caller, on top of the image: a serverless function is
 * paid while it waits. A webhook brings it to nearly nothing.
 * @example 45 seconds at $0.0001 a minute = $0.000075
 */
export function callerCompute(
  rate: WaitingRate,
  waitSeconds: number,
): Result<Nano, UnpriceableReason> {
  const gigabytes = 'gigabytes' in rate ? rate.gigabytes : 1
  const flaw = flawOfCounts({ waitSeconds, gigabytes })
  if (flaw !== undefined) return refused(flaw)
  const dollars =
    'usdPerMinute' in rate
      ? decimal(rate.usdPerMinute).times(waitSeconds).div(SECONDS_PER_MINUTE)
      : decimal(rate.usdPerGigabyteSecond).times(gigabytes).times(waitSeconds)
  return ok(roundToNano(dollars))
}
