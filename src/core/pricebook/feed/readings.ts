import { canonicalJson } from '../../json.ts'
import type { Instant } from '../../time.ts'
import { type FeedEntry, type FeedReading, type PriceEntry, slotKey } from './feed-entry.ts'
import type { KnownEntry, KnownReading } from './feed-state.ts'
import type { SourceRef } from './trust.ts'

/**
 * How long an offer must be missing from a source before it counts as gone. LiteLLM's list lost 63
 * image rows on 2026-01-06 and had them again four hours later.
 */
const GONE_AFTER_MS = 24 * 3_600_000

/** What is known of a source after it was read. */
export function takeReading(
  known: KnownReading | undefined,
  source: SourceRef,
  reading: FeedReading,
  at: Instant,
): KnownReading {
  const before = (known?.entries ?? []).filter(isPrice)
  const dated = reading.entries.map((entry) => keepFirstDay(entry, before))
  const listed = new Set(dated.flatMap((entry) => (entry.what === 'price' ? [slotKey(entry)] : [])))
  const flawed = new Set(
    dated.flatMap((entry) => (entry.what === 'flawed' ? [slotKey(entry)] : [])),
  )
  const missing = before.flatMap((old): KnownEntry[] => {
    const key = slotKey(old.entry)
    if (listed.has(key)) return []
    // A figure that is no price does not end the price: it waits in quarantine.
    if (flawed.has(key)) return [{ ...old, missingSince: null }]
    const missingSince = old.missingSince ?? at
    return at - missingSince >= GONE_AFTER_MS ? [] : [{ ...old, missingSince }]
  })
  const entries = dated.map((entry) => ({ entry, missingSince: null }))
  return { source, fetchedAt: at, entries: [...entries, ...missing], skipped: reading.skipped }
}

/** The source said that nothing has changed; what it lacked it still lacks. */
export function takeUnchanged(known: KnownReading, at: Instant): KnownReading {
  const entries = known.entries.filter(
    ({ missingSince }) => missingSince === null || at - missingSince < GONE_AFTER_MS,
  )
  return { ...known, fetchedAt: at, entries }
}

interface KnownPrice extends KnownEntry {
  readonly entry: PriceEntry
}

/** Whether a known entry is a price. */
export const isPrice = (known: KnownEntry): known is KnownPrice => known.entry.what === 'price'

/**
 * A source without dates would date each price anew at every look. A price that it stated before
 * keeps the day on which it was first read.
 */
function keepFirstDay(entry: FeedEntry, before: readonly KnownPrice[]): FeedEntry {
  if (entry.what !== 'price' || entry.validFrom !== entry.evidence.readAt) return entry
  const old = before.find((known) => slotKey(known.entry) === slotKey(entry))?.entry
  if (old === undefined || textOf(old) !== textOf(entry)) return entry
  return { ...entry, validFrom: old.validFrom }
}

const textOf = ({ components, modifiers, billedOn, currency, doubts }: PriceEntry): string =>
  canonicalJson({ components, modifiers, billedOn, currency, doubts })
