import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock, systemRandom } from './system-clock.ts'

describe('the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 20) })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('tells wall time, and monotonic time in the same milliseconds', () => {
    const start = systemClock.monotonicMs()
    vi.advanceTimersByTime(1_500)
    expect(systemClock.now()).toBe(Date.UTC(2026, 10, 20) + 1_500)
    expect(systemClock.monotonicMs() - start).toBe(1_500)
  })

  test('sleeps as long as it is told, also longer than a timer can', async () => {
    for (const durationMs of [0, 10, 60 * 86_400_000]) {
      let isAwake = false
      const sleeping = systemClock.sleep(durationMs).then(() => {
        isAwake = true
      })
      await vi.advanceTimersByTimeAsync(Math.max(0, durationMs - 1))
      expect(isAwake).toBe(durationMs === 0)
      await vi.advanceTimersByTimeAsync(1)
      await sleeping
    }
  })

  test('rejects with the reason when a sleeper is woken, and leaves no timer', async () => {
    const controller = new AbortController()
    const sleeping = systemClock.sleep(1_000, controller.signal)
    controller.abort('enough')
    await expect(sleeping).rejects.toBe('enough')
    await expect(systemClock.sleep(1_000, controller.signal)).rejects.toBe('enough')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('forgets the signal after a sleep', async () => {
    const controller = new AbortController()
    const remove = vi.spyOn(controller.signal, 'removeEventListener')
    const sleeping = systemClock.sleep(5, controller.signal)
    await vi.advanceTimersByTimeAsync(5)
    await sleeping
    expect(remove).toHaveBeenCalledOnce()
  })
})

test('system randomness has the length asked for and does not repeat', () => {
  expect(systemRandom.bytes(0)).toHaveLength(0)
  expect(systemRandom.bytes(32)).toHaveLength(32)
  expect(systemRandom.bytes(16)).not.toEqual(systemRandom.bytes(16))
})
