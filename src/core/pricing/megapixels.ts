import Big from 'big.js'
import { z } from 'zod'
import { type Decimal, decimal } from './decimal.ts'

/** The area that many providers sell as one megapixel, whatever their base. */
const ONE_SQUARE_IMAGE = 1024 * 1024

/**
 * Fields of every component that counts megapixels: a megapixel is not one unit, each offer says
 * how it counts. Defaults are the reading of Black Forest Labs' pricing page (2026): whole
 * megapixels of 2²⁰ pixels, rounded up.
 */
export const megapixelFields = {
  /** Pixels per megapixel; absent = 1,048,576. */
  mp_base: z.union([z.literal(1_000_000), z.literal(1_048_576)]).optional(),
  /** Rounding to whole megapixels; absent = `ceil`. */
  rounding: z.enum(['ceil', 'nearest', 'none']).optional(),
  /** Whether everything up to the area of 1024×1024 counts as one megapixel; absent = no. */
  snap_1024: z.boolean().optional(),
}

/** How an offer counts megapixels. */
export interface MegapixelSettings {
  readonly mp_base?: 1_000_000 | 1_048_576 | undefined
  readonly rounding?: 'ceil' | 'nearest' | 'none' | undefined
  readonly snap_1024?: boolean | undefined
}

const roundingModes = { ceil: Big.roundUp, nearest: Big.roundHalfUp } as const

/** Megapixels of one image as an offer bills them. A whole count is never below one. */
export function megapixelsOf(
  image: { readonly width: number; readonly height: number },
  settings: MegapixelSettings,
): Decimal {
  const base = settings.mp_base ?? 1_048_576
  const rounding = settings.rounding ?? 'ceil'
  const pixels = image.width * image.height
  // Whole megapixels of any real picture are exact in binary numbers too, and much faster.
  if (rounding !== 'none' && Number.isSafeInteger(pixels) && pixels <= MOST_EXACT_PIXELS) {
    if (settings.snap_1024 && pixels <= ONE_SQUARE_IMAGE) return decimal(1)
    const whole = rounding === 'ceil' ? Math.ceil(pixels / base) : Math.round(pixels / base)
    return decimal(Math.max(1, whole))
  }
  return slowMegapixels(image, base, rounding, settings.snap_1024 === true)
}

/** Below it, a quotient of whole numbers that is no whole number is not rounded to one. */
const MOST_EXACT_PIXELS = 2 ** 40

function slowMegapixels(
  image: { readonly width: number; readonly height: number },
  base: number,
  rounding: 'ceil' | 'nearest' | 'none',
  hasSnap: boolean,
): Decimal {
  const pixels = decimal(image.width).times(image.height)
  if (hasSnap && pixels.lte(ONE_SQUARE_IMAGE)) return decimal(1)
  const exact = pixels.div(base)
  if (rounding === 'none') return exact
  const whole = exact.round(0, roundingModes[rounding])
  return whole.lt(1) ? decimal(1) : whole
}
