import { type Nano, nanoFromProduct, sumNano } from '../money.ts'
import { type Decimal, decimal } from './decimal.ts'

/** One line of a bill: so many units of something at a rate. */
export interface ChargeLine {
  /** The price structure that wrote the line. */
  readonly kind: string
  /** What is paid for, for people: `output image, medium, 1536x1024`. */
  readonly label: string
  /** Exact decimal. */
  readonly quantity: string
  /** Singular: `image`, `megapixel`, `token`, `credit`. */
  readonly unit: string
  /** Dollars per unit, exact decimal. */
  readonly rate: string
  /** Quantity × rate, rounded once. */
  readonly amountNano: Nano
}

/** What a call costs, explained. */
export interface Charge {
  readonly lines: readonly ChargeLine[]
  /** The sum of the lines. */
  readonly totalNano: Nano
}

/** Writes a line; the one place where quantity and rate become money. */
export function chargeLine(line: {
  readonly kind: string
  readonly label: string
  readonly quantity: number | Decimal
  readonly unit: string
  readonly rate: string
}): ChargeLine {
  const { kind, label, unit, rate } = line
  // Most quantities are a few images: they need no decimal arithmetic.
  const isCount = typeof line.quantity === 'number' && Number.isSafeInteger(line.quantity)
  const quantity = isCount ? String(line.quantity) : decimal(line.quantity).toFixed()
  return { kind, label, quantity, unit, rate, amountNano: nanoFromProduct(quantity, rate) }
}

/** Adds the lines up. */
export const totalled = (lines: readonly ChargeLine[]): Charge => ({
  lines,
  totalNano: sumNano(lines.map((line) => line.amountNano)),
})
