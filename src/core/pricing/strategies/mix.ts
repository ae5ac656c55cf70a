import { type Nano, roundToNano, sumNano } from '../../money.ts'
import { ok, type Result, refused } from '../../result.ts'
import { dollarsOf, flawOfCounts } from '../expectation.ts'
import type { UnpriceableReason } from '../unpriceable.ts'
import type { Comparison } from './draft-refine.ts'

/** So many images at one price. */
export interface MixPart {
  readonly images: number
  readonly imageNano: Nano
}

/**
 * Each kind of picture by the offer that is good enough for it, beside all of them by the dearest.
 * @example 7,000 at $0.003, 2,500 at $0.04 and 500 at $0.08 = $161 instead of $800
 */
export function mix(parts: readonly MixPart[]): Result<Comparison, UnpriceableReason> {
  let images = 0
  let dearest = 0n
  const amounts: Nano[] = []
  for (const part of parts) {
    const flaw = flawOfCounts({ images: part.images })
    if (flaw !== undefined) return refused(flaw)
    images += part.images
    if (part.imageNano > dearest) dearest = part.imageNano
    amounts.push(roundToNano(dollarsOf(part.imageNano).times(part.images)))
  }
  const withoutNano = roundToNano(dollarsOf(dearest).times(images))
  return ok({ costNano: sumNano(amounts), withoutNano })
}
