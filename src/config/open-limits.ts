import { createRedisLimiter } from '../adapters/redis/redis-limiter.ts'
import { LimitDesk, type LimitParts } from '../gateway/limit-desk.ts'
import type { Settings } from './schema.ts'

/** Where limits of keys are counted. */
export interface OpenLimits {
  readonly limiter: LimitDesk
  close(): Promise<void>
}

/** Counts limits of keys in the Redis that all replicas share, where one is named. */
export function openLimits(
  { redisUrl }: Pick<Settings, 'redisUrl'>,
  { clock, log, owner }: Pick<LimitParts, 'clock' | 'log'> & { readonly owner: string },
): OpenLimits {
  const shared = redisUrl === undefined ? undefined : createRedisLimiter(redisUrl, log, owner)
  return {
    limiter: new LimitDesk({ clock, log, ...(shared === undefined ? {} : { shared }) }),
    close: async () => shared?.close(),
  }
}
