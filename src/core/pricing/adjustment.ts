import { dollarsFromNano, type Nano, sumNano } from '../money.ts'
import { type ChargeLine, chargeLine } from './charge.ts'
import { type Decimal, decimal } from './decimal.ts'

/** The sum of the lines so far, in the currency of the price. */
export const subtotalOf = (lines: readonly ChargeLine[]): Nano =>
  sumNano(lines.map(({ amountNano }) => amountNano))

/**
 * The lines, and one more that brings their sum to `factor` times what it was. Negative for a
 * discount. A line of its own, so that a bill shows what was added or taken off. Nothing charged
 * stays nothing.
 */
export function scaledBy(
  lines: readonly ChargeLine[],
  factor: Decimal,
  naming: { readonly kind: string; readonly label: string },
): readonly ChargeLine[] {
  const rate = factor.minus(1)
  const subtotal = subtotalOf(lines)
  if (subtotal === 0n || rate.eq(0)) return lines
  const quantity = decimal(dollarsFromNano(subtotal))
  const line = { ...naming, quantity, unit: 'charged so far', rate: rate.toFixed() }
  return [...lines, chargeLine(line)]
}

/** The lines, and one more that brings their sum to a total. */
export function raisedTo(
  lines: readonly ChargeLine[],
  total: Nano,
  naming: { readonly kind: string; readonly label: string },
): readonly ChargeLine[] {
  const difference = total - subtotalOf(lines)
  if (difference === 0n) return lines
  const line = { ...naming, quantity: 1, unit: 'call', rate: dollarsFromNano(difference) }
  return [...lines, chargeLine(line)]
}
