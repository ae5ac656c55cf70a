import { canonicalJson } from '../json.ts'
import { runAtOnce, type Steps } from '../steps.ts'
import { DAY_MS, type Instant, startOfDay } from '../time.ts'
import { conflictText, findConflicts } from './conflicts.ts'
import { type LaidRow, layRows, type Markup, type PriceLayers, type RowOrigin } from './layers.ts'
import type { PriceRow } from './price-row.ts'
import { namesOf, selectorNames } from './selector.ts'

/** A row with what a look-up needs worked out once. */
interface IndexedRow {
  readonly row: PriceRow
  readonly from: Instant
  /** Exclusive: the first instant after the last day. */
  readonly until: Instant
}

/** All prices at one moment of knowledge: an immutable snapshot, told apart by its version. */
export interface PriceBook {
  /** Digest of the rows; the same prices have the same version, in any order of rows. */
  readonly version: string
  readonly rows: readonly PriceRow[]
  /** Rows by offer in the order in which they are asked: by layer, then the most specific first. */
  readonly byOffer: ReadonlyMap<string, readonly IndexedRow[]>
  /** Where each row came from. */
  readonly origins: ReadonlyMap<PriceRow, RowOrigin>
}

/** What is to be priced. */
export interface PriceKey {
  /** `provider/model[@version]`. */
  readonly offer: string
  readonly operation: string
  readonly quality?: string
  readonly resolution?: string
  readonly size?: string
}

/** Rows that cannot stand in one book. */
export class PriceBookError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the price book contradicts itself: ${problems.join('; ')}`)
    this.name = 'PriceBookError'
    this.problems = problems
  }
}

/** Digest of a text, as core has no platform code. */
type Digest = (text: string) => string

/** Rows indexed or printed between two pauses; some milliseconds. */
const ROWS_PER_TURN = 250

/**
 * Makes a book. The digest comes in as an argument, because core has no platform code and a
 * home-made one would invite collisions between books.
 * @throws PriceBookError when {@link validatePriceBook} finds fault with the rows.
 */
export function makePriceBook(rows: readonly PriceRow[], digest: Digest): PriceBook {
  return makeLayeredBook({ live: [{ name: 'live', rows }] }, [], digest)
}

/**
 * Makes one book of prices in layers, all at once.
 * @throws PriceBookError when two rows of one part contradict each other.
 */
export function makeLayeredBook(
  layers: PriceLayers,
  markups: readonly Markup[],
  digest: Digest,
): PriceBook {
  return runAtOnce(buildLayeredBook(layers, markups, digest))
}

/**
 * The same in steps of some milliseconds each, for a process that answers requests meanwhile.
 * @throws PriceBookError when two rows of one part contradict each other.
 */
export function* buildLayeredBook(
  layers: PriceLayers,
  markups: readonly Markup[],
  digest: Digest,
): Steps<PriceBook> {
  const problems: string[] = []
  for (const { rows } of Object.values(layers).flat()) {
    problems.push(...findConflicts(rows).map(conflictText))
    yield
  }
  if (problems.length > 0) throw new PriceBookError(problems)
  const laid = yield* layRows(layers, markups)
  const byOffer = yield* indexRows(laid)
  const digests: string[] = []
  for (const [index, { row, rank }] of laid.entries()) {
    if (index % ROWS_PER_TURN === ROWS_PER_TURN - 1) yield
    const own = digestOf(row, digest)
    digests.push(rank === 0 ? own : `${own}:${rank}`)
  }
  yield
  const version = digest(digests.sort().join(' '))
  return Object.freeze({
    version,
    rows: Object.freeze(laid.map(({ row }) => row)),
    byOffer,
    origins: new Map(laid.map(({ row, origin }) => [row, origin])),
  })
}

/** Digests of rows that were seen before: of a book that is built again, most are the same. */
const known = new WeakMap<Digest, WeakMap<PriceRow, string>>()

function digestOf(row: PriceRow, digest: Digest): string {
  let rows = known.get(digest)
  if (rows === undefined) {
    rows = new WeakMap()
    known.set(digest, rows)
  }
  const found = rows.get(row)
  if (found !== undefined) return found
  const made = digest(canonicalJson(row))
  rows.set(row, made)
  return made
}

/**
 * The row that holds for a call at an instant, or undefined: then the call has no price and is not
 * made. Days are UTC; the first and the last day belong to the row.
 */
export function priceAt(book: PriceBook, key: PriceKey, instant: Instant): PriceRow | undefined {
  const found = book.byOffer
    .get(key.offer)
    ?.find(({ row, from, until }) => instant >= from && instant < until && isFor(row, key))
  return found?.row
}

/**
 * Why rows cannot stand in one book, in words: two that hold for the same call on the same day and
 * are equally specific would leave the price to chance. Empty when all is well.
 */
export const validatePriceBook = (rows: readonly PriceRow[]): string[] =>
  findConflicts(rows).map(conflictText)

function* indexRows(laid: readonly LaidRow[]): Steps<ReadonlyMap<string, readonly IndexedRow[]>> {
  const order = laid.map(({ row, rank }, index) => ({ index, rank, names: namesOf(row).length }))
  yield
  order.sort((a, b) => a.rank - b.rank || b.names - a.names)
  yield
  const byOffer = new Map<string, IndexedRow[]>()
  for (const [turn, { index }] of order.entries()) {
    if (turn % ROWS_PER_TURN === ROWS_PER_TURN - 1) yield
    const row = laid[index]?.row
    if (row === undefined) continue
    const from = startOfDay(row.valid_from)
    const until =
      row.valid_to === null ? Number.POSITIVE_INFINITY : startOfDay(row.valid_to) + DAY_MS
    const others = byOffer.get(row.offer)
    if (others === undefined) byOffer.set(row.offer, [{ row, from, until }])
    else others.push({ row, from, until })
  }
  return byOffer
}

const isFor = (row: PriceRow, key: PriceKey): boolean =>
  row.operation === key.operation &&
  selectorNames.every((name) => row.when[name] == null || isSame(row.when[name], key[name]))

/** Providers write both `1K` and `1k`. */
const isSame = (listed: string, asked: string | undefined): boolean =>
  listed.toLowerCase() === asked?.toLowerCase()
