import { dollarsFromNano, formatDollars, type Nano } from '../../money.ts'
import { upperBound } from '../../statistics/binomial-bound.ts'
import type { AlertRules } from '../alert-rules.ts'
import { type Finding, warning } from '../finding.ts'
import type { QualitySums, TwoSpans } from '../quality-sums.ts'

/** With fewer words of raters nothing is said: one bad picture would ring. */
const FEWEST_JUDGED = 20

/** It is asked again and again, so chance must be rarer than usual. */
const CONFIDENCE = 0.99

/** Parts that shares are counted in, so that money stays whole. */
const PARTS = 1_000_000

/** Spend on what is made until one picture is accepted; undefined when that is not known. */
function costPerAccepted({ spentNano, images }: QualitySums, acceptance: number): Nano | undefined {
  const parts = BigInt(Math.round(acceptance * PARTS))
  return images === 0 || parts === 0n
    ? undefined
    : (spentNano * BigInt(PARTS)) / (BigInt(images) * parts)
}

const meanOf = (sums: QualitySums): Nano | undefined =>
  sums.judged < FEWEST_JUDGED ? undefined : costPerAccepted(sums, sums.accepted / sums.judged)

/** Below this it does not lie, with 99 chances of 100. */
const leastOf = (sums: QualitySums): Nano | undefined =>
  sums.judged < FEWEST_JUDGED
    ? undefined
    : costPerAccepted(sums, upperBound(sums.accepted, sums.judged, CONFIDENCE))

/** Accepted pictures that cost more than their target, beyond what chance explains. */
export function overTarget(
  { subject, purpose, recent }: TwoSpans,
  { costPerAccepted: target }: AlertRules,
): readonly Finding[] {
  const limit = target?.purposes[purpose] ?? target?.all
  const [mean, least] = [meanOf(recent), leastOf(recent)]
  if (limit === undefined || mean === undefined || least === undefined) return []
  if (least <= limit) return []
  const [costs, most] = [mean, limit].map(formatDollars)
  const text = `An accepted picture of ${subject} costs ${costs}, above its target of ${most}.`
  return [
    warning('cost_per_accepted', subject, text, {
      cost: dollarsFromNano(mean),
      target: dollarsFromNano(limit),
      ...{ judged: recent.judged, accepted: recent.accepted, images: recent.images },
    }),
  ]
}

/** Accepted pictures that became dearer than in the week before. */
export function costDrift(
  { subject, recent, before }: TwoSpans,
  { costDrift: share }: AlertRules,
): readonly Finding[] {
  const [mean, least, usual] = [meanOf(recent), leastOf(recent), meanOf(before)]
  if (share === undefined || mean === undefined || least === undefined) return []
  if (usual === undefined || usual === 0n) return []
  const factor = Number(mean) / Number(usual)
  if (factor <= 1 + share || least <= usual) return []
  const percent = Math.round((factor - 1) * 100)
  const more = `${percent} % more than in the week before`
  const text = `An accepted picture of ${subject} costs ${formatDollars(mean)}, ${more}.`
  return [
    warning('cost_drift', subject, text, {
      cost: dollarsFromNano(mean),
      before: dollarsFromNano(usual),
      factor: Math.round(factor * 1_000) / 1_000,
      ...{ judged: recent.judged, accepted: recent.accepted },
    }),
  ]
}
