import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import type { Log } from '../../ports/log.ts'
import { until } from '../../testing/gateway-stand.ts'
import { testRateLimiter } from '../../testing/test-rate-limiter.ts'
import { createRedisLimiter } from './redis-limiter.ts'

const redisUrl = process.env.KEEPRATE_TEST_REDIS_URL
const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** A connection that works: before that every question is refused. */
async function connected(url: string) {
  const limiter = createRedisLimiter(url, silent, randomUUID())
  await until(() =>
    limiter.processes().then(
      () => true,
      () => false,
    ),
  )
  return limiter
}

describe.runIf(redisUrl !== undefined)('with a Redis server', () => {
  testRateLimiter('in Redis', async () => {
    const redis = new Redis(redisUrl ?? '')
    const names = await redis.keys('keeprate:limits:*')
    if (names.length > 0) await redis.del(...names)
    redis.disconnect()
    const limiters = [await connected(redisUrl ?? ''), await connected(redisUrl ?? '')] as const
    expect(await limiters[0].processes()).toBe(2)
    return {
      limiters,
      close: async () => {
        for (const limiter of limiters) await limiter.close()
      },
    }
  })
})

test('a Redis that is away is told at once', async () => {
  const limiter = createRedisLimiter('redis://127.0.0.1:1', silent, 'here')
  await expect(limiter.take({ keyId: 'key_a', rates: [] })).rejects.toThrow()
  await limiter.close()
})
