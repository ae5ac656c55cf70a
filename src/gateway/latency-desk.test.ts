import { describe, expect, test } from 'vitest'
import type { GatewayEvent } from './events.ts'
import { LatencyDesk } from './latency-desk.ts'

const LIMIT_MS = 8_000
const OFFER = 'acme/painter'

/** A desk on which a call ends every second unless it is said otherwise. */
function openDesk(limitMs?: number) {
  const events: GatewayEvent[] = []
  const desk = new LatencyDesk((event) => events.push(event), limitMs)
  let now = 1_000_000
  const take = (count: number, durationMs: number, everyMs = 1_000): void => {
    for (let index = 0; index < count; index += 1) {
      now += everyMs
      desk.take(OFFER, durationMs, now)
    }
  }
  return { desk, events, take, wait: (durationMs: number) => (now += durationMs) }
}

test('durations are known after twenty calls, of the latest two hundred', () => {
  const { desk, take } = openDesk()
  take(19, 1_000)
  expect([desk.shareMs(OFFER, 0.95), desk.meanMs(OFFER)]).toEqual([undefined, undefined])
  take(1, 3_000)
  expect([desk.shareMs(OFFER, 0.95), desk.meanMs(OFFER)]).toEqual([1_000, 1_100])
  take(200, 5_000)
  expect([desk.shareMs(OFFER, 0), desk.meanMs(OFFER)]).toEqual([5_000, 5_000])
  expect(desk.shareMs('other/painter', 0.5)).toBeUndefined()
})

describe('an offer that becomes too slow', () => {
  test('is told once, and its end once', () => {
    const { events, take, wait } = openDesk(LIMIT_MS)
    take(30, 9_000)
    expect(events).toEqual([
      { kind: 'latency-exceeded', offer: OFFER, p95Ms: 9_000, limitMs: LIMIT_MS, calls: 20 },
    ])
    wait(600_000)
    take(30, 7_000)
    expect(events).toHaveLength(1)
    wait(600_000)
    take(30, 2_000)
    expect(events.slice(1)).toMatchObject([{ kind: 'latency-recovered', p95Ms: 2_000 }])
  })

  test('is not one with fewer than twenty calls in ten minutes', () => {
    const { events, take } = openDesk(LIMIT_MS)
    take(100, 60_000, 32_000)
    expect(events).toEqual([])
  })

  test('is not told of where one call in twenty-five is slow', () => {
    const { events, take } = openDesk(LIMIT_MS)
    for (let round = 0; round < 8; round += 1) {
      take(24, 2_000)
      take(1, 60_000)
    }
    expect(events).toEqual([])
  })

  test('is not told of without a limit', () => {
    const { events, take } = openDesk()
    take(100, 60_000)
    expect(events).toEqual([])
  })
})
