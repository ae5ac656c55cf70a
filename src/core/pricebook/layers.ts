import { decimal } from '../pricing/decimal.ts'
import type { Steps } from '../steps.ts'
import { addDays } from '../time.ts'
import type { PriceRow } from './price-row.ts'
import { callsText, namesOf, widerCallsTexts } from './selector.ts'

/**
 * Where prices come from, the most trusted first: what the operator says of single offers, the
 * operator's own book files, rows learned from feeds and confirmed, and what ships with the
 * providers.
 */
export const layerNames = ['override', 'book', 'feed', 'live'] as const
/** See {@link layerNames}. */
export type LayerName = (typeof layerNames)[number]

/** Rows of one source within a layer: a file, a feed, a provider. */
export interface PricePart {
  /** What lists and receipts call the source. */
  readonly name: string
  readonly rows: readonly PriceRow[]
}

/** All prices by layer. Within a layer an earlier part goes before a later one. */
export type PriceLayers = { readonly [Layer in LayerName]?: readonly PricePart[] }

/** A share that the operator adds to the prices of offers, such as a reseller's or a team's. */
export interface Markup {
  /** `provider/model`, with `*` for any text: `openai/*`. */
  readonly offer: string
  /** What is added, as a share of the price, exact decimal: `0.10` is 10 %. */
  readonly markup: string
}

/** Where a row of a book came from. */
export interface RowOrigin {
  readonly layer: LayerName
  /** The name of its part. */
  readonly name: string
  /** The operator's markup that is in its price. */
  readonly markup?: string
}

/** A row as it stands in a book of layers. */
export interface LaidRow {
  readonly row: PriceRow
  readonly origin: RowOrigin
  /** How many parts go before its own: a lower rank wins. */
  readonly rank: number
}

/** Days on which calls are priced by parts that were laid before. */
interface Covered {
  readonly from: string
  /** The last day; null = for good. */
  readonly to: string | null
}

/** Rows laid between two pauses; some tenths of a millisecond. */
const ROWS_PER_TURN = 250

/**
 * Lays all parts over one another. A row takes the place of every lower row whose calls it covers
 * (same offer and operation, and no selector that the lower row lacks), for the days on which it
 * holds: the lower row is cut to the days before and after. A lower row that is for other calls as
 * well stays, and its lower rank makes it wait.
 *
 * A contract price is not marked up; everything below it is, by the first pattern that fits.
 * Yields now and then, so that whoever builds a large book can let others work.
 */
export function* layRows(
  layers: PriceLayers,
  markups: readonly Markup[] = [],
): Steps<readonly LaidRow[]> {
  const laid: LaidRow[] = []
  const covered = new Map<string, Covered[]>()
  const patterns = markups.map(({ offer, markup }) => ({ matches: matcherOf(offer), markup }))
  let rank = 0
  for (const layer of layerNames) {
    for (const { name, rows } of layers[layer] ?? []) {
      const origin: RowOrigin = { layer, name }
      for (const [index, row] of rows.entries()) {
        if (index % ROWS_PER_TURN === ROWS_PER_TURN - 1) yield
        const found =
          layer === 'override' ? undefined : patterns.find(({ matches }) => matches(row.offer))
        for (const piece of remaining(row, covered)) {
          if (found === undefined) laid.push({ row: piece, origin, rank })
          else laid.push({ ...markedUp(piece, origin, found.markup), rank })
        }
      }
      for (const row of rows) cover(row, covered)
      if (rows.length > 0) rank += 1
    }
  }
  return laid
}

/** What is left of a row on the days that no wider row of a higher part holds. */
function remaining(
  row: PriceRow,
  covered: ReadonlyMap<string, readonly Covered[]>,
): readonly PriceRow[] {
  if (covered.size === 0) return [row]
  const taken = widerCallsTexts(row)
    .flatMap((text) => covered.get(text) ?? [])
    .sort((a, b) => (a.from < b.from ? -1 : 1))
  if (taken.length === 0) return [row]
  const pieces: PriceRow[] = []
  let start: string | null = row.valid_from
  for (const { from, to } of taken) {
    if (start === null || (row.valid_to !== null && from > row.valid_to)) break
    if (start < from) pieces.push({ ...row, valid_from: start, valid_to: addDays(from, -1) })
    if (to === null) start = null
    else if (to >= start) start = addDays(to, 1)
  }
  if (start === null || (row.valid_to !== null && start > row.valid_to)) return pieces
  if (start === row.valid_from && pieces.length === 0) return [row]
  return [...pieces, { ...row, valid_from: start }]
}

function cover(row: PriceRow, covered: Map<string, Covered[]>): void {
  const text = callsText(row, namesOf(row))
  const days = { from: row.valid_from, to: row.valid_to }
  const known = covered.get(text)
  if (known === undefined) covered.set(text, [days])
  else known.push(days)
}

function markedUp(
  row: PriceRow,
  origin: RowOrigin,
  markup: string,
): { readonly row: PriceRow; readonly origin: RowOrigin } {
  const modifiers = row.modifiers ?? []
  const own = modifiers.find((modifier) => modifier.kind === 'aggregator_markup')
  // A kind of modifier stands once: a reseller's own markup and the operator's multiply.
  const share =
    own === undefined ? markup : decimal(own.markup).plus(1).times(decimal(markup).plus(1)).minus(1)
  const others = modifiers.filter((modifier) => modifier !== own)
  const added = { kind: 'aggregator_markup', markup: decimal(share).toFixed() } as const
  return { row: { ...row, modifiers: [...others, added] }, origin: { ...origin, markup } }
}

/** Offers that a pattern with `*` means. */
function matcherOf(pattern: string): (offer: string) => boolean {
  const source = pattern.split('*').map((text) => text.replace(/[^A-Za-z0-9]/g, '\\$&'))
  const expression = new RegExp(`^${source.join('.*')}$`)
  return (offer) => expression.test(offer)
}
