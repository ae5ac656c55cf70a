import type { Counts } from './counts.ts'
import { evidenceKinds } from './evidence.ts'
import type { Likelihoods } from './instruments.ts'

/**
 * The log-likelihood of counts, as a sum over lines `weight × log(bad + rise × share)`: three
 * numbers for each line, in this order. Worked out once, because finding where it peaks asks for it
 * many times.
 */
export type Terms = Float64Array

/** What counts say about a share, seen through these instruments. */
export function termsOf(counts: Counts, likelihoods: Likelihoods): Terms {
  const terms: number[] = []
  for (const kind of evidenceKinds) {
    const tally = counts[kind]
    if (tally === undefined || tally.count <= 1e-12) continue
    for (const { good, bad, power } of likelihoods[kind].lines) {
      terms.push(bad, ((good - bad) * tally.reach) / tally.count, power * tally.count)
    }
  }
  return new Float64Array(terms)
}
