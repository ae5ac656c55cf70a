import { expect, test } from 'vitest'
import type { Log } from '../ports/log.ts'
import type { SharedLimiter } from '../ports/rate-limiter.ts'
import { testRateLimiter } from '../testing/test-rate-limiter.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { LimitDesk } from './limit-desk.ts'
import { OwnLimiter } from './own-limiter.ts'

testRateLimiter('in memory', async () => {
  const limiter = new OwnLimiter(new VirtualClock())
  return { limiters: [limiter, limiter], close: async () => undefined }
})

/** A place of two processes that can be lost. */
function losable(clock: VirtualClock) {
  const own = new OwnLimiter(clock)
  let [isLost, asked] = [false, 0]
  const unlessLost = async <Answer>(answer: () => Promise<Answer>): Promise<Answer> => {
    asked += 1
    if (isLost) throw new Error('nobody there')
    return answer()
  }
  const shared: SharedLimiter = {
    take: (wish) => unlessLost(() => own.take(wish)),
    occupy: (wish) => unlessLost(() => own.occupy(wish)),
    processes: () => unlessLost(async () => 2),
  }
  return { shared, asked: () => asked, lose: (isSo: boolean) => (isLost = isSo) }
}

test('while what they share is away, processes keep to their shares, and say so', async () => {
  const clock = new VirtualClock()
  const { shared, asked, lose } = losable(clock)
  let warnings = 0
  const log: Log = { debug() {}, info() {}, error() {}, warn: () => (warnings += 1) }
  const parts = { shared, clock, log }
  const [one, other] = [new LimitDesk(parts), new LimitDesk(parts)]
  const rates = [{ what: 'requests', perMinute: 10, amount: 1 }] as const
  /** How many of so many requests a process lets in. */
  const admitted = async (desk: LimitDesk, keyId: string) => {
    const takes = Array.from({ length: 20 }, () => desk.take({ keyId, rates }))
    return (await Promise.all(takes)).filter(({ isTaken }) => isTaken).length
  }
  expect((await admitted(one, 'key_a')) + (await admitted(other, 'key_a'))).toBe(10)
  lose(true)
  expect(await admitted(one, 'key_b')).toBe(5)
  expect(await admitted(other, 'key_b')).toBe(5)
  const places = { keyId: 'key_b', most: 4, images: 2 }
  expect((await one.occupy(places)).release).toBeDefined()
  expect((await one.occupy(places)).release).toBeUndefined()
  expect((await other.occupy({ ...places, images: 3 })).release).toBeDefined()
  expect([one.isAway, other.isAway, warnings]).toEqual([true, true, 2])
  const before = asked()
  await admitted(one, 'key_c')
  expect(asked()).toBe(before)
  lose(false)
  await clock.advance(1_000)
  expect(await admitted(one, 'key_d')).toBe(10)
  expect(one.isAway).toBe(false)
})
