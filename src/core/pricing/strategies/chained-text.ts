import { type Nano, roundToNano } from '../../money.ts'
import { ok, type Result, refused } from '../../result.ts'
import { dollarsOf, flawOfCounts } from '../expectation.ts'
import type { UnpriceableReason } from '../unpriceable.ts'

/**
 * Images whose prompts are written by a text model first.
 * @example one image of $0.012 and one prompt of $0.003 = $0.015
 */
export function chainedText(
  prices: { readonly imageNano: Nano; readonly textNano: Nano },
  counts: { readonly images: number; readonly texts: number },
): Result<Nano, UnpriceableReason> {
  const flaw = flawOfCounts({ ...counts })
  if (flaw !== undefined) return refused(flaw)
  const images = dollarsOf(prices.imageNano).times(counts.images)
  return ok(roundToNano(images.plus(dollarsOf(prices.textNano).times(counts.texts))))
}
