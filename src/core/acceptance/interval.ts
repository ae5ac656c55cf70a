import { betaQuantile } from '../statistics/beta.ts'
import type { Belief } from './posterior.ts'

/** The middle of a belief that holds 80 % of it; what is shown beside its mean. */
export function intervalOf({ mean, weight }: Belief): readonly [low: number, high: number] {
  const [a, b] = [Math.max(1e-3, weight * mean), Math.max(1e-3, weight * (1 - mean))]
  return [betaQuantile(0.1, a, b), betaQuantile(0.9, a, b)]
}
