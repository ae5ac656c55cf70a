import { Redis } from 'ioredis'
import type { Log } from '../../ports/log.ts'

/** Limits of asking. */
const limits = {
  /** Longest wait for an answer, in milliseconds. */
  answerMs: 250,
  /** Pause before the next try to reach a server that is away, in milliseconds. */
  retryMs: 1_000,
} as const

/**
 * A connection that nothing waits for: who asks while the server is away is refused at once.
 * @param without what is missing while it is, for the log.
 */
export function openRedis(url: string, log: Log, without: string): Redis {
  const redis = new Redis(url, {
    commandTimeout: limits.answerMs,
    connectTimeout: limits.answerMs * 4,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => limits.retryMs,
  })
  let isAway = false
  redis.on('error', (error: unknown) => {
    if (!isAway) log.warn({ error }, `Redis is away: ${without}`)
    isAway = true
  })
  redis.on('ready', () => {
    isAway = false
  })
  return redis
}
