import type { PriceRow } from '../price-row.ts'
import { slotKey, slotOf } from './feed-entry.ts'
import { dayAfter, dayBefore } from './timeline.ts'

/**
 * The rows that hold when the feed's rows lie over those of a book: in the slots that the feed has,
 * the book's rows are cut to the days that the feed does not speak of.
 */
export function overlay(book: readonly PriceRow[], feed: readonly PriceRow[]): PriceRow[] {
  const slots = Map.groupBy(feed, (row) => slotKey(slotOf(row)))
  const rest = book.flatMap((row) => {
    const over = slots.get(slotKey(slotOf(row)))
    return over === undefined ? [row] : outside(row, over)
  })
  return [...rest, ...feed]
}

/** The rows of a slot from now on, with those before cut to the day before the first new one. */
export function succeed(before: readonly PriceRow[], next: readonly PriceRow[]): PriceRow[] {
  const [first = ''] = next.map(({ valid_from }) => valid_from).sort()
  return [...endedBy(before, first), ...next]
}

/** Rows of a slot as far as they lie before a day. */
export const endedBy = (rows: readonly PriceRow[], day: string): PriceRow[] =>
  rows.flatMap((row) => cut(row, row.valid_from, dayBefore(day)))

function outside(row: PriceRow, over: readonly PriceRow[]): PriceRow[] {
  const [first = ''] = over.map(({ valid_from }) => valid_from).sort()
  const ends = over.map(({ valid_to }) => valid_to)
  const before = cut(row, row.valid_from, dayBefore(first))
  const closed = ends.filter((end) => end !== null).sort()
  const last = closed.at(-1)
  if (closed.length < ends.length || last === undefined) return before
  const resumes = dayAfter(last)
  return [...before, ...cut(row, row.valid_from > resumes ? row.valid_from : resumes, null)]
}

/** The part of a row from one day to another; null = no further bound. */
function cut(row: PriceRow, from: string, to: string | null): PriceRow[] {
  const end = to === null || (row.valid_to !== null && row.valid_to < to) ? row.valid_to : to
  if (end !== null && end < from) return []
  return from === row.valid_from && end === row.valid_to
    ? [row]
    : [{ ...row, valid_from: from, valid_to: end }]
}
