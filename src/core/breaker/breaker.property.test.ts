import { expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import {
  admissionOf,
  type BreakerEvent,
  closedBreaker,
  neverOpen,
  nextBreaker,
  defaultBreakerRule as rule,
} from './breaker.ts'
import { MAX_DURATIONS, percentile, withDuration } from './latency.ts'
import { mayRetry } from './retry-budget.ts'

const kinds: readonly BreakerEvent[] = [
  ...(['admitted', 'succeeded', 'failed', 'slow', 'abandoned'] as const).map((kind) => ({ kind })),
  { kind: 'refused', cause: 'credential' },
  { kind: 'refused', cause: 'model_gone' },
]
const events = fc.array(fc.record({ event: fc.constantFrom(...kinds), afterMs: fc.nat(400_000) }), {
  maxLength: 60,
})

test('a breaker never stays shut for longer than its longest pause', () => {
  fc.assert(
    fc.property(events, (played) => {
      let now = 0
      let breaker = closedBreaker
      for (const { event, afterMs } of played) {
        now += afterMs
        breaker = nextBreaker(breaker, event, now, rule)
        const admission = admissionOf(breaker, now, rule)
        if (admission.kind !== 'refused') continue
        expect(admission.until - now).toBeLessThanOrEqual(
          Math.max(rule.maxPauseMs, rule.refusalPauseMs, rule.probeMs),
        )
        expect(admission.until).toBeGreaterThan(now)
      }
    }),
  )
})

test('a breaker that is switched off lets every call through, whatever has happened', () => {
  fc.assert(
    fc.property(events, (played) => {
      let now = 0
      let breaker = closedBreaker
      for (const { event, afterMs } of played) {
        now += afterMs
        breaker = nextBreaker(breaker, event, now, neverOpen)
        expect(admissionOf(breaker, now, neverOpen).kind).not.toBe('refused')
      }
    }),
  )
})

test('a breaker keeps no more samples than its rule asks for', () => {
  fc.assert(
    fc.property(events, (played) => {
      let breaker = closedBreaker
      for (const [index, { event }] of played.entries()) {
        breaker = nextBreaker(breaker, event, index, rule)
        if (breaker.kind === 'closed')
          expect(breaker.samples.length).toBeLessThanOrEqual(rule.sample)
      }
    }),
  )
})

test('repetitions stay within their share, and three are always allowed', () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.nat(1_000), (active, retrying) => {
      const allowed = mayRetry({ active, retrying }, { share: 0.2, atLeast: 3 })
      expect(allowed).toBe(retrying < 3 || retrying < Math.floor(active * 0.2))
    }),
  )
})

test('a percentile is one of the durations, and as many as its share do not exceed it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(100_000), { minLength: 1, maxLength: 300 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (all, share) => {
        const kept = all.reduce<readonly number[]>(withDuration, [])
        expect(kept.length).toBeLessThanOrEqual(MAX_DURATIONS)
        const found = percentile(kept, share) ?? Number.NaN
        expect(kept).toContain(found)
        const below = kept.filter((duration) => duration <= found).length
        expect(below).toBeGreaterThanOrEqual(share * kept.length - 1e-9)
      },
    ),
  )
})

test('no durations have no percentile', () => {
  expect(percentile([], 0.95)).toBeUndefined()
})
