import type { Log } from '../../ports/log.ts'
import type { PictureLayer } from '../hot-pictures/picture-layer.ts'
import { openRedis } from './open-redis.ts'

/** A layer that has to be closed. */
export interface RedisLayer extends PictureLayer {
  close(): Promise<void>
}

const limits = {
  /** Larger ones are as fast from a folder or an object store. */
  maxBytes: 4 * 1024 * 1024,
  /** How long a copy that nobody asks for stays, in seconds. */
  lifetimeS: 24 * 3_600,
} as const

const PREFIX = 'keeprate:picture:'

/**
 * Copies of pictures in a Redis that all replicas share. It holds nothing that cannot be had
 * otherwise, so one that is away or empty costs time and nothing else.
 */
export function createRedisLayer(url: string, log: Log): RedisLayer {
  const redis = openRedis(url, log, 'pictures come from the store')
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
