/** Values that are kept unless said otherwise; with more keys something makes them up. */
const MAX_KEPT = 1_000

/**
 * Makes a value once for each key. A quote asks hundreds of offers for the same few schemas and
 * counts; a schema that is made anew each time takes longer than everything else of the quote.
 */
export function once<Key, Value>(
  make: (key: Key) => Value,
  { maxKept = MAX_KEPT }: { readonly maxKept?: number } = {},
): (key: Key) => Value {
  const kept = new Map<Key, Value>()
  return (key) => {
    if (kept.has(key)) return kept.get(key) as Value
    if (kept.size >= maxKept) kept.clear()
    const value = make(key)
    kept.set(key, value)
    return value
  }
}
