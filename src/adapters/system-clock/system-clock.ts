import { randomBytes } from 'node:crypto'
import type { Clock, Random } from '../../ports/clock.ts'

/** Timers take at most 2^31 − 1 ms; Node would turn more into 1 ms. */
const MAX_TIMER_MS = 2_147_483_647

/** Real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (durationMs, signal) => {
    let restMs = durationMs
    while (restMs > MAX_TIMER_MS) {
      await sleepOnce(MAX_TIMER_MS, signal)
      restMs -= MAX_TIMER_MS
    }
    await sleepOnce(restMs, signal)
  },
}

/**
 * Bytes that are drawn at once: asking the generator costs 5 µs however little is asked for, and a
 * request needs some six ids.
 */
const DRAWN_BYTES = 4_096

let drawn = randomBytes(0)

/** Cryptographic randomness. No byte is handed out twice. */
export const systemRandom: Random = {
  bytes: (count) => {
    if (count > DRAWN_BYTES) return randomBytes(count)
    if (count > drawn.length) drawn = randomBytes(DRAWN_BYTES)
    const bytes = drawn.subarray(0, count)
    drawn = drawn.subarray(count)
    return bytes
  },
}

const sleepOnce = (durationMs: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason)
      return
    }
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, durationMs)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
