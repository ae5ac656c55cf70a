import { Redis } from 'ioredis'
import type { Log } from '../../ports/log.ts'
import type { PictureLayer } from '../hot-pictures/picture-layer.ts'

/** A layer that has to be closed. */
export interface RedisLayer extends PictureLayer {
  close(): Promise<void>
}

const limits = {
  /** Larger ones are as fast from a folder or an object store. */
  maxBytes: 4 * 1024 * 1024,
  /** How long a copy that nobody asks for stays, in seconds. */
  lifetimeS: 24 * 3_600,
  /** Longest wait for an answer, in milliseconds: then the store is asked. */
  answerMs: 250,
  /** Pause before the next try to reach a server that is away, in milliseconds. */
  retryMs: 1_000,
} as const

const PREFIX = 'keeprate:picture:'

/**
 * Copies of pictures in a Redis that all replicas share. It holds nothing that cannot be had
 * otherwise, so one that is away or empty costs time and nothing else.
 */
export function createRedisLayer(url: string, log: Log): RedisLayer {
  const redis = new Redis(url, {
    commandTimeout: limits.answerMs,
    connectTimeout: limits.answerMs * 4,
    // Nothing waits for a server that is away.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => limits.retryMs,
  })
  let isAway = false
  redis.on('error', (error: unknown) => {
    if (!isAway) log.warn({ error }, 'Redis is away: pictures come from the store')
    isAway = true
  })
  redis.on('ready', () => {
    isAway = false
  })
  return {
    maxBytes: limits.maxBytes,
    get: async (digest) => {
      const found = await redis.getexBuffer(PREFIX + digest, 'EX', limits.lifetimeS)
      return found ?? undefined
    },
    set: async (digest, bytes) => {
      const { buffer, byteOffset, length } = bytes
      const value = Buffer.from(buffer, byteOffset, length)
      await redis.set(PREFIX + digest, value, 'EX', limits.lifetimeS)
    },
    remove: async (digest) => {
      await redis.del(PREFIX + digest)
    },
    close: async () => {
      redis.disconnect()
    },
  }
}
