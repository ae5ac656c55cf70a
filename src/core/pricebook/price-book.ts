import { canonicalJson } from '../json.ts'
import { type Instant, startOfDay } from '../time.ts'
import type { PriceRow } from './price-row.ts'

const DAY_MS = 86_400_000
const selectorNames = ['quality', 'resolution', 'size'] as const

/** A row with what a look-up needs worked out once. */
interface IndexedRow {
  readonly row: PriceRow
  readonly from: Instant
  /** Exclusive: the first instant after the last day. */
  readonly until: Instant
  /** How many selectors the row names. */
  readonly specificity: number
}

/** All prices at one moment of knowledge: an immutable snapshot, told apart by its version. */
export interface PriceBook {
  /** Digest of the rows; the same prices have the same version, in any order of rows. */
  readonly version: string
  readonly rows: readonly PriceRow[]
  /** Rows by offer, the most specific first. */
  readonly byOffer: ReadonlyMap<string, readonly IndexedRow[]>
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

/**
 * Makes a book. The digest comes in as an argument, because core has no platform code and a
 * home-made one would invite collisions between books.
 * @throws PriceBookError when {@link validatePriceBook} finds fault with the rows.
 */
export function makePriceBook(
  rows: readonly PriceRow[],
  digest: (text: string) => string,
): PriceBook {
  const problems = validatePriceBook(rows)
  if (problems.length > 0) throw new PriceBookError(problems)
  const version = digest(canonicalJson(rows.map(canonicalJson).sort()))
  return Object.freeze({ version, rows: Object.freeze([...rows]), byOffer: indexRows(rows) })
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
export function validatePriceBook(rows: readonly PriceRow[]): string[] {
  const problems: string[] = []
  for (const group of indexRows(rows).values()) {
    for (const [index, first] of group.entries()) {
      for (const second of group.slice(index + 1)) {
        if (areInConflict(first, second)) problems.push(conflictText(first.row, second.row))
      }
    }
  }
  return problems
}

function indexRows(rows: readonly PriceRow[]): ReadonlyMap<string, readonly IndexedRow[]> {
  const indexed = rows.map((row) => ({
    row,
    from: startOfDay(row.valid_from),
    until: row.valid_to === null ? Number.POSITIVE_INFINITY : startOfDay(row.valid_to) + DAY_MS,
    specificity: selectorNames.filter((name) => row.when[name] != null).length,
  }))
  indexed.sort((first, second) => second.specificity - first.specificity)
  return Map.groupBy(indexed, ({ row }) => row.offer)
}

const isFor = (row: PriceRow, key: PriceKey): boolean =>
  row.operation === key.operation &&
  selectorNames.every((name) => row.when[name] == null || isSame(row.when[name], key[name]))

/** Providers write both `1K` and `1k`. */
const isSame = (listed: string, asked: string | undefined): boolean =>
  listed.toLowerCase() === asked?.toLowerCase()

function areInConflict(first: IndexedRow, second: IndexedRow): boolean {
  if (first.specificity !== second.specificity) return false
  if (first.row.operation !== second.row.operation) return false
  if (first.from >= second.until || second.from >= first.until) return false
  return selectorNames.every((name) => {
    const [one, other] = [first.row.when[name], second.row.when[name]]
    return one == null || other == null || isSame(one, other)
  })
}

function conflictText(first: PriceRow, second: PriceRow): string {
  const from = first.valid_from > second.valid_from ? first.valid_from : second.valid_from
  const whens = `${canonicalJson(first.when)} and ${canonicalJson(second.when)}`
  return `${first.offer} ${first.operation} has two equally specific prices on ${from}: ${whens}`
}
