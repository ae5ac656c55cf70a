import Big from 'big.js'
import { z } from 'zod'

/** Digits kept after the point when a rate must be divided (credit packs, binary megapixels). */
const DIVISION_DECIMALS = 30
/** Longest rate; the finest published one (per pixel, per token) has 12 decimals. */
const MAX_RATE_CHARACTERS = 40

/** Own constructor: division precision is a setting of the constructor, and settings are shared. */
const Decimal = Big()
Decimal.DP = DIVISION_DECIMALS

/** An exact decimal; binary fractions never touch a price. */
export type Decimal = Big

/** Rates and small counts that were read before: every quote reads the same few again. */
const knownDecimals = new Map<string | number, Decimal>()
/** Values that are kept; a book has some hundred different rates. */
const MAX_KNOWN_DECIMALS = 10_000

/** Reads a rate or a count. Counts are finite numbers; a rate is always a string. */
export function decimal(value: string | number | Big): Decimal {
  if (typeof value === 'object') return new Decimal(value)
  const known = knownDecimals.get(value)
  if (known !== undefined) return known
  const made = new Decimal(value)
  if (knownDecimals.size >= MAX_KNOWN_DECIMALS) knownDecimals.clear()
  knownDecimals.set(value, made)
  return made
}

/** A quotient to 30 decimals, as a plain decimal string that can serve as a rate. */
export const quotient = (dividend: string | Decimal, divisor: string | Decimal): string =>
  decimal(dividend).div(divisor).toFixed()

/** A decimal with its point moved. @example shiftDecimal('0.4', -6) // '0.0000004' */
export const shiftDecimal = (value: string, places: number): string =>
  decimal(value).times(new Decimal(10).pow(places)).toFixed()

/** A rate as it stands in a price book: a plain decimal string, never a JSON number. */
export const rateSchema = z
  .string()
  .max(MAX_RATE_CHARACTERS)
  .regex(/^\d+(\.\d+)?$/, 'must be a plain decimal string such as "0.0336"')

/** A rate above zero: what carries the price of a structure. Unknown cost must never look free. */
export const positiveRateSchema = rateSchema.refine(isPositive, 'must be greater than zero')

/** A rate that may be unknown: null or absent. Unknown is not free. */
export const unknownableRateSchema = rateSchema.nullish()

/** Whether a rate is above zero. */
export function isPositive(rate: string): boolean {
  return /[1-9]/.test(rate)
}
