import { canonicalJson } from '../../json.ts'
import { dayOf, startOfDay } from '../../time.ts'
import type { PriceRow } from '../price-row.ts'

const DAY_MS = 86_400_000

/** The first day on which two timelines say different things. */
export function firstDifference(was: readonly PriceRow[], is: readonly PriceRow[]): string {
  const days = [...was, ...is]
    .flatMap(({ valid_from, valid_to }) =>
      valid_to === null ? [valid_from] : [valid_from, dayAfter(valid_to)],
    )
    .sort()
  return days.find((day) => !isSameOn(was, is, day)) ?? days[0] ?? ''
}

/** The day after a day. */
export const dayAfter = (day: string): string => dayOf(startOfDay(day) + DAY_MS)
/** The day before a day. */
export const dayBefore = (day: string): string => dayOf(startOfDay(day) - DAY_MS)

/** Whether a row holds on a day. */
export const isOn = ({ valid_from, valid_to }: PriceRow, day: string): boolean =>
  valid_from <= day && (valid_to === null || day <= valid_to)

/** The row that holds on a day. */
export const rowOn = (rows: readonly PriceRow[], day: string): PriceRow | undefined =>
  rows.find((row) => isOn(row, day))

/** The row that begins last. */
export const lastOf = (rows: readonly PriceRow[]): PriceRow | undefined =>
  [...rows].sort((first, second) => (first.valid_from < second.valid_from ? -1 : 1)).at(-1)

/** What a row says, without its last day: an end is a difference only from the day after it. */
const textOf = (row: PriceRow | undefined): string =>
  row === undefined ? '' : canonicalJson({ ...row, valid_to: undefined })

/** Whether two lists have the same rows, in any order. */
export function isSameSet(first: readonly PriceRow[], second: readonly PriceRow[]): boolean {
  const texts = (rows: readonly PriceRow[]): string => rows.map(canonicalJson).sort().join()
  return texts(first) === texts(second)
}

/** Whether two timelines say the same of a day. */
export const isSameOn = (
  first: readonly PriceRow[],
  second: readonly PriceRow[],
  day: string,
): boolean => textOf(rowOn(first, day)) === textOf(rowOn(second, day))
