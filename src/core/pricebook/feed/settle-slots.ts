import { dayOf } from '../../time.ts'
import type { PriceRow } from '../price-row.ts'
import { absencesOf } from './absence.ts'
import type { FeedContext } from './advance.ts'
import { Custody } from './custody.ts'
import { overlay } from './effective.ts'
import { type PriceSlot, slotKey, slotOf } from './feed-entry.ts'
import type { FeedState } from './feed-state.ts'
import type { PriceChange } from './price-change.ts'
import type { QuarantineItem } from './quarantine.ts'
import type { Verdict } from './reconcile.ts'
import { type Docket, settleSlot } from './settle-slot.ts'

/** The feed's rows after every slot was looked at. */
export interface SettledSlots {
  readonly rows: readonly PriceRow[]
  readonly origins: Readonly<Record<string, string>>
  readonly quarantine: readonly QuarantineItem[]
  /** Items whose waiting ended. */
  readonly ended: readonly QuarantineItem[]
  /** Events of the items that began to wait. */
  readonly heldChanges: readonly PriceChange[]
}

/**
 * Looks at each slot that a source speaks of or the feed has, in a fixed order, and lets act what
 * may. What waits keeps the price that holds.
 */
export function settleSlots(
  state: FeedState,
  verdicts: readonly Verdict[],
  context: FeedContext,
): SettledSlots {
  const spoken = new Map(verdicts.map((verdict) => [slotKey(verdict.slot), verdict]))
  const slots = new Map<string, PriceSlot>(
    state.book.rows.map((row) => [slotKey(slotOf(row)), slotOf(row)]),
  )
  for (const { slot } of verdicts) slots.set(slotKey(slot), slot)
  const absences = absencesOf(state.readings)
  const custody = new Custody(state.quarantine, context)
  let rows = state.book.rows
  const origins: Record<string, string> = {}
  for (const key of [...slots.keys()].sort()) {
    const slot = slots.get(key)
    if (slot === undefined) continue
    const others = rows.filter((row) => slotKey(slotOf(row)) !== key)
    const docket: Docket = {
      slot,
      today: dayOf(context.now),
      verdict: spoken.get(key),
      absenceAt: (sourceId) => absences.get(`${sourceId}|${key}`),
      origin: state.origins[key],
      own: rows.filter((row) => slotKey(slotOf(row)) === key),
      offerRows: overlay(context.curated, rows).filter((row) => isSameOffer(row, slot)),
      underRows: overlay(context.curated, others).filter((row) => isSameOffer(row, slot)),
      feedRows: others.filter((row) => isSameOffer(row, slot)),
    }
    const settled = settleSlot(docket, custody)
    rows = [...others, ...settled.rows]
    if (settled.rows.length > 0 && settled.origin !== undefined) origins[key] = settled.origin
  }
  return { rows, origins, ...custody.close() }
}

const isSameOffer = (row: PriceRow, slot: PriceSlot): boolean =>
  row.offer === slot.offer && row.operation === slot.operation
