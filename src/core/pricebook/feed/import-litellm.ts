import type { Instant } from '../../time.ts'
import { dayOf } from '../../time.ts'
import type { PriceRow } from '../price-row.ts'
import { advanceFeed } from './advance.ts'
import type { Factor } from './factor.ts'
import { type FeedEntry, type FeedReading, type SkipCode, slotKey, slotOf } from './feed-entry.ts'
import { emptyFeedState, type FeedState } from './feed-state.ts'
import type { HoldReason } from './hold-reason.ts'
import type { PriceChange } from './price-change.ts'
import { readLitellm } from './readers/litellm.ts'
import type { OfferNames } from './readers/offer-names.ts'
import type { LosingTestimony, Verdict } from './reconcile.ts'
import type { SourceRef } from './trust.ts'

/** LiteLLM's file as a source. */
export const litellmSource: SourceRef = { id: 'litellm', kind: 'litellm', trust: 'community' }

/** Where one row of the file is used. */
interface ImportedAs {
  /** LiteLLM's key. */
  readonly key: string
  readonly offer: string
  readonly operation: string
}

/** A row that was taken into the feed's layer. */
export interface TakenRow extends ImportedAs {
  readonly row: PriceRow
}

/** A row that is held back. */
export interface HeldRow extends ImportedAs {
  readonly reasons: readonly HoldReason[]
  readonly factor: Factor | null
}

/** A row that the book makes needless; where the two differ, somebody should look. */
export interface NeedlessRow extends ImportedAs {
  /** LiteLLM's price over the book's; null where nothing compares. */
  readonly factor: Factor | null
  readonly disagrees: boolean
  /** Less than half the price of the book: it could not lower it, even if it were more trusted. */
  readonly isTooLow: boolean
}

/** A row that is left out. */
export interface LeftOutRow {
  readonly key: string
  readonly code: SkipCode | 'zero' | 'negative' | 'not_a_number'
  readonly text: string
}

/** What an import of LiteLLM's file would do, row by row. */
export interface LitellmReport {
  readonly taken: readonly TakenRow[]
  readonly held: readonly HeldRow[]
  /** The book has a price for the operation already. */
  readonly needless: readonly NeedlessRow[]
  readonly skipped: readonly LeftOutRow[]
  readonly changes: readonly PriceChange[]
  /** What the file says, for the one that applies it. */
  readonly reading: FeedReading
  /** The feed's state as it would be after the import. */
  readonly state: FeedState
}

/** What an import needs to know. */
export interface ImportContext {
  readonly names: OfferNames
  readonly now: Instant
  readonly digest: (text: string) => string
  /** The feed's state so far; absent = nothing was ever read. */
  readonly state?: FeedState
}

/**
 * Imports LiteLLM's file over a book, and says of every row about pictures what became of it.
 * Nothing is written: a dry run and an import are the same call.
 */
export function importLitellm(
  json: unknown,
  book: readonly PriceRow[],
  { names, now, digest, state = emptyFeedState }: ImportContext,
): LitellmReport {
  const context = { source: litellmSource.id, names, today: dayOf(now) }
  const reading = readLitellm(json, context)
  const input = { kind: 'reading', source: litellmSource, reading } as const
  const advance = advanceFeed(state, input, { now, curated: book, digest })
  const fates = reading.entries.flatMap((entry) => fateOf(entry, advance) ?? [])
  return {
    taken: fates.flatMap((fate) => ('row' in fate ? fate : [])),
    held: fates.flatMap((fate) => ('reasons' in fate ? fate : [])),
    needless: fates.flatMap((fate) => ('disagrees' in fate ? fate : [])),
    skipped: [...reading.skipped, ...reading.entries.flatMap(flawOf)],
    changes: advance.changes,
    reading,
    state: advance.state,
  }
}

function fateOf(
  entry: FeedEntry,
  { state, verdicts }: { readonly state: FeedState; readonly verdicts: readonly Verdict[] },
): TakenRow | HeldRow | NeedlessRow | undefined {
  if (entry.what !== 'price') return undefined
  const slot = slotKey(entry)
  const name = { key: entry.evidence.key, offer: entry.offer, operation: entry.operation }
  const isOurs = state.origins[slot] === litellmSource.id
  const item = state.quarantine.find((held) => slotKey(held.slot) === slot)
  if (item !== undefined) return { ...name, reasons: item.reasons, factor: item.factor }
  const row = state.book.rows.findLast((candidate) => slotKey(slotOf(candidate)) === slot)
  if (isOurs && row !== undefined) return { ...name, row }
  const verdict = verdicts.find((candidate) => slotKey(candidate.slot) === slot)
  return { ...name, ...comparisonIn(verdict) }
}

function comparisonIn(
  verdict: Verdict | undefined,
): Pick<NeedlessRow, 'factor' | 'disagrees' | 'isTooLow'> {
  const isOurs = ({ source }: LosingTestimony): boolean => source.id === litellmSource.id
  const loser = verdict?.losers.find(isOurs)
  if (loser === undefined) return { factor: null, disagrees: false, isTooLow: false }
  return { factor: loser.factor, disagrees: loser.disagrees, isTooLow: loser.isTooLow }
}

const flawOf = (entry: FeedEntry): LeftOutRow[] =>
  entry.what === 'flawed' ? [{ key: entry.evidence.key, code: entry.flaw, text: entry.text }] : []
