/** How far a look may come before or after its time, as a share of the interval. */
const JITTER = 0.1
/** After failures in a row the interval doubles, up to so many times itself. */
const MOST_BACKOFF = 8

/**
 * How long to wait until the next look at a source. Processes that were started together must not
 * ask a server together, so the time is spread; a server that fails is asked more seldom.
 * @param roll from 0 up to 1, random.
 */
export function pollDelayMs(everyMs: number, failures: number, roll: number): number {
  const backoff = Math.min(2 ** failures, MOST_BACKOFF)
  return Math.round(everyMs * backoff * (1 - JITTER + 2 * JITTER * roll))
}
