import type { Instant } from '../../core/time.ts'
import type { Clock } from '../../ports/clock.ts'

interface Sleeper {
  readonly wakesAt: number
  readonly wake: () => void
}

/** Real work that time stands still for. */
interface HeldWork {
  isDone: boolean
  readonly deliver: () => void
}

/** A clock that stands still until it is moved. Nobody waits for real time. */
export class VirtualClock implements Clock {
  readonly #startsAt: Instant
  #elapsedMs = 0
  readonly #sleepers: Sleeper[] = []
  /** In the order in which it was begun. */
  readonly #held: HeldWork[] = []
  #isDelivering = false
  /** Resolves when no work is held any more; there while somebody waits for that. */
  #freed: PromiseWithResolvers<void> | undefined
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

  /**
   * Time stands still until this real work, on a disk or another thread, has ended. What it gave is
   * handed over in the order in which work was begun, whichever ended first: who was quicker on
   * this machine must not be seen.
   */
  hold<Value>(work: Promise<Value>): Promise<Value> {
    // One piece of work leads to the next, a turn or two later.
    this.#quietTurns = 4
    const { promise, resolve } = Promise.withResolvers<Value>()
    const held: HeldWork = { isDone: false, deliver: () => resolve(work) }
    this.#held.push(held)
    const done = (): void => {
      held.isDone = true
      void this.#deliver()
    }
    work.then(done, done)
    return promise
  }

  /** Hands over what has ended, one after the other, each when the one before has been used. */
  async #deliver(): Promise<void> {
    if (this.#isDelivering) return
    this.#isDelivering = true
    for (let first = this.#held[0]; first?.isDone === true; first = this.#held[0]) {
      first.deliver()
      await new Promise((resolve) => setImmediate(resolve))
      this.#held.shift()
    }
    this.#isDelivering = false
    if (this.#held.length > 0) return
    this.#freed?.resolve()
    this.#freed = undefined
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
      if (this.#held.length === 0) continue
      // To look again at every turn would take the processor from that very work.
      this.#freed ??= Promise.withResolvers()
      await this.#freed.promise
      quiet = -1
    }
  }
}
