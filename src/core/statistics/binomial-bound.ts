import { betaQuantile } from './beta.ts'

/**
 * Upper bound of a rate after `found` of `tried` (Clopper and Pearson 1934): the true rate lies
 * above it with a probability of at most `1 - confidence`. 1 while nothing was tried.
 */
export const upperBound = (found: number, tried: number, confidence = 0.95): number =>
  found >= tried ? 1 : betaQuantile(confidence, found + 1, tried - found)

/** Lower bound of a rate; see {@link upperBound}. */
export const lowerBound = (found: number, tried: number, confidence = 0.95): number =>
  found <= 0 ? 0 : betaQuantile(1 - confidence, found, tried - found + 1)
