import { dayOf, type Instant } from '../../time.ts'
import type { PriceRow } from '../price-row.ts'
import type { LifecycleEntry } from './feed-entry.ts'
import type { FeedState } from './feed-state.ts'
import { type OfferLifecycle, unknownLifecycle } from './lifecycle.ts'
import type { FeedBook } from './price-change.ts'
import { isOn } from './timeline.ts'
import { compareTrust, type SourceRef } from './trust.ts'

interface Told {
  readonly source: SourceRef
  readonly entry: LifecycleEntry
}

/**
 * How long offers live, by all sources: the most trusted one that speaks of an offer. An offer that
 * had a price of the feed and has none any more was removed, on the day this was found out.
 */
export function mergeLifecycles(
  readings: FeedState['readings'],
  effective: readonly PriceRow[],
  before: FeedBook,
  now: Instant,
): OfferLifecycle[] {
  const today = dayOf(now)
  const told = Map.groupBy(toldBy(readings), ({ entry }) => entry.offer)
  const priced = new Set(effective.filter((row) => isOn(row, today)).map(({ offer }) => offer))
  const known = new Map(before.lifecycles.map((life) => [life.offer, life]))
  const hadPrice = new Set(before.rows.map(({ offer }) => offer))
  const offers = new Set([...told.keys(), ...hadPrice, ...known.keys()])
  return [...offers].sort().flatMap((offer) => {
    const spoken = [...(told.get(offer) ?? [])].sort(byRank)[0]
    const removedBefore = known.get(offer)?.removedAt ?? null
    const isRemoved = (hadPrice.has(offer) || removedBefore !== null) && !priced.has(offer)
    const removedAt = isRemoved ? (removedBefore ?? today) : null
    if (spoken === undefined && removedAt === null) return []
    const base = unknownLifecycle(offer, spoken?.source.id ?? known.get(offer)?.source ?? 'feed')
    return [{ ...base, ...spoken?.entry.lifecycle, removedAt }]
  })
}

const toldBy = (readings: FeedState['readings']): Told[] =>
  Object.values(readings).flatMap(({ source, entries }) =>
    entries.flatMap(({ entry }) => (entry.what === 'lifecycle' ? [{ source, entry }] : [])),
  )

function byRank(first: Told, second: Told): number {
  const trust = compareTrust(first.source.trust, second.source.trust)
  if (trust !== 0) return trust
  return first.source.id < second.source.id ? -1 : 1
}
