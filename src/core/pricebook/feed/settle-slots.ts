import { dayOf } from '../../time.ts'
import type { PriceRow } from '../price-row.ts'
import { type Absence, absencesOf } from './absence.ts'
import { Custody } from './custody.ts'
import { overlay } from './effective.ts'
import type { FeedContext } from './feed-context.ts'
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

/** What the slots of one offer and operation are settled with. */
interface Session {
  readonly state: FeedState
  readonly today: string
  readonly curated: readonly PriceRow[]
  readonly spoken: ReadonlyMap<string, Verdict>
  readonly absences: ReadonlyMap<string, Absence>
  readonly custody: Custody
  /** Sources by slot; filled while slots are settled. */
  readonly origins: Record<string, string>
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
  const own = Map.groupBy(state.book.rows, tariffOf)
  const curated = Map.groupBy(context.curated, tariffOf)
  const slots = Map.groupBy(slotsOf(state.book.rows, verdicts), tariffOf)
  const shared = {
    state,
    today: dayOf(context.now),
    spoken: new Map(verdicts.map((verdict) => [slotKey(verdict.slot), verdict])),
    absences: absencesOf(state.readings),
    custody: new Custody(state.quarantine, context),
    origins: {},
  }
  const rows = [...slots.keys()].sort().flatMap((tariff) =>
    settleTariff(slots.get(tariff) ?? [], own.get(tariff) ?? [], {
      ...shared,
      curated: curated.get(tariff) ?? [],
    }),
  )
  return { rows, origins: shared.origins, ...shared.custody.close() }
}

/** Prices of one offer and operation bear on each other; those of others do not. */
const tariffOf = ({ offer, operation }: Pick<PriceSlot, 'offer' | 'operation'>): string =>
  `${offer}|${operation}`

function slotsOf(rows: readonly PriceRow[], verdicts: readonly Verdict[]): PriceSlot[] {
  const slots = [...rows.map(slotOf), ...verdicts.map(({ slot }) => slot)]
  return [...new Map(slots.map((slot) => [slotKey(slot), slot])).values()]
}

function settleTariff(
  slots: readonly PriceSlot[],
  feed: readonly PriceRow[],
  { state, today, curated, spoken, absences, custody, origins }: Session,
): readonly PriceRow[] {
  // All slots are compared with what held before, or their order would decide what may act.
  const before = overlay(curated, feed)
  let rows = feed
  const keyed = slots.map((slot) => [slotKey(slot), slot] as const)
  for (const [key, slot] of keyed.sort(([one], [other]) => (one < other ? -1 : 1))) {
    const own = rows.filter((row) => slotKey(slotOf(row)) === key)
    const others = rows.filter((row) => !own.includes(row))
    const docket: Docket = {
      slot,
      today,
      verdict: spoken.get(key),
      absenceAt: (sourceId) => absences.get(`${sourceId}|${key}`),
      origin: state.origins[key],
      own,
      offerRows: before,
      underRows: overlay(curated, others),
      feedRows: others,
    }
    const settled = settleSlot(docket, custody)
    rows = [...others, ...settled.rows]
    if (settled.rows.length > 0 && settled.origin !== undefined) origins[key] = settled.origin
  }
  return rows
}
