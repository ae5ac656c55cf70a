import type { Nano } from '../money.ts'
import type { ChargeLine } from '../pricing/charge.ts'
import { rate } from '../pricing/rate.ts'
import { type UnpriceableReason, unpriceable } from '../pricing/unpriceable.ts'
import type { Usage } from '../pricing/usage.ts'
import { dayOf, type Instant } from '../time.ts'
import { type PriceBook, type PriceKey, priceAt } from './price-book.ts'
import type { PriceRow } from './price-row.ts'

/** What a call would cost, before it is made. */
export interface Quote {
  readonly lowNano: Nano
  readonly expectedNano: Nano
  /** What the call can cost at worst; this is what is held. */
  readonly highNano: Nano
  /** The row of the book that holds for the call. */
  readonly row: PriceRow
  /** The lines of the expected charge. */
  readonly lines: readonly ChargeLine[]
}

/** A quote, or why there is none; an offer without a quote is not callable. */
export type Quoted =
  | { readonly ok: true; readonly quote: Quote }
  | { readonly ok: false; readonly reason: UnpriceableReason }

/**
 * Prices the lowest, expected and highest usage of a call with the row that holds at an instant.
 * The range spans all three charges, whichever is dearest: some tariffs charge less for more (a
 * wide gpt-image-2 picture takes fewer tokens than a smaller square one), and the hold must cover
 * that too.
 */
export function quote(
  book: PriceBook,
  key: PriceKey,
  instant: Instant,
  usages: { readonly low: Usage; readonly expected: Usage; readonly high: Usage },
): Quoted {
  const row = priceAt(book, key, instant)
  if (row === undefined) {
    const text = `there is no price for ${key.operation} by ${key.offer} on ${dayOf(instant)}`
    return { ok: false, reason: unpriceable('no_price', key.offer, text) }
  }
  const { low: least, expected: likely, high: most } = usages
  const expected = rate(row, likely)
  if (!expected.ok) return expected
  const { totalNano: expectedNano, lines } = expected.charge
  // An estimator that knows what a call uses gives one object three times.
  const low = least === likely ? expected : rate(row, least)
  if (!low.ok) return low
  const high = most === likely ? expected : rate(row, most)
  if (!high.ok) return high
  let lowNano = expectedNano
  let highNano = expectedNano
  for (const total of [low.charge.totalNano, high.charge.totalNano]) {
    if (total < lowNano) lowNano = total
    if (total > highNano) highNano = total
  }
  return { ok: true, quote: { lowNano, expectedNano, highNano, row, lines } }
}
