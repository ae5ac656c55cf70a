import { DAY_MS, type Instant } from '../time.ts'

/** After so long an outcome counts half: models change without notice. */
const HALF_LIFE_MS = 14 * DAY_MS
/** A fixed instant in the past, 2026-01-01; every process must take the same one. */
const LANDMARK: Instant = 1_767_225_600_000

/**
 * What an outcome of an instant adds to a stored count. Counts decay forward (Cormode et al.,
 * ICDE 2009, "Forward Decay"): new outcomes weigh more instead of old ones less, so a stored count
 * is a plain sum, several processes merge theirs by addition in any order, and nothing has to be
 * rewritten as time passes. Weights double every 14 days and stay within a double for 39 years.
 */
export const forwardWeight = (at: Instant): number => 2 ** ((at - LANDMARK) / HALF_LIFE_MS)

/**
 * What an outcome of so long ago still counts.
 * @example remainingWeight(28 * DAY_MS) // 0.25
 */
export const remainingWeight = (ageMs: number): number => 2 ** (-ageMs / HALF_LIFE_MS)
