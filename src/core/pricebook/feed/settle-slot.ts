import type { PriceRow } from '../price-row.ts'
import type { Absence } from './absence.ts'
import type { Custody } from './custody.ts'
import { endedBy, succeed } from './effective.ts'
import { factorOf } from './factor.ts'
import type { PriceSlot } from './feed-entry.ts'
import { standingRow } from './guard.ts'
import { holdReasonOf } from './hold-reason.ts'
import type { Testimony, Verdict } from './reconcile.ts'
import { quoteReferences } from './reference-quote.ts'
import { isOn } from './timeline.ts'
import { curatedSource, type SourceRef } from './trust.ts'
import { confirmingSource, weigh } from './weigh-slot.ts'

/** Everything that bears on one slot. */
export interface Docket {
  readonly slot: PriceSlot
  /** UTC day. */
  readonly today: string
  /** Undefined when no source may speak for the slot. */
  readonly verdict: Verdict | undefined
  /** What a source no longer says of the slot. */
  readonly absenceAt: (sourceId: string) => Absence | undefined
  /** Id of the source of the present rows. */
  readonly origin: string | undefined
  /** The feed's rows of the slot. */
  readonly own: readonly PriceRow[]
  /** All rows of the offer and operation, the book's too, as they lie over each other. */
  readonly offerRows: readonly PriceRow[]
  /** What would hold without the feed's rows of the slot. */
  readonly underRows: readonly PriceRow[]
  /** The feed's rows of the other slots of the offer and operation. */
  readonly feedRows: readonly PriceRow[]
}

/** The feed's rows of a slot, and whose they are. */
export interface SettledSlot {
  readonly rows: readonly PriceRow[]
  readonly origin: string | undefined
}

/** Decides what the feed says of one slot from now on. */
export function settleSlot(docket: Docket, custody: Custody): SettledSlot {
  const { verdict, own, origin, today } = docket
  const kept: SettledSlot = { rows: own, origin }
  const isHolding = own.some((row) => isOn(row, today))
  const silent = { id: origin ?? 'feed', kind: 'own', trust: 'community' } as const
  const absence = origin === undefined ? undefined : docket.absenceAt(origin)
  if (isHolding && absence !== undefined && isMeant(docket, absence, custody)) {
    return { rows: endedBy(own, today), origin }
  }
  if (verdict === undefined || verdict.winner.source.id === curatedSource.id) {
    return isHolding ? end(docket, custody, silent) : kept
  }
  for (const testimony of candidatesOf(verdict)) {
    // What is missing or flawed keeps its own price alive; it brings none back, and replaces none.
    const isAlive = isHolding && testimony.source.id === origin
    if (!isAlive && docket.absenceAt(testimony.source.id) !== undefined) continue
    const settled = hear(testimony, docket, custody)
    if (settled !== undefined) return settled
    // A price that holds is better than the second best opinion about the next one.
    if (standingOf(docket) !== undefined) return kept
  }
  return kept
}

/** The winner, then those that would be in force without it. */
const candidatesOf = ({ winner, losers }: Verdict): readonly Testimony[] => [
  winner,
  ...losers.filter(
    ({ reason, source }) =>
      (reason === 'more_trusted' || reason === 'newer') && source.id !== curatedSource.id,
  ),
]

const standingOf = ({ offerRows, slot, today }: Docket): PriceRow | undefined =>
  standingRow(offerRows, slot, today)

function hear(testimony: Testimony, docket: Docket, custody: Custody): SettledSlot | undefined {
  const { slot, own, today, offerRows } = docket
  const exact = standingOf(docket)
  const rows = heldLast(offerRows, today)
  const isHolding = exact !== undefined && isOn(exact, today)
  const weighed = weigh(testimony, { slot, exact, rows, beside: docket.feedRows, isHolding, own })
  const origin = testimony.source.id
  if (weighed.outcome === 'same') return { rows: own, origin: docket.origin ?? origin }
  const acting = { rows: succeed(own, weighed.rows), origin }
  if (weighed.outcome === 'act') return acting
  const { reasons, factor } = weighed
  const confirmedBy = weighed.isFinal
    ? undefined
    : confirmingSource(testimony, othersOf(docket), exact)
  const change = {
    slot,
    source: testimony.source,
    candidate: weighed.rows,
    standing: exact ?? null,
    factor: factor ?? null,
    reasons,
  }
  return custody.mayAct(change, confirmedBy) && !weighed.isFinal ? acting : undefined
}

/**
 * The rows that hold, or those that held last: an offer that was gone for a while is not new, and
 * its price is compared with the one it had.
 */
function heldLast(rows: readonly PriceRow[], today: string): readonly PriceRow[] {
  const holding = rows.filter((row) => isOn(row, today))
  if (holding.length > 0) return holding
  const ends = rows.flatMap(({ valid_to }) =>
    valid_to !== null && valid_to < today ? valid_to : [],
  )
  const last = ends.sort().at(-1)
  return rows.filter(({ valid_to }) => valid_to === last && last !== undefined)
}

/** Who could confirm a price: not the source of the price that it would replace. */
function othersOf({ verdict, own, origin, today }: Docket): readonly Testimony[] {
  if (verdict === undefined) return []
  const holder = own.some((row) => isOn(row, today)) ? origin : curatedSource.id
  return [verdict.winner, ...verdict.losers].filter(({ source }) => source.id !== holder)
}

/**
 * The feed has nothing more to say: what lies under it holds again, or nothing does. A source can
 * make a price three times dearer by falling silent, too; then somebody has to look.
 */
function end(docket: Docket, custody: Custody, source: SourceRef): SettledSlot {
  const { own, origin, slot, today } = docket
  const ended = { rows: endedBy(own, today), origin }
  const standing = standingOf(docket)
  if (standing === undefined) return ended
  const under = docket.underRows.filter((row) => isOn(row, today))
  const before = quoteReferences([standing], slot, today)
  const factor = factorOf(before, quoteReferences(under, slot, today))
  const reason = factor === undefined ? undefined : holdReasonOf(factor)
  if (factor === undefined || reason === undefined) return ended
  const change = { slot, source, candidate: [], standing, factor, reasons: [reason] }
  return custody.mayAct(change, undefined) ? ended : { rows: own, origin }
}

/** Takes note of an absence. @returns whether a person said that it is meant. */
function isMeant(docket: Docket, absence: Absence, custody: Custody): boolean {
  const standing = standingOf(docket) ?? null
  const { source, reason } = absence
  const change = { slot: docket.slot, source, candidate: [], standing, factor: null }
  return custody.mayAct({ ...change, reasons: [reason] }, undefined)
}
