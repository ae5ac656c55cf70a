import { canonicalJson } from '../../json.ts'
import { validatePriceBook } from '../price-book.ts'
import { type PriceRow, priceRowsSchema } from '../price-row.ts'
import { type Factor, isWithin } from './factor.ts'
import type { PriceSlot } from './feed-entry.ts'
import { comparePrice, type Standing } from './guard.ts'
import type { HoldReason } from './hold-reason.ts'
import { DISAGREEMENT, factorBetween, type Testimony } from './reconcile.ts'
import { toRow } from './to-row.ts'

/** What becomes of one testimony: it changes nothing, may act, or has to wait. */
export type Weighed =
  | { readonly outcome: 'same' }
  | { readonly outcome: 'act'; readonly rows: readonly PriceRow[] }
  | {
      readonly outcome: 'wait'
      readonly rows: readonly PriceRow[]
      readonly factor: Factor | undefined
      readonly reasons: readonly HoldReason[]
      /** No confirmation can help: there is nothing that could act. */
      readonly isFinal: boolean
    }

/** What a testimony is weighed against. */
export interface Scales extends Standing {
  readonly slot: PriceSlot
  /** Whether `exact` holds today, or held last. */
  readonly isHolding: boolean
  /** The feed's rows of the slot. */
  readonly own: readonly PriceRow[]
  /** Rows of the feed for the other slots of this offer and operation. */
  readonly beside: readonly PriceRow[]
}

/** Decides whether what a source says of a slot may become its price. */
export function weigh(testimony: Testimony, scales: Scales): Weighed {
  const rows = testimony.entries.map((entry) => toRow(entry, scales.exact))
  const readable = rows.filter((row) => row !== undefined)
  if (readable.length < rows.length) return unreadable(testimony, readable)
  if (isUnchanged(readable, scales)) return { outcome: 'same' }
  const comparisons = readable.map((row) => comparePrice(row, scales))
  const contradicting = contradictions(readable, scales.beside)
  const reasons = [
    ...testimony.entries.flatMap(({ doubts }) => doubts),
    ...comparisons.flatMap((comparison) => comparison.reasons),
    ...contradicting,
  ]
  if (reasons.length === 0) return { outcome: 'act', rows: readable }
  const factor = comparisons.at(-1)?.factor
  const isFinal = contradicting.length > 0
  return { outcome: 'wait', rows: readable, factor, reasons: withoutTwins(reasons), isFinal }
}

/**
 * The source that confirms a price: another one that states it too, within 5 %, and dates it no
 * earlier than what it would replace. Undefined when there is none.
 */
export function confirmingSource(
  testimony: Testimony,
  others: readonly Testimony[],
  standing: PriceRow | undefined,
): string | undefined {
  return others.find((other) => {
    const last = other.entries.at(-1)
    if (other.source.id === testimony.source.id || last === undefined) return false
    if (last.doubts.length > 0 || last.validFrom < (standing?.valid_from ?? '')) return false
    const factor = factorBetween(testimony, other)
    return factor !== undefined && isWithin(factor, DISAGREEMENT)
  })?.source.id
}

/** Says what holds today, or what the feed's rows say already, day by day. */
function isUnchanged(rows: readonly PriceRow[], { exact, isHolding, own }: Scales): boolean {
  const isKnown = (row: PriceRow): boolean =>
    own.some((old) => old.valid_from === row.valid_from && isSamePrice(old, row))
  if (rows.length > 0 && rows.every(isKnown)) return isHolding
  const [only] = rows
  if (only === undefined || exact === undefined || rows.length > 1) return false
  return isHolding && isSamePrice(only, exact)
}

/** Whether two rows charge the same, whenever and wherever they were read. */
const isSamePrice = (first: PriceRow, second: PriceRow): boolean =>
  priceText(first) === priceText(second)

const priceText = ({ components, modifiers, billed_on, valid_to }: PriceRow): string =>
  canonicalJson([components, modifiers ?? [], billed_on, valid_to])

function unreadable(testimony: Testimony, rows: readonly PriceRow[]): Weighed {
  const foreign = testimony.entries.find(({ currency }) => currency !== 'USD')
  const reason: HoldReason =
    foreign === undefined
      ? { code: 'unreadable', text: 'no price structure can read it' }
      : { code: 'currency_change', text: `the price is in ${foreign.currency}, without a rate` }
  return { outcome: 'wait', rows, factor: undefined, reasons: [reason], isFinal: true }
}

function contradictions(rows: readonly PriceRow[], beside: readonly PriceRow[]): HoldReason[] {
  const parsed = priceRowsSchema.safeParse([...beside, ...rows])
  if (!parsed.success) return [{ code: 'unreadable', text: 'the rows cannot stand in a book' }]
  const [problem] = validatePriceBook(parsed.data)
  return problem === undefined ? [] : [{ code: 'contradicts_book', text: problem }]
}

function withoutTwins(reasons: readonly HoldReason[]): readonly HoldReason[] {
  const codes = new Set<string>()
  return reasons.filter(({ code }) => !codes.has(code) && codes.add(code))
}
