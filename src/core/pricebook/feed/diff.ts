import { canonicalJson } from '../../json.ts'
import { dayOf, type Instant } from '../../time.ts'
import type { PriceRow } from '../price-row.ts'
import type { Factor } from './factor.ts'
import { slotKey, slotOf } from './feed-entry.ts'
import { comparePrice } from './guard.ts'
import type { OfferLifecycle } from './lifecycle.ts'
import type {
  FeedBook,
  LifecycleChange,
  PriceChange,
  PriceChangeKind,
  PriceRowChange,
} from './price-change.ts'
import { firstDifference, isOn, isSameOn, isSameSet, lastOf, rowOn } from './timeline.ts'

/** What a diff needs beside the two books. */
export interface DiffContext {
  /** When the change was found. */
  readonly foundAt: Instant
  readonly digest: (text: string) => string
  /** Ids of the sources by slot; a slot that is missing is of a book kept by hand. */
  readonly sources?: ReadonlyMap<string, string>
}

/**
 * What happened between two books, one event for each slot whose rows differ and for each life that
 * differs. All are `applied`: what is held back never reached the new book. {@link applyChanges}
 * makes the new book of the old one.
 */
export function diffBooks(old: FeedBook, next: FeedBook, context: DiffContext): PriceChange[] {
  const before = Map.groupBy(old.rows, (row) => slotKey(slotOf(row)))
  const after = Map.groupBy(next.rows, (row) => slotKey(slotOf(row)))
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort()
  const prices = keys.flatMap((key) => {
    const [was, is] = [before.get(key) ?? [], after.get(key) ?? []]
    return isSameSet(was, is) ? [] : [rowChange(was, is, old.rows, context)].flat()
  })
  return [...prices, ...lifecycleChanges(old, next, context)]
}

/** The book after some changes; held-back ones leave it as it is. */
export function applyChanges(book: FeedBook, changes: readonly PriceChange[]): FeedBook {
  let { rows, lifecycles } = book
  for (const change of changes) {
    if (change.state !== 'applied') continue
    if (change.subject === 'price') {
      const key = slotKey({ ...change, selector: change.selector })
      rows = [...rows.filter((row) => slotKey(slotOf(row)) !== key), ...change.rows]
    } else {
      const others = lifecycles.filter(({ offer }) => offer !== change.offer)
      lifecycles = change.new === null ? others : [...others, change.new]
    }
  }
  return { rows, lifecycles }
}

/** Gives a change its id: a digest of all that it says but of the moment it was found. */
export function withId<Change extends Omit<PriceChange, 'id'>>(
  change: Change,
  digest: (text: string) => string,
): Change & { readonly id: string } {
  const text = canonicalJson({ ...change, foundAt: undefined })
  return { ...change, id: `chg_${digest(text).slice(0, 32)}` }
}

function rowChange(
  was: readonly PriceRow[],
  is: readonly PriceRow[],
  oldRows: readonly PriceRow[],
  { foundAt, digest, sources }: DiffContext,
): PriceRowChange[] {
  const since = firstDifference(was, is)
  const day = comparisonDay(was, is, dayOf(foundAt)) ?? since
  const [old, now] = [rowOn(was, day) ?? lastOf(was), rowOn(is, day) ?? null]
  const named = now ?? old ?? is[0]
  if (named === undefined) return []
  const standing = old ?? undefined
  const rows = oldRows.filter(
    (row) => row.offer === named.offer && row.operation === named.operation && isOn(row, day),
  )
  const factor = now === null ? undefined : comparePrice(now, { exact: standing, rows }).factor
  const shared = { foundAt, state: 'applied' as const, reasons: [], factor: factor ?? null }
  const change = {
    ...shared,
    ...slotOf(named),
    subject: 'price' as const,
    kind: kindOf(old, now, factor),
    old: old ?? null,
    new: now,
    rows: [...is],
    source: sources?.get(slotKey(slotOf(named))) ?? 'book',
    effectiveFrom: since,
  }
  return [withId(change, digest)]
}

/** A change of the past is judged by what it means today, if it means anything today. */
const comparisonDay = (
  was: readonly PriceRow[],
  is: readonly PriceRow[],
  today: string,
): string | undefined => (isSameOn(was, is, today) ? undefined : today)

/** What kind of change leads from one row to another. */
export function kindOf(
  old: PriceRow | undefined,
  now: PriceRow | null,
  factor: Factor | undefined,
): PriceChangeKind {
  if (now === null) return 'disappeared'
  if (old === undefined) return 'appeared'
  if (kindsOf(old) !== kindsOf(now)) return 'restructured'
  if (old.valid_from === now.valid_from || factor === undefined) return 'corrected'
  if (factor.low === 1 && factor.high === 1) return 'corrected'
  if (factor.low >= 1) return 'raised'
  return factor.high <= 1 ? 'cut' : 'restructured'
}

const kindsOf = ({ components }: PriceRow): string => components.map(({ kind }) => kind).join()

function lifecycleChanges(old: FeedBook, next: FeedBook, context: DiffContext): LifecycleChange[] {
  const before = new Map(old.lifecycles.map((life) => [life.offer, life]))
  const after = new Map(next.lifecycles.map((life) => [life.offer, life]))
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((offer) => {
    const [was, is] = [before.get(offer) ?? null, after.get(offer) ?? null]
    const named = is ?? was
    if (named === null || canonicalJson(was) === canonicalJson(is)) return []
    const change = {
      subject: 'lifecycle' as const,
      kind: lifeKind(was, is),
      offer,
      operation: null,
      selector: null,
      factor: null,
      old: was,
      new: is,
      source: named.source,
      foundAt: context.foundAt,
      effectiveFrom: named.removedAt ?? named.deprecatedAt ?? dayOf(context.foundAt),
      state: 'applied' as const,
      reasons: [],
    }
    return [withId(change, context.digest)]
  })
}

function lifeKind(was: OfferLifecycle | null, is: OfferLifecycle | null): PriceChangeKind {
  if (is?.removedAt != null && was?.removedAt == null) return 'disappeared'
  if (was?.removedAt != null && is?.removedAt == null) return 'appeared'
  return is === null || isSameEnd(was, is) ? 'corrected' : 'deprecated'
}

const isSameEnd = (was: OfferLifecycle | null, is: OfferLifecycle): boolean =>
  was?.deprecatedAt === is.deprecatedAt && was?.shutdownAt === is.shutdownAt
