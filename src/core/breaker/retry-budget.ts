/** How many calls may be repetitions at one time. */
export interface RetryRule {
  /** Share of the requests under way, 0 to 1. */
  readonly share: number
  /** So many are always allowed: with little traffic a share would be none. */
  readonly atLeast: number
}

/** Envoy's retry budget: 20 % of active requests, at least 3 (its documentation, 2026-11-20). */
export const defaultRetryRule: RetryRule = { share: 0.2, atLeast: 3 }

/**
 * Whether one more repetition may start. They are bounded by what is under way, because in an
 * outage of all providers they would otherwise multiply the load just when it hurts most.
 */
export const mayRetry = (
  counts: { readonly active: number; readonly retrying: number },
  rule: RetryRule,
): boolean => counts.retrying < Math.max(rule.atLeast, Math.floor(counts.active * rule.share))
