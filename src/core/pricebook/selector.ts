import type { PriceRow } from './price-row.ts'

/** What a row can be restricted by, beside offer and operation. */
export const selectorNames = ['quality', 'resolution', 'size'] as const
/** See {@link selectorNames}. */
export type SelectorName = (typeof selectorNames)[number]

/** Every set of selectors, the empty one included. */
const subsets: readonly (readonly SelectorName[])[] = Array.from(
  { length: 2 ** selectorNames.length },
  (_, bits) => selectorNames.filter((_name, index) => (bits >> index) % 2 === 1),
)

/** The selectors that a row names. */
export function namesOf({ when }: PriceRow): readonly SelectorName[] {
  const isPlain = when.quality == null && when.resolution == null && when.size == null
  return isPlain ? NONE : selectorNames.filter((name) => when[name] != null)
}

/** Most rows name no selector at all. */
const NONE: readonly SelectorName[] = []

/**
 * The calls that a row is for, seen through some of its selectors, as a text that is equal for
 * equal calls. Providers write both `1K` and `1k`.
 */
export function callsText(row: PriceRow, names: readonly SelectorName[]): string {
  let text = `${row.offer}\n${row.operation}`
  for (const name of names) text += `\n${name}=${row.when[name]?.toLowerCase() ?? ''}`
  return text
}

/**
 * The texts of all rows whose calls hold every call of this one: itself, and each that names fewer
 * of its selectors.
 */
export function widerCallsTexts(row: PriceRow): readonly string[] {
  const named = namesOf(row)
  return subsets
    .filter((set) => set.every((name) => named.includes(name)))
    .map((set) => callsText(row, set))
}
