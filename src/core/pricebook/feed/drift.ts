import type { Nano } from '../../money.ts'
import type { Instant } from '../../time.ts'

/** Per bill, this much of a difference is noise. */
const SLACK = 0.05
/** Differences beyond the noise that add up to this are an alarm. */
const THRESHOLD = 0.5
/** A bill counts as at most this many times the expected one, or one mistake would decide. */
const MOST_RATIO = 10
const SCALE = 1_000_000_000n

/** What the bills of one offer add up to, in both directions. Plain data, kept between bills. */
export interface DriftState {
  /** Bills above what was expected. */
  readonly above: number
  /** Bills below what was expected. */
  readonly below: number
  readonly bills: number
  /** Since when an alarm stands; null = none. */
  readonly alarmedAt: Instant | null
  readonly direction: 'dearer' | 'cheaper' | null
}

/** Before the first bill, and after an alarm was dealt with. */
export const noDrift: DriftState = {
  above: 0,
  below: 0,
  bills: 0,
  alarmedAt: null,
  direction: null,
}

/** One bill beside what the book made of the same call. */
export interface DriftBill {
  readonly billedNano: Nano
  readonly expectedNano: Nano
  readonly at: Instant
}

/**
 * The state after a bill: a cumulative sum (CUSUM) of what bills differ beyond the noise. It finds
 * a price that was changed without notice within a few bills, and forgets single outliers. An alarm
 * stands until {@link noDrift} begins anew; a bill without an expectation says nothing.
 * @example bills at 1.5 times the expectation: 0.45, then 0.90, which is an alarm
 */
export function nextDrift(state: DriftState, bill: DriftBill): DriftState {
  if (bill.expectedNano <= 0n || bill.billedNano < 0n) return state
  const exact = Number((bill.billedNano * SCALE) / bill.expectedNano) / Number(SCALE)
  const ratio = Math.min(exact, MOST_RATIO)
  const above = Math.max(0, state.above + ratio - 1 - SLACK)
  const below = Math.max(0, state.below + 1 - ratio - SLACK)
  const next = { ...state, above, below, bills: state.bills + 1 }
  if (state.alarmedAt !== null) return next
  if (above > THRESHOLD) return { ...next, alarmedAt: bill.at, direction: 'dearer' }
  if (below > THRESHOLD) return { ...next, alarmedAt: bill.at, direction: 'cheaper' }
  return next
}
