import Big from 'big.js'
import { type Nano, sumNano } from '../money.ts'
import type { ChargeLine } from '../pricing/charge.ts'
import { type Decimal, decimal } from '../pricing/decimal.ts'
import type { UnpriceableReason } from '../pricing/unpriceable.ts'
import { ok, type Result, refused } from '../result.ts'
import { flawOfMonth, type MonthUsage } from './month.ts'
import { imagesPerHourOf, type Term, termLines } from './terms/index.ts'

/** Digits of the rates in a bill; the finest published price has 12. */
const RATE_DECIMALS = 18

/** What a month costs under a term, with the numbers that must never be mixed. */
export interface MonthBill {
  readonly lines: readonly ChargeLine[]
  /** The sum of the lines. */
  readonly totalNano: Nano
  /**
   * Dollars that one more image would add to the bill: what a router asks. 0 while a commitment is
   * not used up; below 0 where one more image makes all others cheaper; undefined when the contract
   * lets no further image through.
   */
  readonly marginalUsd?: string
  /** Dollars of the bill for each image: what a report says. Undefined for a month without any. */
  readonly effectiveUsd?: string
  /** The most images an hour that the term lets through; absent when it does not limit them. */
  readonly imagesPerHour?: string
}

/**
 * Bills a month by one term of a contract. Never a part of `rate()`: what one call costs under such
 * a term depends on all others of the month.
 */
export function monthBill(term: Term, month: MonthUsage): Result<MonthBill, UnpriceableReason> {
  const flaw = flawOfMonth(month)
  if (flaw !== undefined) return refused(flaw)
  const billed = termLines(term, month)
  if (!billed.ok) return billed
  const lines = billed.value
  const withOneMore = termLines(term, { ...month, images: month.images + 1 })
  const total = exactSum(lines)
  const imagesPerHour = imagesPerHourOf(term)
  return ok({
    lines,
    totalNano: sumNano(lines.map(({ amountNano }) => amountNano)),
    ...(withOneMore.ok ? { marginalUsd: rateText(exactSum(withOneMore.value).minus(total)) } : {}),
    ...(month.images === 0 ? {} : { effectiveUsd: rateText(total.div(month.images)) }),
    ...(imagesPerHour === undefined ? {} : { imagesPerHour }),
  })
}

/** Dollars of lines before any is rounded: a rate may be finer than a nano-dollar. */
const exactSum = (lines: readonly ChargeLine[]): Decimal =>
  lines.reduce((sum, { quantity, rate }) => sum.plus(decimal(quantity).times(rate)), decimal(0))

/** Quotients end somewhere, and the difference of two must not show where. */
const rateText = (rate: Decimal): string => rate.round(RATE_DECIMALS, Big.roundHalfUp).toFixed()
