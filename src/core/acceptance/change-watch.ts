/** Outcomes that are compared with all others. */
const WINDOW = 50
/** Outcomes before the window that must be there to compare with. */
const FEWEST_BEFORE = 100
/** Standard errors beyond which a difference is no chance. */
const ALARM = 3

/**
 * What a change leaves of the counts before it; also what a new version inherits of the old one.
 */
export const INHERITED = 0.15

/** The latest outcomes of one model at one purpose, and the sums of those before. Plain data. */
export interface ChangeWatch {
  /** Newest last. */
  readonly recent: readonly Watched[]
  readonly before: {
    readonly count: number
    readonly difference: number
    readonly variance: number
  }
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
 * The watch after an outcome, and whether the model has changed: two windows are compared, the last
 * 50 outcomes with all before them, by how far each was from what was believed, because a context
 * that became more frequent is no change of the model.
 */
export function nextWatch(
  watch: ChangeWatch,
  outcome: Watched,
): { readonly watch: ChangeWatch; readonly hasChanged: boolean } {
  const recent = [...watch.recent, outcome]
  const leaving = recent.length > WINDOW ? recent.shift() : undefined
  const before =
    leaving === undefined
      ? watch.before
      : {
          count: watch.before.count + 1,
          difference: watch.before.difference + differenceOf(leaving),
          variance: watch.before.variance + leaving.expected * (1 - leaving.expected),
        }
  const hasChanged = before.count >= FEWEST_BEFORE && isFar(recent, before)
  return { watch: hasChanged ? noChange : { recent, before }, hasChanged }
}

const differenceOf = ({ isGood, expected }: Watched): number => (isGood ? 1 : 0) - expected

function isFar(recent: readonly Watched[], before: ChangeWatch['before']): boolean {
  const now = recent.reduce((sum, one) => sum + differenceOf(one), 0) / recent.length
  const then = before.difference / before.count
  const variance = before.variance / before.count
  const error = Math.sqrt(variance * (1 / recent.length + 1 / before.count))
  return Math.abs(now - then) > ALARM * Math.max(1e-6, error)
}
