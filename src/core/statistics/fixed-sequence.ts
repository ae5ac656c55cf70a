import { upperBound } from './binomial-bound.ts'

/** Something that was scored, and of which somebody said whether it was wrong. */
export interface Scored {
  readonly score: number
  readonly isWrong: boolean
}

/** How far a threshold may be lowered. */
export interface SafeThreshold {
  /** Lowest score that may pass. */
  readonly threshold: number
  /** How many of the labelled ones pass, and how many of these are wrong. */
  readonly passing: number
  readonly wrong: number
  /** The true share of wrong ones among those that pass lies above it only rarely. */
  readonly bound: number
}

/**
 * Labels that are needed before any promise can be kept, even when none of them is wrong.
 * @example fewestLabels(0.05) // 59
 * @example fewestLabels(0.01) // 299
 */
export const fewestLabels = (maxShare: number, confidence = 0.95): number =>
  Math.ceil(Math.log(1 - confidence) / Math.log(1 - maxShare))

/**
 * The lowest threshold at which at most `maxShare` of what passes is wrong, with `confidence`
 * (Clopper and Pearson's bound, in a fixed sequence: "learn then test", arXiv:2110.01052).
 * Thresholds are walked from strict to loose, and the walk ends at the first that breaks the
 * promise: looking on for a lucky one would. It begins where there are enough labels to prove
 * anything, which does not depend on what they say. Undefined when no threshold keeps the promise:
 * then nothing passes, and whoever asked must be told.
 */
export function safeThreshold(
  labels: readonly Scored[],
  maxShare: number,
  confidence = 0.95,
): SafeThreshold | undefined {
  const sorted = labels.toSorted((a, b) => b.score - a.score)
  const fewest = fewestLabels(maxShare, confidence)
  let safe: SafeThreshold | undefined
  let wrong = 0
  for (const [index, { score, isWrong }] of sorted.entries()) {
    if (isWrong) wrong += 1
    const passing = index + 1
    // Equal scores pass together or not at all.
    if (passing < fewest || sorted[passing]?.score === score) continue
    const bound = upperBound(wrong, passing, confidence)
    if (bound > maxShare) break
    safe = { threshold: score, passing, wrong, bound }
  }
  return safe
}
