import type { Instant } from '../../core/time.ts'
import type { Clock } from '../../ports/clock.ts'

interface Sleeper {
  readonly wakesAt: number
  readonly wake: () => void
}

/** A clock that stands still until it is moved. Nobody waits for real time. */
export class VirtualClock implements Clock {
  readonly #startsAt: Instant
  #elapsedMs = 0
  readonly #sleepers: Sleeper[] = []
  #held = 0
  /** Turns without real work after which nothing more is expected to go on by itself. */
  #quietTurns = 1

  /** @param startsAt Wall time at the beginning: 2026-11-20, noon, UTC, unless said otherwise. */
  constructor(startsAt: Instant = Date.UTC(2026, 10, 20, 12)) {
    this.#startsAt = startsAt
  }

  /** How many wait for this clock. */
  get sleeping(): number {
    return this.#sleepers.length
  }

  now(): Instant {
    return this.#startsAt + this.#elapsedMs
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason)
        return
      }
      const onAbort = (): void => {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1)
        reject(signal?.reason)
      }
      const wake = (): void => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }
      const sleeper = { wakesAt: this.#elapsedMs + Math.max(0, durationMs), wake }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#sleepers.push(sleeper)
    })
  }

  /** Time stands still until this real work, on a disk or another thread, has ended. */
  async hold<Value>(work: Promise<Value>): Promise<Value> {
    this.#held += 1
    // One piece of work leads to the next, a turn or two later.
    this.#quietTurns = 4
    try {
      return await work
    } finally {
      this.#held -= 1
    }
  }

  /**
   * Moves time on and wakes who is due, in order of time, then of arrival. Each wakes at its own
   * instant and may go on, also into another sleep that ends within the same step.
   */
  async advance(durationMs: number): Promise<void> {
    const end = this.#elapsedMs + durationMs
    await this.#settle()
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#elapsedMs = Math.max(this.#elapsedMs, next.wakesAt)
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1)
      next.wake()
      await this.#settle()
    }
    this.#elapsedMs = end
  }

  #next(end: number): Sleeper | undefined {
    let earliest: Sleeper | undefined
    for (const sleeper of this.#sleepers) {
      if (sleeper.wakesAt > end) continue
      if (earliest === undefined || sleeper.wakesAt < earliest.wakesAt) earliest = sleeper
    }
    return earliest
  }

  /**
   * Lets everything that can go on without time go on: promises, what has arrived from outside, and
   * what time is held for.
   */
  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < this.#quietTurns; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      if (this.#held > 0) quiet = -1
    }
  }
}
