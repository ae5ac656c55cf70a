import type { UsageEstimate } from '../catalog/call-plan.ts'
import { failureRules, type ProviderFailure } from '../errors/provider-failure.ts'
import type { Attempt } from '../jobs/request-record.ts'
import { type Nano, roundToNano } from '../money.ts'
import type { PriceRow } from '../pricebook/price-row.ts'
import type { ChargeLine } from '../pricing/charge.ts'
import { decimal } from '../pricing/decimal.ts'
import { rate } from '../pricing/rate.ts'
import type { Usage } from '../pricing/usage.ts'

/** A reported cost this far from the book's is an alert (2 %, in basis points). */
export const DRIFT_BASIS_POINTS = 200n

/** A report beyond a million dollars for one call is a mistake of the provider's. */
const MOST_BELIEVED_NANO = 1_000_000_000_000_000n

/** The end of a call, as far as money is concerned. */
export interface BillableOutcome {
  /** Pictures that came. */
  readonly images: number
  /** Pictures that did not come, each with what the provider says about charging for it. */
  readonly failures: readonly ProviderFailure[]
  readonly usage: Partial<Usage>
  /** Pictures came, and what was to be told after them did not. */
  readonly hasBrokenOff?: boolean
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
 * What a call cost. The provider's own number wins; zero, or what is no amount, from a provider
 * that did work is not believed and the book's price is booked as suspected. Pictures that are not
 * billed cost nothing; when nobody knows whether a call was billed, or one that failed or
 * broke off does not say what it used, the book's price is suspected.
 * Never throws: whatever a provider says, money that was spent has to be booked.
 */
export function settleCall(
  outcome: BillableOutcome,
  terms: { readonly row: PriceRow; readonly estimate: UsageEstimate },
): Settlement {
  const { row, estimate } = terms
  const billing = outcome.failures.map((failure) => isBilled(failure, row))
  // One failure and no picture: the call failed as a whole, with all pictures it was to make.
  const isWhole = outcome.images === 0 && outcome.failures.length === 1
  const perFailure = isWhole ? Math.max(1, estimate.expected.images) : 1
  const billedImages = outcome.images + billing.filter((billed) => billed).length * perFailure
  const usage: Usage = { ...estimate.expected, ...known(outcome.usage), images: billedImages }
  const reported = readReport(outcome.reportedDollars)
  if (billedImages === 0) return settleUnbilled(usage, reported)
  const rated = rate(row, usage)
  const priced = rated.ok ? rated : rate(row, { ...estimate.high, images: billedImages })
  const charge = priced.ok ? priced.charge : undefined
  const bookNano = charge?.totalNano ?? 0n
  const shared = { lines: charge?.lines ?? [], usage, bookNano }
  if (reported !== undefined && reported > 0n) {
    const distance = reported > bookNano ? reported - bookNano : bookNano - reported
    const hasDrifted = distance * 10_000n > bookNano * DRIFT_BASIS_POINTS
    return { ...shared, costNano: reported, basis: 'reported', hasDrifted }
  }
  const isDoubtful = outcome.reportedDollars !== undefined
  const highest = rate(row, { ...estimate.high, ...known(outcome.usage), images: billedImages })
  // A failed answer often says nothing of its tokens or seconds, nor does one that broke off; then
  // the price is a guess.
  const isShort = outcome.images === 0 || outcome.hasBrokenOff === true
  const isGuess = isShort && (!highest.ok || highest.charge.totalNano !== charge?.totalNano)
  const isSuspected = billing.includes('unknown') || isDoubtful || !rated.ok || isGuess
  const basis = isSuspected ? 'suspected' : 'book'
  return { ...shared, costNano: bookNano, basis, hasDrifted: isDoubtful || bookNano === 0n }
}

/** The book asks nothing; a provider that asks for money all the same is booked and is an alert. */
function settleUnbilled(usage: Usage, reported: Nano | undefined): Settlement {
  const costNano = reported !== undefined && reported > 0n ? reported : 0n
  const basis = reported === undefined ? 'not_billed' : 'reported'
  return { costNano, basis, lines: [], usage, bookNano: 0n, hasDrifted: costNano > 0n }
}

/**
 * What a failure's provider says; for a refusal of content the price row knows its terms better.
 */
function isBilled({ class: failed, billed }: ProviderFailure, row: PriceRow): boolean | 'unknown' {
  if (billed !== failureRules[failed].billed) return billed
  if (failed === 'content_policy_input') return row.billed_on.moderated_input
  return failed === 'content_policy_output' ? row.billed_on.moderated_output : billed
}

/** A provider's charge, rounded to nano-dollars; undefined when it is no believable amount. */
function readReport(dollars: string | undefined): Nano | undefined {
  if (dollars === undefined) return undefined
  try {
    const reported = roundToNano(decimal(dollars))
    return reported >= 0n && reported <= MOST_BELIEVED_NANO ? reported : undefined
  } catch {
    return undefined
  }
}

/** Without members that are there but undefined: they must not hide the estimate. */
const known = (usage: Partial<Usage>): Partial<Usage> =>
  Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined))
