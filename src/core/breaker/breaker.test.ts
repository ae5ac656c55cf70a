import { describe, expect, test } from 'vitest'
import {
  admissionOf,
  type Breaker,
  type BreakerEvent,
  closedBreaker,
  nextBreaker,
  defaultBreakerRule as rule,
} from './breaker.ts'

type Kind = Exclude<BreakerEvent['kind'], 'refused'>

/** Plays events a second apart, beginning at `from`. */
function play(
  start: Breaker,
  kinds: readonly Kind[],
  from = 0,
): { readonly breaker: Breaker; readonly now: number } {
  let breaker = start
  let now = from
  for (const kind of kinds) {
    now += 1_000
    breaker = nextBreaker(breaker, { kind }, now, rule)
  }
  return { breaker, now }
}

const times = (count: number, kind: Kind) => Array<Kind>(count).fill(kind)

const dead = play(closedBreaker, times(5, 'failed'))

describe('a closed breaker', () => {
  test('opens at the fifth failure in a row, not before', () => {
    expect(play(closedBreaker, times(4, 'failed')).breaker.kind).toBe('closed')
    expect(dead.breaker).toMatchObject({ kind: 'open', cause: 'failures', until: 15_000 })
  })

  test('forgives failures that a success interrupts', () => {
    const kinds = [...times(4, 'failed'), 'succeeded' as const, ...times(4, 'failed')]
    expect(play(closedBreaker, kinds).breaker.kind).toBe('closed')
  })

  test('opens when every other call fails', () => {
    const kinds = Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0 ? ('succeeded' as const) : ('failed' as const),
    )
    expect(play(closedBreaker, kinds).breaker.kind).toBe('open')
  })

  test('opens at once when our credential is refused, for ten minutes', () => {
    const breaker = nextBreaker(
      closedBreaker,
      { kind: 'refused', cause: 'credential' },
      1_000,
      rule,
    )
    expect(breaker).toMatchObject({ kind: 'open', cause: 'credential', until: 601_000 })
  })

  test('opens when five calls in a row come late', () => {
    expect(play(closedBreaker, times(5, 'slow')).breaker).toMatchObject({ cause: 'slow' })
  })

  test('learns nothing from calls that were given up', () => {
    expect(play(closedBreaker, times(50, 'abandoned')).breaker).toEqual(closedBreaker)
  })
})

describe('an open breaker', () => {
  test('refuses until its pause is over, then lets one probe through', () => {
    const { breaker, now } = dead
    expect(admissionOf(breaker, now + 9_999, rule)).toMatchObject({ kind: 'refused' })
    expect(admissionOf(breaker, now + 10_000, rule)).toEqual({ kind: 'probe' })
    const probing = nextBreaker(breaker, { kind: 'admitted' }, now + 10_000, rule)
    expect(admissionOf(probing, now + 10_001, rule)).toMatchObject({ kind: 'refused' })
  })

  test('closes when the probe succeeds, and opens for twice as long when it fails', () => {
    const { breaker, now } = dead
    const at = now + 10_000
    const probing = nextBreaker(breaker, { kind: 'admitted' }, at, rule)
    expect(nextBreaker(probing, { kind: 'succeeded' }, at, rule).kind).toBe('closed')
    expect(nextBreaker(probing, { kind: 'failed' }, at, rule)).toMatchObject({
      kind: 'open',
      until: at + 20_000,
    })
  })

  test('lets another probe through when nothing was learned from the first', () => {
    const { breaker, now } = dead
    const at = now + 10_000
    const probing = nextBreaker(breaker, { kind: 'admitted' }, at, rule)
    const given = nextBreaker(probing, { kind: 'abandoned' }, at + 1, rule)
    expect(admissionOf(given, at + 1, rule)).toEqual({ kind: 'probe' })
    expect(admissionOf(probing, at + rule.probeMs, rule)).toEqual({ kind: 'probe' })
  })

  test('takes no notice of answers to calls that were sent before', () => {
    expect(play(dead.breaker, ['failed', 'succeeded', 'slow'], dead.now).breaker).toEqual(
      dead.breaker,
    )
  })
})

describe('a breaker that was closed again', () => {
  const at = dead.now + 10_000
  const probing = nextBreaker(dead.breaker, { kind: 'admitted' }, at, rule)
  const closed = nextBreaker(probing, { kind: 'succeeded' }, at, rule)

  test('opens at the first failure while it is on probation, and for longer', () => {
    expect(nextBreaker(closed, { kind: 'failed' }, at + 1_000, rule)).toMatchObject({
      kind: 'open',
      until: at + 21_000,
    })
  })

  test('has a clean record after a good probation', () => {
    const later = at + rule.probationMs
    const good = nextBreaker(closed, { kind: 'succeeded' }, later, rule)
    expect(good).toMatchObject({ kind: 'closed', openings: 0 })
    expect(nextBreaker(good, { kind: 'failed' }, later + 1, rule).kind).toBe('closed')
  })
})

test('a provider that flaps every 7 s costs at most ten calls a minute', () => {
  let breaker = closedBreaker
  let wasted = 0
  for (let now = 0; now < 60_000; now += 100) {
    const isUp = Math.floor(now / 7_000) % 2 === 1
    if (admissionOf(breaker, now, rule).kind === 'refused') continue
    breaker = nextBreaker(breaker, { kind: 'admitted' }, now, rule)
    breaker = nextBreaker(breaker, { kind: isUp ? 'succeeded' : 'failed' }, now, rule)
    if (!isUp) wasted += 1
  }
  expect(wasted).toBeLessThanOrEqual(10)
  expect(wasted).toBeGreaterThan(0)
})
