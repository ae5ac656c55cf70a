import {
  admissionOf,
  type Breaker,
  closedBreaker,
  defaultBreakerRule,
  nextBreaker,
} from '../core/breaker/breaker.ts'

/** Which providers are called now: the gateway's own circuit breakers on the world's clock. */
export interface Health {
  isUp(provider: string, nowMs: number): boolean
  note(provider: string, hasSucceeded: boolean, nowMs: number): void
}

/** A breaker for each provider, by the rule that the gateway starts with. */
export function breakerHealth(): Health {
  const breakers = new Map<string, Breaker>()
  const rule = defaultBreakerRule
  return {
    isUp: (provider, nowMs) =>
      admissionOf(breakers.get(provider) ?? closedBreaker, nowMs, rule).kind !== 'refused',
    note(provider, hasSucceeded, nowMs) {
      const before = breakers.get(provider) ?? closedBreaker
      const admitted = nextBreaker(before, { kind: 'admitted' }, nowMs, rule)
      const kind = hasSucceeded ? 'succeeded' : 'failed'
      breakers.set(provider, nextBreaker(admitted, { kind }, nowMs, rule))
    },
  }
}

/** For the oracle, which knows by itself who is down. */
export const noHealth: Health = { isUp: () => true, note: () => {} }
