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
  const acquireJob = () =>
    lanes.acquire({
      ...{ provider: 'acme', credential: 'main', limits, images: 1, maxWaitMs: 3_600_000, rank: 3 },
    })
  /** What a promise has come to after what can happen now has happened. */
  const stateOf = async (pass: Promise<unknown>) => {
    await clock.advance(0)
    const waiting = Symbol('waiting')
    const result = await Promise.race([pass, Promise.resolve(waiting)])
    return result === waiting ? 'waiting' : result === undefined ? 'refused' : 'admitted'
  }
  return { clock, lanes, acquire, acquireJob, stateOf }
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

  /** A call that the provider refuses for being one too many. */
  async function refuse(lane: ReturnType<typeof openLane>, retryAfterMs?: number) {
    const pass = await lane.acquire()
    pass?.release()
    const asked = retryAfterMs === undefined ? {} : { retryAfterMs }
    lane.lanes.learn('acme', 'main', { kind: 'refused', ...asked })
  }

  test('closes for as long as a refusal asks, but for a minute at most', async () => {
    const lane = openLane({})
    await refuse(lane, 5_000)
    const next = lane.acquire()
    await lane.clock.advance(4_999)
    expect(await lane.stateOf(next)).toBe('waiting')
    await lane.clock.advance(1)
    expect(await lane.stateOf(next)).toBe('admitted')
    ;(await next)?.release()
    await refuse(lane, 31_536_000_000)
    const later = lane.acquire(1, 120_000)
    await lane.clock.advance(60_000)
    expect(await lane.stateOf(later)).toBe('admitted')
  })

  test('closes for longer with each refusal in a row, whatever it asks', async () => {
    const lane = openLane({})
    await refuse(lane)
    await lane.clock.advance(2_000)
    await refuse(lane, 1_000)
    const next = lane.acquire()
    await lane.clock.advance(3_999)
    expect(await lane.stateOf(next)).toBe('waiting')
    await lane.clock.advance(1)
    expect(await lane.stateOf(next)).toBe('admitted')
    ;(await next)?.release()
    lane.lanes.learn('acme', 'main', { kind: 'served' })
    await refuse(lane, 1_000)
    await lane.clock.advance(1_000)
    expect(await lane.stateOf(lane.acquire())).toBe('admitted')
  })

  test('counts the refusals of calls that were under way together once', async () => {
    const lane = openLane({})
    const passes = [await lane.acquire(), await lane.acquire(), await lane.acquire()]
    for (const pass of passes) {
      pass?.release()
      // Some say in a header as well that nothing is left.
      lane.lanes.learn('acme', 'main', { kind: 'remaining', remaining: 0, resetMs: 1_000 })
      lane.lanes.learn('acme', 'main', { kind: 'refused' })
    }
    await lane.clock.advance(2_000)
    expect(await lane.stateOf(lane.acquire())).toBe('admitted')
  })

  test('lets one call find out after a refusal, and the others follow it', async () => {
    const lane = openLane({})
    await refuse(lane, 5_000)
    const waiting = [lane.acquire(), lane.acquire(), lane.acquire()]
    await lane.clock.advance(5_000)
    const states = () => Promise.all(waiting.map(lane.stateOf))
    expect(await states()).toEqual(['admitted', 'waiting', 'waiting'])
    lane.lanes.learn('acme', 'main', { kind: 'served' })
    expect(await states()).toEqual(['admitted', 'admitted', 'admitted'])
  })

  test('does not let wait who is known to wait too long', async () => {
    const lane = openLane({})
    await refuse(lane, 30_000)
    expect(await lane.stateOf(lane.acquire(1, 10_000))).toBe('refused')
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

describe('jobs in a lane', () => {
  test.each<[string, ProviderLimits]>([
    ['calls at a time', { parallelCalls: 10 }],
    ['calls a minute', { callsPerMinute: 10 }],
    ['images a minute', { imagesPerMinute: 10 }],
  ])('leave a fifth of the %s free for those who wait', async (_claim, limits) => {
    const { acquire, acquireJob, stateOf } = openLane(limits)
    const jobs = Array.from({ length: 20 }, acquireJob)
    const states = await Promise.all(jobs.map(stateOf))
    expect(states.filter((state) => state === 'admitted')).toHaveLength(8)
    expect([await stateOf(acquire()), await stateOf(acquire())]).toEqual(['admitted', 'admitted'])
    const third = acquire()
    expect(await stateOf(third)).toBe('waiting')
    if (limits.parallelCalls === undefined) return
    ;(await jobs[0])?.release()
    expect(await stateOf(third)).toBe('admitted')
    expect(await stateOf(jobs[8] ?? Promise.resolve())).toBe('waiting')
  })

  test('get no place where there is none, and the only one where there is one', async () => {
    for (const [parallelCalls, state] of [
      [0, 'waiting'],
      [1, 'admitted'],
    ] as const) {
      const { acquireJob, stateOf } = openLane({ parallelCalls })
      expect(await stateOf(acquireJob())).toBe(state)
    }
  })

  test('fill no place in the line of those who wait', async () => {
    const { acquire, acquireJob, stateOf } = openLane({ parallelCalls: 1 })
    const held = await acquire()
    const jobs = Array.from({ length: 1_001 }, acquireJob)
    expect(await stateOf(jobs[1_000] ?? Promise.resolve())).toBe('refused')
    const mine = acquire()
    expect(await stateOf(mine)).toBe('waiting')
    held?.release()
    expect(await stateOf(mine)).toBe('admitted')
  })

  test('are no more after a refusal than four fifths of what was taken', async () => {
    const { acquire, acquireJob, stateOf, lanes, clock } = openLane({})
    const wave = await Promise.all(Array.from({ length: 20 }, acquireJob))
    for (const pass of wave.slice(10)) {
      pass?.release()
      lanes.learn('acme', 'main', { kind: 'refused' }, 3)
    }
    for (const pass of wave.slice(0, 10)) {
      pass?.release()
      lanes.learn('acme', 'main', { kind: 'served' })
    }
    const later = Array.from({ length: 20 }, acquireJob)
    const admitted = async () =>
      (await Promise.all(later.map(stateOf))).filter((state) => state === 'admitted').length
    expect(await admitted()).toBe(0)
    // Who waits for a call is not held back by the refusal of a job.
    expect(await stateOf(acquire())).toBe('admitted')
    await clock.advance(2_000)
    // One call is under way already.
    expect(await admitted()).toBe(7)
    await clock.advance(600_000)
    for (let round = 0; round < 100; round += 1) lanes.learn('acme', 'main', { kind: 'served' })
    expect(await admitted()).toBeGreaterThan(7)
  })

  test('close the lane for all when the provider says for how long', async () => {
    const { acquire, acquireJob, stateOf, lanes, clock } = openLane({})
    const pass = await acquireJob()
    pass?.release()
    lanes.learn('acme', 'main', { kind: 'refused', retryAfterMs: 1_000 }, 3)
    const mine = acquire()
    expect(await stateOf(mine)).toBe('waiting')
    await clock.advance(1_000)
    expect(await stateOf(mine)).toBe('admitted')
  })
})
