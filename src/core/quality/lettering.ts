/** Longest text that is compared; what is read from one picture is shorter. */
const MAX_READ = 4_000
/** Words more than the literal has that a reading may have made of it. */
const EXTRA_WORDS = 3

/**
 * A text as it is compared: compatibility forms made one, case folded, everything but letters,
 * digits and the signs that carry meaning dropped.
 */
const wordsOf = (text: string): readonly string[] =>
  text
    .slice(0, MAX_READ)
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^\p{L}\p{M}\p{N}%$€£&@#+\s]/gu, '')
    .split(/\s+/)
    .filter((word) => word.length > 0)

/** A literal without spaces: readers split and join words as they like. */
export const comparedForm = (literal: string): string => wordsOf(literal).join('')

/**
 * How far a literal is from the nearest run of whole words of a reading, as edits a character.
 * Whole words, because CAFES is not CAFE; spaces do not count. 1 when nothing was read; 0 for a
 * literal that has nothing to compare.
 */
export function characterErrorRate(literal: string, reading: string): number {
  const wanted = comparedForm(literal)
  if (wanted.length === 0) return 0
  const words = wordsOf(reading)
  const longest = wordsOf(literal).length + EXTRA_WORDS
  let best = wanted.length
  for (let first = 0; first < words.length; first += 1) {
    let run = ''
    for (const word of words.slice(first, first + longest)) {
      run += word
      // A longer run only adds letters that must go again.
      if (run.length - wanted.length >= best) break
      best = Math.min(best, editDistance(wanted, run, best))
      if (best === 0) return 0
    }
  }
  return best / wanted.length
}

/** Levenshtein's distance, given up at `limit`. */
function editDistance(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) >= limit) return limit
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const swap = one[row - 1] === other[column - 1] ? 0 : 1
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + swap,
      )
    }
    if (Math.min(...current) >= limit) return limit
    previous = current
  }
  return previous[other.length] ?? limit
}
