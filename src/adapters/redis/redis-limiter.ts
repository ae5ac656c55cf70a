import type { Redis } from 'ioredis'
import type { Log } from '../../ports/log.ts'
import type { SharedLimiter } from '../../ports/rate-limiter.ts'
import { openRedis } from './open-redis.ts'

/** One that has to be closed. */
export interface RedisLimiter extends SharedLimiter {
  close(): Promise<void>
}

const limits = {
  /** A process that was not heard of for so long counts no more, in milliseconds. */
  processMs: 30_000,
  /** A bucket is full again after a minute, and then need not be remembered. */
  bucketMs: 120_000,
  /** Places that a dead process took are free again after the longest call, in milliseconds. */
  placeMs: 600_000,
} as const

const PREFIX = 'keeprate:limits:'

/** Time is the server's, so that clocks of processes that differ change nothing. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

/** The same arithmetic as \`core/limits/bucket.ts\`, in one step for all buckets. */
const TAKE = `${NOW}
local taken, answer = 1, {}
for i, key in ipairs(KEYS) do
  local rate, amount = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local left = rate
  local known = redis.call('HMGET', key, 'left', 'at', 'rate')
  if known[1] and tonumber(known[3]) == rate then
    local passed = math.max(0, now - tonumber(known[2]))
    left = math.min(rate, tonumber(known[1]) + passed * rate / 60000)
  end
  answer[i] = left
  if left < amount then taken = 0 end
end
for i, key in ipairs(KEYS) do
  if taken == 1 then
    answer[i] = answer[i] - tonumber(ARGV[2 * i + 1])
    local left = string.format('%.17g', answer[i])
    redis.call('HSET', key, 'left', left, 'at', now, 'rate', ARGV[2 * i])
    redis.call('PEXPIRE', key, ARGV[1])
  end
  answer[i] = string.format('%.17g', answer[i])
end
return {taken, unpack(answer)}
`

const OCCUPY = `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local taken = redis.call('ZCARD', KEYS[1])
if taken + ARGV[2] > tonumber(ARGV[1]) then return {0, taken} end
for i = 1, ARGV[2] do redis.call('ZADD', KEYS[1], now + ARGV[4], ARGV[3] .. ':' .. i) end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {1, taken}
`

const PROCESSES = `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
`

/**
 * Limits of keys, counted in a Redis that all replicas share. It holds nothing but counts of the
 * last minutes: one that is empty lets keys begin their minute anew.
 * @param owner name of this process, which no other one has.
 */
export function createRedisLimiter(url: string, log: Log, owner: string): RedisLimiter {
  const redis = openRedis(url, log, 'each process counts limits by itself')
  let places = 0
  return {
    take: async ({ keyId, rates }) => {
      const keys = rates.map(({ what }) => `${PREFIX}${what}:${keyId}`)
      const numbers = rates.flatMap(({ perMinute, amount }) => [perMinute, amount])
      const [taken, ...left] = await evaluate(redis, TAKE, keys, [limits.bucketMs, ...numbers])
      const buckets = rates.map(({ perMinute }, at) => ({
        ...{ perMinute, left: Number(left[at]), atMs: 0 },
      }))
      return { isTaken: Number(taken) === 1, buckets }
    },
    occupy: async ({ keyId, most, images }) => {
      const key = `${PREFIX}parallel:${keyId}`
      places += 1
      const token = `${owner}:${places}`
      const given = [most, images, token, limits.placeMs]
      const [isGiven, before] = await evaluate(redis, OCCUPY, [key], given)
      const taken = Number(before)
      if (Number(isGiven) !== 1) return { taken }
      const names = Array.from({ length: images }, (_, index) => `${token}:${index + 1}`)
      // What cannot be given back now is free when its time is over.
      return { taken, release: () => void redis.zrem(key, ...names).catch(() => undefined) }
    },
    processes: async () => {
      const [count] = await evaluate(
        redis,
        PROCESSES,
        [`${PREFIX}processes`],
        [...[owner, limits.processMs]],
      )
      return Number(count)
    },
    close: async () => {
      redis.disconnect()
    },
  }
}

async function evaluate(
  redis: Redis,
  script: string,
  keys: readonly string[],
  given: readonly (string | number)[],
): Promise<readonly unknown[]> {
  const answer = await redis.eval(script, keys.length, ...keys, ...given)
  return [answer].flat()
}
