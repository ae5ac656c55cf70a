/**
 * Latest outcomes that are compared with all before, and the standard errors beyond which a
 * difference is no chance. The short window sees a collapse at once, the long one a loss of a
 * tenth.
 */
const WINDOWS = [
  { length: 50, alarm: 3 },
  { length: 200, alarm: 3.5 },
] as const
const LONGEST = 200
/** Outcomes before the window that must be there to compare with. */
const FEWEST_BEFORE = 100

/**
 * What a change leaves of the counts before it; also what a new version inherits of the old one.
 */
export const INHERITED = 0.15

/** The latest outcomes of one model at one purpose, and the sums of those before. Plain data. */
export interface ChangeWatch {
  /** Newest last. */
  readonly recent: readonly Watched[]
  readonly before: Sums
}

interface Sums {
  readonly count: number
  readonly difference: number
  readonly variance: number
}

/** An outcome beside what was believed when it was made. */
interface Watched {
  readonly isGood: boolean
  readonly expected: number
}

/** Before the first outcome, and after an alarm. */
export const noChange: ChangeWatch = {
  recent: [],
  before: { count: 0, difference: 0, variance: 0 },
}

/**
 * The watch after an outcome, and whether the model has changed: the last outcomes are compared
 * with all before them, by how far each was from what was believed, because a context that became
 * more frequent is no change of the model.
 */
export function nextWatch(
  watch: ChangeWatch,
  outcome: Watched,
): { readonly watch: ChangeWatch; readonly hasChanged: boolean } {
  const recent = [...watch.recent, outcome]
  const leaving = recent.length > LONGEST ? recent.shift() : undefined
  const before = leaving === undefined ? watch.before : plus(watch.before, leaving)
  const hasChanged = WINDOWS.some((window) => isFar(recent, before, window))
  return { watch: hasChanged ? noChange : { recent, before }, hasChanged }
}

const plus = (sums: Sums, { isGood, expected }: Watched): Sums => ({
  count: sums.count + 1,
  difference: sums.difference + (isGood ? 1 : 0) - expected,
  variance: sums.variance + expected * (1 - expected),
})

function isFar(
  recent: readonly Watched[],
  before: Sums,
  { length, alarm }: { readonly length: number; readonly alarm: number },
): boolean {
  const count = recent.length + before.count
  if (recent.length < length || count < length + FEWEST_BEFORE) return false
  const now = recent.slice(-length).reduce(plus, noChange.before)
  const then = recent.slice(0, -length).reduce(plus, before)
  const error = Math.sqrt((then.variance / then.count) * (1 / length + 1 / then.count))
  const difference = now.difference / length - then.difference / then.count
  return Math.abs(difference) > alarm * Math.max(1e-6, error)
}
