import type { Counts } from './counts.ts'
import type { EvidenceKind } from './evidence.ts'
import type { Likelihoods } from './instruments.ts'
import { type Belief, deviationOf, posterior } from './posterior.ts'
import { termsOf } from './terms.ts'

/** Pictures that the floor itself counts as, before outcomes tell. */
const PRIOR_PICTURES = 15
const GAIN = 1.5
const MOST_DOWN = 0.01
const MOST_UP = 0.12
/** Above this a floor could not be planned for at all. */
const HIGHEST = 0.995

/**
 * What to aim for, so that a floor holds in the end: what was missed is aimed for on top, and
 * little is given back. Slow on purpose; outcomes are late and few. Half a standard deviation is
 * left out, or chance alone would drive the aim up, because it may rise further than it may fall.
 */
export function aimFor(floor: number, delivered: Belief): number {
  const { mean } = delivered
  const chance = deviationOf(delivered) / 2
  const missed = mean < floor ? Math.max(0, floor - mean - chance) : floor - mean
  const correction = Math.min(MOST_UP, Math.max(-MOST_DOWN, GAIN * missed))
  return Math.min(Math.max(floor, HIGHEST), floor + correction)
}

/**
 * Share of delivered pictures that are good, from decayed outcomes of a context.
 * @example floor 0.8, 20 accepted and 5 rejected by people who never err: (20 + 12) / 40 = 0.8
 */
export const deliveredShare = (
  floor: number,
  delivered: readonly Counts[],
  likelihoods: Likelihoods,
): Belief =>
  posterior(
    { mean: floor, weight: PRIOR_PICTURES },
    delivered.map((counts) => ({ terms: termsOf(asDelivered(counts), likelihoods), shift: 0 })),
  )

/** What was delivered, without what the gate said: that it passed is why it was delivered. */
function asDelivered(counts: Counts): Counts {
  const sum = (fate: 'accept' | 'reject' | 'silent') => {
    const kinds: EvidenceKind[] = [`pass_${fate}`, `none_${fate}`]
    const count = kinds.reduce((all, kind) => all + (counts[kind]?.count ?? 0), 0)
    return { count, reach: count }
  }
  return { none_accept: sum('accept'), none_reject: sum('reject'), none_silent: sum('silent') }
}
