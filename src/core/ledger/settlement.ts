import type { UsageEstimate } from '../catalog/call-plan.ts'
import type { ProviderFailure } from '../errors/provider-failure.ts'
import type { Attempt } from '../jobs/request-record.ts'
import { type Nano, nanoFromDollars } from '../money.ts'
import type { PriceRow } from '../pricebook/price-row.ts'
import type { ChargeLine } from '../pricing/charge.ts'
import { rate } from '../pricing/rate.ts'
import type { Usage } from '../pricing/usage.ts'

/** A reported cost this far from the book's is an alert (2 %, in basis points). */
export const DRIFT_BASIS_POINTS = 200n

/** The end of a call, as far as money is concerned. */
export interface BillableOutcome {
  /** Pictures that came. */
  readonly images: number
  /** Pictures that did not come, each with what the provider says about charging for it. */
  readonly failures: readonly ProviderFailure[]
  readonly usage: Partial<Usage>
  readonly reportedDollars?: string
}

/** What an attempt cost and how we know. */
export interface Settlement {
  readonly costNano: Nano
  readonly basis: NonNullable<Attempt['costBasis']>
  readonly lines: readonly ChargeLine[]
  readonly usage: Usage
  /** The book's price, for comparison with a reported one. */
  readonly bookNano: Nano
  readonly hasDrifted: boolean
}

/**
 * What a call cost. The provider's own number wins; zero from a provider that did work is not
 * believed and the book's price is booked as suspected. Pictures that are not billed cost nothing;
 * when nobody knows whether a call was billed, the book's price is suspected.
 */
export function settleCall(
  outcome: BillableOutcome,
  terms: { readonly row: PriceRow; readonly estimate: UsageEstimate },
): Settlement {
  const billedFailures = outcome.failures.filter((failure) => failure.billed !== false)
  const billedImages = outcome.images + billedFailures.length
  const isUnsure = outcome.failures.some((failure) => failure.billed === 'unknown')
  const usage: Usage = { ...terms.estimate.expected, ...outcome.usage, images: billedImages }
  if (billedImages === 0 && outcome.reportedDollars === undefined) {
    const nothing = { costNano: 0n, bookNano: 0n, lines: [], usage, hasDrifted: false }
    return { ...nothing, basis: 'not_billed' }
  }
  const rated = rate(terms.row, usage)
  const fallback = rate(terms.row, { ...terms.estimate.high, images: Math.max(1, billedImages) })
  const charge = rated.ok ? rated.charge : fallback.ok ? fallback.charge : undefined
  const bookNano = charge?.totalNano ?? 0n
  const lines = charge?.lines ?? []
  const shared = { lines, usage, bookNano }
  const reported =
    outcome.reportedDollars === undefined ? undefined : nanoFromDollars(outcome.reportedDollars)
  if (reported !== undefined && (reported > 0n || billedImages === 0)) {
    const distance = reported > bookNano ? reported - bookNano : bookNano - reported
    const hasDrifted = distance * 10_000n > bookNano * DRIFT_BASIS_POINTS
    return { ...shared, costNano: reported, basis: 'reported', hasDrifted }
  }
  const isSuspected = isUnsure || reported === 0n || !rated.ok
  const basis = isSuspected ? 'suspected' : 'book'
  return { ...shared, costNano: bookNano, basis, hasDrifted: reported === 0n }
}
