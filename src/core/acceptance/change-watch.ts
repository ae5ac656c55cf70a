/**
 * Latest outcomes that are compared with all before, and the standard errors beyond which a
 * difference is no chance. The short window sees a collapse at once, the long ones a loss of a
 * tenth or less. Each outcome is a look at all three, so three errors would be passed by chance
 * alone several times in 20,000 outcomes, and each time most of what was learned would be lost.
 */
const WINDOWS = [
  { length: 50, alarm: 4 },
  { length: 200, alarm: 3.7 },
  { length: 800, alarm: 3.7 },
] as const
const LONGEST = 800
/** Outcomes before the window that must be there to compare with. */
const FEWEST_BEFORE = 100

/**
 * What a change leaves of the counts before it; also what a new version inherits of the old one.
 */
export const INHERITED = 0.15

/** The latest outcomes of one model at one purpose, and sums of them and of all. Plain data. */
export interface ChangeWatch {
  /** Newest last. */
  readonly recent: readonly Watched[]
  readonly all: Sums
  /** Of the newest, for each of {@link WINDOWS}. */
  readonly windows: readonly Sums[]
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

const nothing: Sums = { count: 0, difference: 0, variance: 0 }

/** Before the first outcome, and after an alarm. */
export const noChange: ChangeWatch = {
  ...{ recent: [], all: nothing },
  windows: WINDOWS.map(() => nothing),
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
  const all = plus(watch.all, sumsOf(outcome))
  const windows = WINDOWS.map(({ length }, index) => {
    const grown = plus(watch.windows[index] ?? nothing, sumsOf(outcome))
    const leaving = recent.at(-1 - length)
    return leaving === undefined ? grown : plus(grown, sumsOf(leaving), -1)
  })
  const hasChanged = WINDOWS.some(({ length, alarm }, index) => {
    const now = windows[index] ?? nothing
    return now.count === length && isFar(now, plus(all, now, -1), alarm)
  })
  if (recent.length > LONGEST) recent.shift()
  return { watch: hasChanged ? noChange : { recent, all, windows }, hasChanged }
}

const sumsOf = ({ isGood, expected }: Watched): Sums => ({
  count: 1,
  difference: (isGood ? 1 : 0) - expected,
  variance: expected * (1 - expected),
})

const plus = (sums: Sums, other: Sums, times = 1): Sums => ({
  count: sums.count + times * other.count,
  difference: sums.difference + times * other.difference,
  variance: sums.variance + times * other.variance,
})

function isFar(now: Sums, then: Sums, alarm: number): boolean {
  if (then.count < FEWEST_BEFORE) return false
  const error = Math.sqrt((then.variance / then.count) * (1 / now.count + 1 / then.count))
  const difference = now.difference / now.count - then.difference / then.count
  return Math.abs(difference) > alarm * Math.max(1e-6, error)
}
