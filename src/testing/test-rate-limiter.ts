import { describe, expect, test } from 'vitest'
import type { RateLimiter } from '../ports/rate-limiter.ts'

/** Two processes that count in one place, or one process twice. */
export type OpenLimiters = () => Promise<{
  readonly limiters: readonly [RateLimiter, RateLimiter]
  close(): Promise<void>
}>

const wish = (keyId: string, requests: number, images: number) => ({
  keyId,
  rates: [
    { what: 'requests', perMinute: 2, amount: requests },
    { what: 'images', perMinute: 5, amount: images },
  ] as const,
})

/** Contract of {@link RateLimiter}. Time hardly passes in it. */
export function testRateLimiter(name: string, open: OpenLimiters): void {
  const withLimiters = async (use: (...both: [RateLimiter, RateLimiter]) => Promise<void>) => {
    const { limiters, close } = await open()
    await use(...limiters).finally(close)
  }
  describe(`${name}: rate limiter`, () => {
    test('whoever takes, a minute has its rate and no more, and a refusal counts nothing', () =>
      withLimiters(async (one, other) => {
        const first = await one.take(wish('key_a', 1, 4))
        expect(first.isTaken).toBe(true)
        expect(first.buckets.map(({ left }) => Math.floor(left))).toEqual([1, 1])
        const refused = await other.take(wish('key_a', 1, 2))
        expect(refused.isTaken).toBe(false)
        expect(refused.buckets.map(({ left }) => Math.floor(left))).toEqual([1, 1])
        expect((await other.take(wish('key_a', 1, 1))).isTaken).toBe(true)
        expect((await one.take(wish('key_a', 1, 0))).isTaken).toBe(false)
        expect((await one.take(wish('key_b', 2, 5))).isTaken).toBe(true)
      }))

    test('of many at the same time no more are taken than fit', () =>
      withLimiters(async (...both) => {
        const rates = [{ what: 'requests', perMinute: 7, amount: 1 }] as const
        const takes = Array.from({ length: 40 }, (_, index) => {
          return both[index % 2]?.take({ keyId: 'key_a', rates })
        })
        const taken = (await Promise.all(takes)).filter((count) => count?.isTaken)
        expect(taken).toHaveLength(7)
      }))

    test('another rate begins with all of it', () =>
      withLimiters(async (one, other) => {
        const rate = (perMinute: number) => [{ what: 'images', perMinute, amount: 3 }] as const
        expect((await one.take({ keyId: 'key_a', rates: rate(3) })).isTaken).toBe(true)
        expect((await other.take({ keyId: 'key_a', rates: rate(3) })).isTaken).toBe(false)
        expect((await other.take({ keyId: 'key_a', rates: rate(4) })).isTaken).toBe(true)
      }))

    test('places are taken by all together, and given back once', () =>
      withLimiters(async (one, other) => {
        const places = (keyId: string, images: number) => ({ keyId, most: 3, images })
        const first = await one.occupy(places('key_a', 2))
        expect(first).toMatchObject({ taken: 0, release: expect.any(Function) })
        expect(await other.occupy(places('key_a', 2))).toEqual({ taken: 2 })
        const second = await other.occupy(places('key_a', 1))
        expect(second.taken).toBe(2)
        first.release?.()
        first.release?.()
        expect((await one.occupy(places('key_a', 3))).taken).toBe(1)
        expect((await one.occupy(places('key_a', 2))).release).toBeDefined()
        expect((await one.occupy(places('key_b', 3))).release).toBeDefined()
      }))
  })
}
