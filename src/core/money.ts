import Big from 'big.js'

/**
 * An amount of money in nano-dollars (10⁻⁹ US dollars). Sums are exact; rates, which need more
 * decimals than that, are decimal strings and become nano-dollars once per charge line.
 */
export type Nano = bigint

/** Nano-dollars in one dollar. */
const NANO_PER_DOLLAR = 1_000_000_000n
const NANO_DECIMALS = 9
/** Longest text read as an amount; 10⁵⁰ dollars is a mistake, and parsing must stay cheap. */
const MAX_AMOUNT_CHARACTERS = 60
const AMOUNT_PATTERN = /^-?\d+(\.\d+)?$/

/** A text that is no exact amount of money. */
export class MoneyError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MoneyError'
  }
}

/**
 * Reads a plain decimal number of dollars, exactly: no exponent, no sign but minus, no spaces.
 * @throws MoneyError when the text is no such number or is finer than a nano-dollar.
 */
export function nanoFromDollars(text: string): Nano {
  if (text.length > MAX_AMOUNT_CHARACTERS || !AMOUNT_PATTERN.test(text)) {
    const shown = JSON.stringify(text.slice(0, MAX_AMOUNT_CHARACTERS))
    throw new MoneyError(`not a decimal number of dollars: ${shown}`)
  }
  const isNegative = text.startsWith('-')
  const [whole = '0', fraction = ''] = (isNegative ? text.slice(1) : text).split('.')
  if (/[1-9]/.test(fraction.slice(NANO_DECIMALS))) {
    throw new MoneyError(`finer than a nano-dollar: ${JSON.stringify(text)}`)
  }
  const nano =
    BigInt(whole) * NANO_PER_DOLLAR +
    BigInt(fraction.slice(0, NANO_DECIMALS).padEnd(NANO_DECIMALS, '0'))
  return isNegative ? -nano : nano
}

/**
 * Prints an amount as the decimal string that files, wire and database carry: exact, without
 * exponent or trailing zeros, `0` for nothing. {@link nanoFromDollars} reads it back unchanged.
 */
export function dollarsFromNano(nano: Nano): string {
  const { sign, whole, fraction } = partsOf(nano)
  const decimals = fraction.replace(/0+$/, '')
  return `${sign}${whole}${decimals === '' ? '' : `.${decimals}`}`
}

/**
 * Prints an amount for people, rounded half up: `$1,320.00`, `$0.04`, `$0.0336`, `$0.00042`. From
 * one dollar on it has cents; below, four decimals or as many as two significant digits take,
 * without zeros at the end beyond the cents. Never feed it back into a computation.
 */
export function formatDollars(nano: Nano): string {
  const { fraction, whole } = partsOf(nano)
  const leadingZeros = /^0*/.exec(fraction)?.[0].length ?? 0
  const decimals = whole !== 0n ? 2 : Math.min(NANO_DECIMALS, Math.max(4, leadingZeros + 2))
  const unit = 10n ** BigInt(NANO_DECIMALS - decimals)
  const magnitude = nano < 0n ? -nano : nano
  const rounded = partsOf(((magnitude + unit / 2n) / unit) * unit)
  const cents = rounded.fraction.slice(0, 2)
  const beyondCents = rounded.fraction.slice(2).replace(/0+$/, '')
  const grouped = rounded.whole.toString().replace(/\B(?=(\d{3})+$)/g, ',')
  return `${nano < 0n ? '-' : ''}$${grouped}.${cents}${beyondCents}`
}

/**
 * THE rounding of money: dollars to whole nano-dollars, half up (away from zero), as invoices do.
 * Every charge line passes here exactly once; nothing else in the code rounds money.
 */
export const roundToNano = (dollars: Big): Nano =>
  BigInt(dollars.times(NANO_PER_DOLLAR).round(0, Big.roundHalfUp).toFixed(0))

/**
 * Quantity times rate, two plain decimal numbers of any length, rounded by the same rule. Exact
 * whole numbers are several times faster than decimal arithmetic, and every line of every quote
 * comes by here.
 */
export function nanoFromProduct(quantity: string, rate: string): Nano {
  const [one, other] = [scaled(quantity), scaled(rate)]
  const product = one.units * other.units
  const decimals = one.decimals + other.decimals
  if (decimals <= NANO_DECIMALS) return product * 10n ** BigInt(NANO_DECIMALS - decimals)
  const unit = 10n ** BigInt(decimals - NANO_DECIMALS)
  const half = unit / 2n
  return product < 0n ? (product - half) / unit : (product + half) / unit
}

/** A decimal number as a whole number of its last digit. */
interface Scaled {
  readonly units: bigint
  readonly decimals: number
}

/** Rates and small counts come again with every quote. */
const scaledTexts = new Map<string, Scaled>()
/** Texts that are kept; a book has some hundred different rates. */
const MAX_SCALED_TEXTS = 10_000

function scaled(text: string): Scaled {
  const known = scaledTexts.get(text)
  if (known !== undefined) return known
  const point = text.indexOf('.')
  const made: Scaled =
    point < 0
      ? { units: BigInt(text), decimals: 0 }
      : {
          units: BigInt(text.slice(0, point) + text.slice(point + 1)),
          decimals: text.length - point - 1,
        }
  if (scaledTexts.size >= MAX_SCALED_TEXTS) scaledTexts.clear()
  scaledTexts.set(text, made)
  return made
}

/** The sum of amounts; nothing sums to 0. */
export const sumNano = (amounts: Iterable<Nano>): Nano => {
  let total = 0n
  for (const amount of amounts) total += amount
  return total
}

function partsOf(nano: Nano): { sign: string; whole: bigint; fraction: string } {
  const magnitude = nano < 0n ? -nano : nano
  return {
    sign: nano < 0n ? '-' : '',
    whole: magnitude / NANO_PER_DOLLAR,
    fraction: (magnitude % NANO_PER_DOLLAR).toString().padStart(NANO_DECIMALS, '0'),
  }
}
