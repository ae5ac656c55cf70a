import type { Factor } from './factor.ts'
import type { Doubt } from './feed-entry.ts'

/** Every reason for which a price waits for a second opinion. */
export type HoldCode =
  | Doubt['code']
  /** More than three times, or less than a third of, what held before. */
  | 'beyond_threefold'
  /** A price that comes to nothing. Unknown cost must never look free. */
  | 'zero'
  | 'negative'
  | 'not_a_number'
  /** No price structure of ours can read it. */
  | 'unreadable'
  /** Another currency than before. */
  | 'currency_change'
  /** A first price so low or so high that it is rather a mistake of units. */
  | 'implausible'
  /** The new price cannot be compared with the old one at any reference request. */
  | 'not_comparable'
  /** Beside the other prices of the offer it would leave the price to chance. */
  | 'contradicts_book'
  /** The source no longer lists the offer; lists lose rows by mistake. */
  | 'disappearing'

/** Why a change waits. */
export interface HoldReason {
  readonly code: HoldCode
  /** One sentence for people. */
  readonly text: string
}

/** A change beyond this, either way, is more often a mistake of units than a price. */
const HOLD_FACTOR = 3

/** Ratios are cut off after nine decimals. */
const RATIO_ERROR = 1e-6

/** What a first price of one reference picture can be, in dollars; public ones are .0005 to .6. */
export const plausibleDollars = { least: 0.0001, most: 20 } as const

/** Mistakes of units that price lists really made: cents, credits, thousands, millions. */
const UNIT_FACTORS = [10, 100, 1_000, 1_000_000] as const
/** A mistake of units comes seldom alone: the true price moved a little as well. */
const UNIT_TOLERANCE = 0.1

/** Why a ratio of new to old forbids to act at once; undefined when it does not. */
export function holdReasonOf(factor: Factor): HoldReason | undefined {
  if (factor.low <= 0) return { code: 'zero', text: 'the new price comes to nothing' }
  const isWithinBounds =
    factor.high <= HOLD_FACTOR + RATIO_ERROR && factor.low * HOLD_FACTOR >= 1 - RATIO_ERROR
  if (isWithinBounds) return undefined
  const ratio = factor.high > HOLD_FACTOR ? factor.high : factor.low
  const unit = UNIT_FACTORS.find(
    (candidate) => isNear(ratio, candidate) || isNear(1 / ratio, candidate),
  )
  if (unit !== undefined) {
    const direction = ratio > 1 ? 'times' : 'divided by'
    const text = `the new price is the old one ${direction} ${unit}, as by a mistake of units`
    return { code: 'unit_error', text }
  }
  const text = `the new price is ${shown(ratio)} times the old one`
  return { code: 'beyond_threefold', text }
}

const isNear = (ratio: number, unit: number): boolean =>
  Math.abs(ratio / unit - 1) <= UNIT_TOLERANCE

const shown = (ratio: number): string => Number(ratio.toPrecision(3)).toString()
