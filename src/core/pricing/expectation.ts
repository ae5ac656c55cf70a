import type { Nano } from '../money.ts'
import { type Decimal, decimal } from './decimal.ts'
import { type UnpriceableReason, unpriceable } from './unpriceable.ts'

const DOLLARS_PER_NANO = '0.000000001'

/** An amount as exact dollars, for formulas that multiply and divide before they are rounded. */
export const dollarsOf = (amount: Nano): Decimal => decimal(String(amount)).times(DOLLARS_PER_NANO)

/** What of these is no share from 0 to 1, if anything. */
export function flawOfShares(
  shares: Readonly<Record<string, number>>,
): UnpriceableReason | undefined {
  return flawOf(shares, (share) => share >= 0 && share <= 1)
}

/** What of these is no count: neither negative nor infinite, if anything. */
export function flawOfCounts(
  counts: Readonly<Record<string, number>>,
): UnpriceableReason | undefined {
  return flawOf(counts, (count) => count >= 0 && count <= Number.MAX_SAFE_INTEGER)
}

/** The reason why there is no cost per accepted image: none is ever accepted. */
export const neverAccepted = (subject: string): UnpriceableReason =>
  unpriceable('invalid_usage', subject, 'where no image is accepted, none has a finite cost')

function flawOf(
  values: Readonly<Record<string, number>>,
  isPossible: (value: number) => boolean,
): UnpriceableReason | undefined {
  const found = Object.entries(values).find(([, value]) => !isPossible(value))
  if (found === undefined) return undefined
  const [name, value] = found
  return unpriceable('invalid_usage', name, `${name} cannot be ${String(value)}`)
}
