import { fewestLabels, safeThreshold } from '../statistics/fixed-sequence.ts'

/** A picture that a check scored and of which somebody said whether it is good. */
export interface LabelledScore {
  /** Of the check, 0 to 1. */
  readonly score: number
  readonly isGood: boolean
}

/** How often a gate passes good pictures (α) and bad ones (β). */
export interface PassRates {
  readonly passGood: number
  readonly passBad: number
}

/** A threshold with what it does to the labelled pictures. */
export interface CalibratedThreshold extends PassRates {
  readonly threshold: number
  /** Share of all labelled pictures that pass. */
  readonly passRate: number
}

/** What a calibration came to; a refusal says why in words. */
export type Calibration =
  | ({ readonly kind: 'threshold' } & CalibratedThreshold)
  | { readonly kind: 'off'; readonly reason: string }
  | { readonly kind: 'nothing_passes'; readonly reason: string }
  | { readonly kind: 'too_few_labels'; readonly reason: string }

/** Below so many good or bad pictures the rates are chance. */
const FEWEST_OF_A_KIND = 20

const ratesAt = (labels: readonly LabelledScore[], threshold: number): CalibratedThreshold => {
  const good = labels.filter(({ isGood }) => isGood)
  const bad = labels.filter(({ isGood }) => !isGood)
  const share = (rows: readonly LabelledScore[]): number =>
    rows.length === 0 ? 0 : rows.filter(({ score }) => score >= threshold).length / rows.length
  return {
    ...{ threshold, passRate: share(labels) },
    ...{ passGood: share(good), passBad: share(bad) },
  }
}

/**
 * The threshold at which a plan costs least, or none when the plan is cheaper without the gate: a
 * gate that does not pay for itself is switched off, and says so.
 * @param planScore what a plan costs with a gate of such rates, its own price included; without an
 * argument, what it costs with no gate.
 */
export function cheapestThreshold(
  labels: readonly LabelledScore[],
  planScore: (gate?: PassRates) => number,
): Calibration {
  const good = labels.filter(({ isGood }) => isGood).length
  const fewest = Math.min(good, labels.length - good)
  if (fewest < FEWEST_OF_A_KIND) {
    const bad = labels.length - good
    const reason = `${good} good and ${bad} bad pictures; ${FEWEST_OF_A_KIND} each are needed`
    return { kind: 'too_few_labels', reason }
  }
  let best: CalibratedThreshold | undefined
  let lowest = planScore()
  for (const threshold of new Set(labels.map(({ score }) => score))) {
    const rates = ratesAt(labels, threshold)
    const cost = planScore(rates)
    if (cost >= lowest) continue
    lowest = cost
    best = rates
  }
  if (best === undefined) {
    return { kind: 'off', reason: 'the plan is cheaper without this gate, whatever its threshold' }
  }
  return { kind: 'threshold', ...best }
}

/**
 * The lowest threshold at which at most `maxBad` of the pictures that pass are bad, with 95 %
 * confidence. It never loosens by itself: when no threshold keeps the promise, it says so.
 * Calibrate again for each new version of a judge.
 */
export function promisedThreshold(
  labels: readonly LabelledScore[],
  maxBad: number,
): Calibration & { readonly bound?: number } {
  const needed = fewestLabels(maxBad)
  if (labels.length < needed) {
    const reason = `${labels.length} labelled pictures; a promise of ${maxBad} needs ${needed}`
    return { kind: 'too_few_labels', reason }
  }
  const safe = safeThreshold(
    labels.map(({ score, isGood }) => ({ score, isWrong: !isGood })),
    maxBad,
  )
  if (safe === undefined) {
    const reason = `no threshold keeps bad pictures below ${maxBad}: nothing would pass`
    return { kind: 'nothing_passes', reason }
  }
  return { kind: 'threshold', ...ratesAt(labels, safe.threshold), bound: safe.bound }
}
