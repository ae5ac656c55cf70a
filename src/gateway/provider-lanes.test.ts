import { describe, expect, test } from 'vitest'
import type { ProviderLimits } from '../ports/provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { ProviderLanes } from './provider-lanes.ts'

function openLane(limits: ProviderLimits) {
  const clock = new VirtualClock()
  const lanes = new ProviderLanes(clock)
  const acquire = (images = 1, maxWaitMs = 60_000, signal?: AbortSignal) =>
    lanes.acquire({
      ...{ provider: 'acme', credential: 'main', limits, images, maxWaitMs },
      ...(signal === undefined ? {} : { signal }),
    })
  /** What a promise has come to after what can happen now has happened. */
  const stateOf = async (pass: Promise<unknown>) => {
    await clock.advance(0)
    const waiting = Symbol('waiting')
    const result = await Promise.race([pass, Promise.resolve(waiting)])
    return result === waiting ? 'waiting' : result === undefined ? 'refused' : 'admitted'
  }
  return { clock, lanes, acquire, stateOf }
}

describe('a lane', () => {
  test('without limits lets every call through at once', async () => {
    const { acquire, stateOf } = openLane({})
    for (let index = 0; index < 100; index += 1) expect(await stateOf(acquire())).toBe('admitted')
  })

  test('lets as many calls through as it has room for, in the order they came', async () => {
    const { acquire, stateOf } = openLane({ parallelCalls: 1 })
    const first = await acquire()
    const [second, third] = [acquire(), acquire()]
    expect(await stateOf(second)).toBe('waiting')
    first?.release()
    expect([await stateOf(second), await stateOf(third)]).toEqual(['admitted', 'waiting'])
    first?.release()
    expect(await stateOf(third)).toBe('waiting')
    ;(await second)?.release()
    expect(await stateOf(third)).toBe('admitted')
  })

  test('refuses who has waited too long, and whose caller has gone', async () => {
    const { acquire, stateOf, clock } = openLane({ parallelCalls: 1 })
    const held = await acquire()
    const late = acquire(1, 1_000)
    const gone = new AbortController()
    const left = acquire(1, 60_000, gone.signal)
    await clock.advance(999)
    expect(await stateOf(late)).toBe('waiting')
    await clock.advance(1)
    expect(await stateOf(late)).toBe('refused')
    gone.abort()
    expect(await stateOf(left)).toBe('refused')
    held?.release()
    expect(await stateOf(acquire())).toBe('admitted')
  })

  test('spreads calls over the minute', async () => {
    const { acquire, stateOf, clock } = openLane({ callsPerMinute: 2 })
    expect(await stateOf(acquire())).toBe('admitted')
    await clock.advance(10_000)
    expect(await stateOf(acquire())).toBe('admitted')
    const third = acquire()
    await clock.advance(49_999)
    expect(await stateOf(third)).toBe('waiting')
    await clock.advance(1)
    expect(await stateOf(third)).toBe('admitted')
  })

  test('counts images, and lets a call that is larger than the allowance go alone', async () => {
    const { acquire, stateOf, clock } = openLane({ imagesPerMinute: 4 })
    expect(await stateOf(acquire(10))).toBe('admitted')
    const small = acquire(1, 120_000)
    await clock.advance(59_999)
    expect(await stateOf(small)).toBe('waiting')
    await clock.advance(1)
    expect(await stateOf(small)).toBe('admitted')
  })

  test('closes for as long as a refusal asks, but for a minute at most', async () => {
    const { acquire, stateOf, clock, lanes } = openLane({})
    await acquire()
    lanes.learn('acme', 'main', { kind: 'refused', retryAfterMs: 5_000 })
    const next = acquire()
    await clock.advance(4_999)
    expect(await stateOf(next)).toBe('waiting')
    await clock.advance(1)
    expect(await stateOf(next)).toBe('admitted')
    lanes.learn('acme', 'main', { kind: 'refused', retryAfterMs: 31_536_000_000 })
    const later = acquire(1, 120_000)
    await clock.advance(60_000)
    expect(await stateOf(later)).toBe('admitted')
  })

  test('closes for longer with each refusal in a row that names no time', async () => {
    const { acquire, stateOf, clock, lanes } = openLane({})
    await acquire()
    lanes.learn('acme', 'main', { kind: 'refused' })
    await clock.advance(2_000)
    expect(await stateOf(acquire())).toBe('admitted')
    lanes.learn('acme', 'main', { kind: 'refused' })
    const next = acquire()
    await clock.advance(3_999)
    expect(await stateOf(next)).toBe('waiting')
    await clock.advance(1)
    expect(await stateOf(next)).toBe('admitted')
    lanes.learn('acme', 'main', { kind: 'remaining', remaining: 3, resetMs: 1_000 })
    lanes.learn('acme', 'main', { kind: 'refused' })
    await clock.advance(2_000)
    expect(await stateOf(acquire())).toBe('admitted')
  })

  test('waits for the reset when the provider says that nothing is left', async () => {
    const { acquire, stateOf, clock, lanes } = openLane({})
    await acquire()
    lanes.learn('acme', 'main', { kind: 'remaining', remaining: 0, resetMs: 3_000 })
    const next = acquire()
    await clock.advance(2_999)
    expect(await stateOf(next)).toBe('waiting')
    await clock.advance(1)
    expect(await stateOf(next)).toBe('admitted')
  })
})
