/** A longer name may hold more slips; beyond this share of its characters it is another name. */
const SLIPS_PER_CHARACTER = 1 / 5

/**
 * The name that was probably meant by one that is not known; undefined when none is near. Upper and
 * lower case are no difference.
 */
export function closestName(given: string, names: readonly string[]): string | undefined {
  const wanted = given.toLowerCase()
  const most = Math.floor(wanted.length * SLIPS_PER_CHARACTER)
  let closest: { readonly name: string; readonly slips: number } | undefined
  for (const name of names) {
    // Each slip changes the length by at most one.
    if (Math.abs(name.length - wanted.length) > most) continue
    const slips = distance(wanted, name.toLowerCase())
    if (slips <= most && slips < (closest?.slips ?? Number.POSITIVE_INFINITY)) {
      closest = { name, slips }
    }
  }
  return closest?.name
}

/** How many characters are put in, left out or replaced (Levenshtein), row by row. */
function distance(first: string, second: string): number {
  let row = Array.from({ length: second.length + 1 }, (_, index) => index)
  for (const [index, character] of [...first].entries()) {
    const next = [index + 1]
    for (let column = 1; column <= second.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (character === second[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
