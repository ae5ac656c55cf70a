import { describe, expect, test } from 'vitest'
import { seededRandom, VirtualClock } from './virtual-clock.ts'

describe('a virtual clock', () => {
  test('stands still until it is moved', async () => {
    const clock = new VirtualClock(1_000)
    await clock.advance(0)
    expect([clock.now(), clock.monotonicMs()]).toEqual([1_000, 0])
    await clock.advance(250)
    expect([clock.now(), clock.monotonicMs()]).toEqual([1_250, 250])
  })

  test('wakes sleepers in order, each at its own time', async () => {
    const clock = new VirtualClock(0)
    const woken: string[] = []
    const sleep = async (name: string, durationMs: number): Promise<void> => {
      await clock.sleep(durationMs)
      woken.push(`${name} at ${clock.now()}`)
    }
    const sleeping = [sleep('c', 30), sleep('a', 10), sleep('b', 20), sleep('a2', 10)]
    await clock.advance(25)
    expect(woken).toEqual(['a at 10', 'a2 at 10', 'b at 20'])
    expect(clock.sleeping).toBe(1)
    await clock.advance(5)
    await Promise.all(sleeping)
    expect(woken.at(-1)).toBe('c at 30')
  })

  test('wakes who falls asleep again within the same step', async () => {
    const clock = new VirtualClock(0)
    const times: number[] = []
    const ticking = (async () => {
      for (let count = 0; count < 4; count += 1) {
        await clock.sleep(100)
        times.push(clock.now())
      }
    })()
    await clock.advance(1_000)
    await ticking
    expect(times).toEqual([100, 200, 300, 400])
    expect(clock.now()).toBe(1_000)
  })

  test('lets a sleeper go when its signal says so', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    const sleeping = clock.sleep(100, controller.signal)
    controller.abort('enough')
    await expect(sleeping).rejects.toBe('enough')
    await expect(clock.sleep(1, controller.signal)).rejects.toBe('enough')
    expect(clock.sleeping).toBe(0)
    await clock.advance(100)
  })
})

describe('seeded randomness', () => {
  test('repeats for the same seed and differs for another', () => {
    const [one, same, other] = [seededRandom(7), seededRandom(7), seededRandom(8)]
    const first = one.bytes(100)
    expect(same.bytes(100)).toEqual(first)
    expect(other.bytes(100)).not.toEqual(first)
    expect(one.bytes(100)).not.toEqual(first)
  })

  test('uses all values about equally often', () => {
    const counts = new Array<number>(256).fill(0)
    for (const byte of seededRandom(1).bytes(256_000)) counts[byte] = (counts[byte] ?? 0) + 1
    expect(Math.min(...counts)).toBeGreaterThan(850)
    expect(Math.max(...counts)).toBeLessThan(1_150)
  })
})
