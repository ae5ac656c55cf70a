import { nanoFromDollars } from '../../money.ts'
import { type PriceRow, priceRowSchema } from '../price-row.ts'
import { type Factor, factorFrom, factorOf } from './factor.ts'
import { type PriceSlot, slotKey, slotOf } from './feed-entry.ts'
import { type HoldReason, holdReasonOf, plausibleDollars } from './hold-reason.ts'
import { rateRatios, ratesOf } from './rates.ts'
import { quoteReferences, type ReferenceQuotes } from './reference-quote.ts'

/** What a new price is compared with. */
export interface Standing {
  /** The row of the very same slot that holds, or held last. */
  readonly exact: PriceRow | undefined
  /** All rows of the offer and operation that hold. */
  readonly rows: readonly PriceRow[]
}

/** How a new price compares, and what forbids to act on it at once. */
export interface Comparison {
  /** Undefined when nothing held before, or nothing could be compared. */
  readonly factor: Factor | undefined
  readonly reasons: readonly HoldReason[]
}

const PLAUSIBLE_NANO = {
  least: nanoFromDollars(String(plausibleDollars.least)),
  most: nanoFromDollars(String(plausibleDollars.most)),
}
/** Any day: rows are compared without their dates. */
const SOME_DAY = '2000-01-01'

/**
 * Compares a new price with what holds. Two measures, and either can hold it back: the reference
 * requests, which see through a change of structure, and each rate by itself, because a mistake in
 * a rate that weighs little in them can be ruinous for other requests.
 */
export function comparePrice(next: PriceRow, standing: Standing): Comparison {
  const slot = slotOf(next)
  const after = quoteReferences([undated(next)], slot, SOME_DAY)
  const rows = standing.exact === undefined ? standing.rows : [standing.exact]
  const before = quoteReferences(rows.map(undated), slot, SOME_DAY)
  const factor = factorOf(before, after)
  const reasons = [
    zeroReason(next, after),
    factor === undefined ? undefined : holdReasonOf(factor),
    rateReason(next, standing.exact),
    currencyReason(next, rows),
    before.size === 0 ? plausibilityReason(after) : undefined,
    isBlind(before, after, factor, standing.exact)
      ? { code: 'not_comparable' as const, text: 'no reference request has both prices' }
      : undefined,
  ]
  return { factor, reasons: distinct(reasons.flatMap((reason) => reason ?? [])) }
}

/** A row that holds for ever; tariffs are compared, not calendars. */
function undated(row: PriceRow): PriceRow {
  return priceRowSchema.parse({ ...row, valid_from: SOME_DAY, valid_to: null })
}

/** The row of a slot that holds on a day, else the one that held last, else the first to come. */
export function standingRow(
  rows: readonly PriceRow[],
  slot: PriceSlot,
  day: string,
): PriceRow | undefined {
  const own = rows
    .filter((row) => slotKey(slotOf(row)) === slotKey(slot))
    .sort((first, second) => (first.valid_from < second.valid_from ? -1 : 1))
  return own.findLast((row) => row.valid_from <= day) ?? own[0]
}

function zeroReason(next: PriceRow, after: ReferenceQuotes): HoldReason | undefined {
  const isFree = [...after.values()].some((nano) => nano <= 0n)
  const text = `${next.offer} would be free at some request`
  return isFree ? { code: 'zero', text } : undefined
}

function rateReason(next: PriceRow, exact: PriceRow | undefined): HoldReason | undefined {
  if (exact === undefined) return undefined
  const factor = factorFrom(rateRatios(ratesOf(exact), ratesOf(next)))
  return factor === undefined ? undefined : holdReasonOf(factor)
}

function currencyReason(next: PriceRow, rows: readonly PriceRow[]): HoldReason | undefined {
  const [first] = rows
  if (first === undefined || currencyOf(first) === currencyOf(next)) return undefined
  const text = `the price was in ${currencyOf(first)} and is now in ${currencyOf(next)}`
  return { code: 'currency_change', text }
}

/** The currency that the rates of a row are in. */
export const currencyOf = ({ modifiers = [] }: Pick<PriceRow, 'modifiers'>): string =>
  modifiers.find((modifier) => modifier.kind === 'currency')?.code ?? 'USD'

function plausibilityReason(after: ReferenceQuotes): HoldReason | undefined {
  const odd = [...after].find(
    ([, nano]) => nano < PLAUSIBLE_NANO.least || nano > PLAUSIBLE_NANO.most,
  )
  if (odd === undefined) return undefined
  const { least, most } = plausibleDollars
  const text = `the request ${odd[0]} would not cost between $${least} and $${most}`
  return { code: 'implausible', text }
}

/** Both can be quoted, or the old one could, and yet nothing compares. */
const isBlind = (
  before: ReferenceQuotes,
  after: ReferenceQuotes,
  factor: Factor | undefined,
  exact: PriceRow | undefined,
): boolean => factor === undefined && exact !== undefined && before.size + after.size > 0

function distinct(reasons: readonly HoldReason[]): readonly HoldReason[] {
  const seen = new Set<string>()
  return reasons.filter(({ code }) => !seen.has(code) && seen.add(code))
}
