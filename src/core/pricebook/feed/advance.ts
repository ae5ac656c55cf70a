import type { Instant } from '../../time.ts'
import type { PriceRow } from '../price-row.ts'
import { diffBooks } from './diff.ts'
import { overlay } from './effective.ts'
import type { FeedContext } from './feed-context.ts'
import type { FeedReading, SourcedPrice } from './feed-entry.ts'
import type { FeedState, KnownReading } from './feed-state.ts'
import { mergeLifecycles } from './merge-lifecycles.ts'
import type { FeedBook, PriceChange } from './price-change.ts'
import { nextQuarantine, type QuarantineItem } from './quarantine.ts'
import { isPrice, takeReading, takeUnchanged } from './readings.ts'
import { curatedPrices, reconcile, type Verdict } from './reconcile.ts'
import { settleSlots } from './settle-slots.ts'
import type { SourceRef } from './trust.ts'

/** Something that can change the feed's prices. */
export type FeedInput =
  | { readonly kind: 'reading'; readonly source: SourceRef; readonly reading: FeedReading }
  | { readonly kind: 'unchanged'; readonly sourceId: string }
  /** A person decides about a change that waits. */
  | {
      readonly kind: 'decision'
      readonly id: string
      readonly verdict: 'approved' | 'refused'
      readonly by: string
    }
  /** A source is no longer asked; what it said is forgotten. */
  | { readonly kind: 'source_removed'; readonly sourceId: string }
  /** The books that lie under the feed were replaced. */
  | { readonly kind: 'book_changed'; readonly before: readonly PriceRow[] }

/** The state after an input, and what happened. */
export interface Advance {
  readonly state: FeedState
  /** In the order in which they should be recorded; changes that wait are told once. */
  readonly changes: readonly PriceChange[]
  readonly verdicts: readonly Verdict[]
  /** Held-back changes that ended now: confirmed, refused or withdrawn. */
  readonly settled: readonly QuarantineItem[]
}

/**
 * Takes one input and works out the feed's layer of prices anew. Pure, and the only way in which
 * the feed's state changes: the same inputs give the same state, and an input that says nothing new
 * changes nothing.
 */
export function advanceFeed(state: FeedState, input: FeedInput, context: FeedContext): Advance {
  const readings = takeInput(state.readings, input, context.now)
  const before = decide(state.quarantine, input, context.now)
  const verdicts = reconcile([...curatedPrices(context.curated), ...pricesOf(readings)])
  const settled = settleSlots({ ...state, readings, quarantine: before }, verdicts, context)
  const under = input.kind === 'book_changed' ? input.before : context.curated
  const old: FeedBook = { ...state.book, rows: overlay(under, state.book.rows) }
  const effective = overlay(context.curated, settled.rows)
  const book: FeedBook = {
    rows: settled.rows,
    lifecycles: mergeLifecycles(readings, effective, state.book, context.now),
  }
  const changes = diffBooks(
    old,
    { ...book, rows: effective },
    {
      foundAt: context.now,
      digest: context.digest,
      sources: new Map(Object.entries({ ...state.origins, ...settled.origins })),
    },
  )
  return {
    state: { readings, book, origins: settled.origins, quarantine: settled.quarantine },
    changes: [...changes, ...settled.heldChanges],
    verdicts,
    settled: settled.ended,
  }
}

function takeInput(
  readings: FeedState['readings'],
  input: FeedInput,
  now: Instant,
): FeedState['readings'] {
  switch (input.kind) {
    case 'reading': {
      const { id } = input.source
      return { ...readings, [id]: takeReading(readings[id], input.source, input.reading, now) }
    }
    case 'unchanged': {
      const known: KnownReading | undefined = readings[input.sourceId]
      if (known === undefined) return readings
      return { ...readings, [input.sourceId]: takeUnchanged(known, now) }
    }
    case 'source_removed': {
      const { [input.sourceId]: _, ...others } = readings
      return others
    }
    case 'decision':
    case 'book_changed':
      return readings
  }
}

function decide(
  items: readonly QuarantineItem[],
  input: FeedInput,
  at: Instant,
): readonly QuarantineItem[] {
  if (input.kind !== 'decision') return items
  const event = { kind: input.verdict, at, by: input.by }
  return items.map((item) => (item.id === input.id ? nextQuarantine(item, event) : item))
}

const pricesOf = (readings: FeedState['readings']): SourcedPrice[] =>
  Object.values(readings).flatMap(({ source, entries }) =>
    entries.filter(isPrice).map(({ entry }) => ({ source, entry })),
  )
