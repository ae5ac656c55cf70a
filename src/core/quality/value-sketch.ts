/**
 * How values above zero are distributed, in buckets that grow by a fixed ratio, so that shares are
 * right to some percent of the value. Two sketches merge by adding their counts.
 */
export interface ValueSketch {
  /** By number of the bucket: bucket b holds values from RATIO^b up to RATIO^(b+1). */
  readonly counts: Readonly<Record<string, number>>
  readonly total: number
}

const RATIO = 1.05
/** Values at most this small are in one bucket. */
const SMALLEST = 1e-6

/** A sketch of nothing. */
export const emptySketch: ValueSketch = { counts: {}, total: 0 }

const bucketOf = (value: number): number =>
  Math.floor(Math.log(Math.max(SMALLEST, value)) / Math.log(RATIO))

/**
 * A sketch with one more value. When it holds more than `limit`, all counts are halved first: what
 * is old fades, and the sketch stays a few hundred numbers.
 */
export function withValue(sketch: ValueSketch, value: number, limit: number): ValueSketch {
  const { counts, total } = sketch.total >= limit ? scaled(sketch, 0.5) : sketch
  const bucket = bucketOf(value)
  return { counts: { ...counts, [bucket]: (counts[bucket] ?? 0) + 1 }, total: total + 1 }
}

/** A sketch that counts as so many values at most; the shares stay. */
export const scaledTo = (sketch: ValueSketch, most: number): ValueSketch =>
  sketch.total <= most ? sketch : scaled(sketch, most / sketch.total)

/** A sketch of the values of both. */
export function merged(one: ValueSketch, other: ValueSketch): ValueSketch {
  const counts: Record<string, number> = { ...one.counts }
  for (const [bucket, count] of Object.entries(other.counts)) {
    counts[bucket] = (counts[bucket] ?? 0) + count
  }
  return { counts, total: one.total + other.total }
}

/** Share of values up to `value` and those in its bucket; 0 for an empty sketch. */
export function shareUpTo({ counts, total }: ValueSketch, value: number): number {
  const limit = bucketOf(value)
  let below = 0
  for (const [bucket, count] of Object.entries(counts)) if (Number(bucket) <= limit) below += count
  return total === 0 ? 0 : below / total
}

/**
 * The value that a share of the others lies below, to the width of a bucket; 0 for an empty sketch.
 */
export function quantile({ counts, total }: ValueSketch, share: number): number {
  const buckets = Object.keys(counts)
    .map(Number)
    .sort((a, b) => a - b)
  let below = 0
  for (const bucket of buckets) {
    below += counts[bucket] ?? 0
    if (below >= share * total) return RATIO ** bucket
  }
  return 0
}

/** Faded counts below this would only take room. */
const FORGOTTEN = 0.01

function scaled({ counts }: ValueSketch, factor: number): ValueSketch {
  const kept = Object.entries(counts)
    .map(([bucket, count]): [string, number] => [bucket, count * factor])
    .filter(([, count]) => count >= FORGOTTEN)
  return {
    counts: Object.fromEntries(kept),
    total: kept.reduce((sum, [, count]) => sum + count, 0),
  }
}
