import type { Nano } from '../../money.ts'
import { roundToNano } from '../../money.ts'
import { ok, type Result, refused } from '../../result.ts'
import { dollarsOf, flawOfCounts } from '../expectation.ts'
import type { UnpriceableReason } from '../unpriceable.ts'

/** What a strategy costs beside doing the same without it. */
export interface Comparison {
  readonly costNano: Nano
  readonly withoutNano: Nano
}

/**
 * Cheap drafts to choose from, and one dear picture of the chosen one, beside as many dear ones as
 * there are drafts.
 * @example 4 drafts at $0.003 and one final at $0.08 = $0.092 instead of $0.32
 */
export function draftRefine(
  prices: { readonly draftNano: Nano; readonly finalNano: Nano },
  drafts: number,
): Result<Comparison, UnpriceableReason> {
  const flaw = flawOfCounts({ drafts })
  if (flaw !== undefined) return refused(flaw)
  const { draftNano, finalNano } = prices
  return ok({
    costNano: roundToNano(dollarsOf(draftNano).times(drafts)) + finalNano,
    withoutNano: roundToNano(dollarsOf(finalNano).times(drafts)),
  })
}
