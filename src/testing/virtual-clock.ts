import type { Instant } from '../core/time.ts'
import type { Clock, Random } from '../ports/clock.ts'

interface Sleeper {
  readonly wakesAt: number
  readonly wake: () => void
}

/** A clock that stands still until a test moves it. Nobody waits for real time. */
export class VirtualClock implements Clock {
  readonly #startsAt: Instant
  #elapsedMs = 0
  readonly #sleepers: Sleeper[] = []

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

  /**
   * Moves time on and wakes who is due, in order of time, then of arrival. Each wakes at its own
   * instant and may go on, also into another sleep that ends within the same step.
   */
  async advance(durationMs: number): Promise<void> {
    const end = this.#elapsedMs + durationMs
    await settle()
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#elapsedMs = Math.max(this.#elapsedMs, next.wakesAt)
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1)
      next.wake()
      await settle()
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
}

/**
 * Lets everything that can go on without time go on: promises, and what has arrived from outside.
 */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * Random bytes that are the same for the same seed: the generator SplitMix32. Good enough to vary
 * tests, useless against anybody.
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0
  const nextWord = (): number => {
    state = (state + 0x9e37_79b9) | 0
    let word = state ^ (state >>> 16)
    word = Math.imul(word, 0x21f0_aaad)
    word ^= word >>> 15
    word = Math.imul(word, 0x735a_2d97)
    return (word ^ (word >>> 15)) >>> 0
  }
  return {
    bytes: (count) => {
      const bytes = new Uint8Array(count)
      let word = 0
      for (let index = 0; index < count; index += 1) {
        word = index % 4 === 0 ? nextWord() : word >>> 8
        bytes[index] = word & 0xff
      }
      return bytes
    },
  }
}
