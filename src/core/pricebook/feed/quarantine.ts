import { canonicalJson } from '../../json.ts'
import type { Instant } from '../../time.ts'
import type { PriceRow } from '../price-row.ts'
import type { Factor } from './factor.ts'
import { type PriceSlot, slotKey } from './feed-entry.ts'
import type { HoldReason } from './hold-reason.ts'
import type { SourceRef } from './trust.ts'

/**
 * Where a held-back change stands. `held` waits; `confirmed` may act; `refused` never acts, however
 * often the source repeats it; `withdrawn` is over, because the source says something else now.
 */
export type QuarantineState = 'held' | 'confirmed' | 'refused' | 'withdrawn'

/** A change that waits for a second opinion. */
export interface QuarantineItem {
  /** The same candidate by the same source has the same id, whenever it comes. */
  readonly id: string
  readonly slot: PriceSlot
  readonly source: SourceRef
  /** What the source says: the rows of the slot; none = it no longer lists it. */
  readonly candidate: readonly PriceRow[]
  /** What holds meanwhile. */
  readonly standing: PriceRow | null
  readonly factor: Factor | null
  readonly reasons: readonly HoldReason[]
  readonly state: QuarantineState
  readonly heldSince: Instant
  readonly lastSeen: Instant
  /** How often the source said it. */
  readonly sightings: number
  /** The source or the person that ended the waiting. */
  readonly decidedBy: string | null
  readonly decidedAt: Instant | null
}

/** What can happen to a held-back change. */
export type QuarantineEvent =
  | { readonly kind: 'seen'; readonly at: Instant }
  /** A second source states the same price, and dates it. */
  | { readonly kind: 'corroborated'; readonly at: Instant; readonly sourceId: string }
  | { readonly kind: 'approved'; readonly at: Instant; readonly by: string }
  | { readonly kind: 'refused'; readonly at: Instant; readonly by: string }
  | { readonly kind: 'withdrawn'; readonly at: Instant }

/** What begins the waiting. */
export type HeldChange = Pick<
  QuarantineItem,
  'slot' | 'source' | 'candidate' | 'standing' | 'factor' | 'reasons'
>

/** Begins to hold a change back. */
export const hold = (
  change: HeldChange,
  at: Instant,
  digest: (text: string) => string,
): QuarantineItem => ({
  ...change,
  id: quarantineId(change, digest),
  state: 'held',
  heldSince: at,
  lastSeen: at,
  sightings: 1,
  decidedBy: null,
  decidedAt: null,
})

/**
 * The id of a candidate: slot, source and what it says, without the dates, which differ each time
 * that a source without dates is read.
 */
export function quarantineId(
  { slot, source, candidate }: Pick<HeldChange, 'slot' | 'source' | 'candidate'>,
  digest: (text: string) => string,
): string {
  const prices = candidate.map(({ components, modifiers }) => [components, modifiers ?? []])
  const text = canonicalJson([slotKey(slot), source.id, prices])
  return `qrn_${digest(text).slice(0, 32)}`
}

/**
 * The next state. What is decided stays decided: a late confirmation does not revive what a person
 * refused, and a second decision changes nothing. Only a person can approve what a person refused.
 */
export function nextQuarantine(item: QuarantineItem, event: QuarantineEvent): QuarantineItem {
  switch (event.kind) {
    case 'seen':
      return { ...item, lastSeen: event.at, sightings: item.sightings + 1 }
    case 'corroborated':
      return item.state === 'held' ? decided(item, 'confirmed', event.sourceId, event.at) : item
    case 'approved':
      return item.state === 'held' || item.state === 'refused'
        ? decided(item, 'confirmed', event.by, event.at)
        : item
    case 'refused':
      return item.state === 'held' ? decided(item, 'refused', event.by, event.at) : item
    case 'withdrawn':
      return item.state === 'held' ? { ...item, state: 'withdrawn', decidedAt: event.at } : item
  }
}

const decided = (
  item: QuarantineItem,
  state: QuarantineState,
  decidedBy: string,
  decidedAt: Instant,
): QuarantineItem => ({ ...item, state, decidedBy, decidedAt })
