import { mayRetry, type RetryRule } from '../core/breaker/retry-budget.ts'
import type { Clock } from '../ports/clock.ts'

/** Repetitions that wait for their turn; more are refused at once. */
const MAX_WAITING = 10_000

/** Leave to repeat a call elsewhere; give it back when the repetition has ended. */
export interface RetryPermit {
  release(): void
}

/**
 * Bounds how many calls are repetitions at one time. Who does not fit waits: an image takes
 * seconds, so waiting some more costs a caller less than an error, and by then the breakers know
 * what is down.
 */
export class RetryDesk {
  readonly #rule: RetryRule
  readonly #clock: Clock
  readonly #waiting: ((permit: RetryPermit | undefined) => void)[] = []
  #active = 0
  #retrying = 0

  constructor(rule: RetryRule, clock: Clock) {
    this.#rule = rule
    this.#clock = clock
  }

  /** Notes that a request is under way. @returns what to call when it has ended. */
  begin(): () => void {
    this.#active += 1
    this.#admitNext()
    let isIn = true
    return () => {
      if (!isIn) return
      isIn = false
      this.#active -= 1
    }
  }

  /**
   * Waits for leave to repeat; undefined when the wait was too long or the line is, or when the
   * signal aborts.
   */
  async acquire(maxWaitMs: number, signal?: AbortSignal): Promise<RetryPermit | undefined> {
    if (signal?.aborted === true) return undefined
    if (this.#waiting.length === 0 && this.#mayStart()) return this.#take()
    if (this.#waiting.length >= MAX_WAITING) return undefined
    const admitted = Promise.withResolvers<RetryPermit | undefined>()
    this.#waiting.push(admitted.resolve)
    const over = new AbortController()
    const giveUp = (): void => {
      const position = this.#waiting.indexOf(admitted.resolve)
      if (position >= 0) this.#waiting.splice(position, 1)
      admitted.resolve(undefined)
    }
    this.#clock.sleep(maxWaitMs, over.signal).then(giveUp, () => undefined)
    signal?.addEventListener('abort', giveUp, { once: true })
    const permit = await admitted.promise
    over.abort()
    signal?.removeEventListener('abort', giveUp)
    return permit
  }

  #mayStart(): boolean {
    return mayRetry({ active: this.#active, retrying: this.#retrying }, this.#rule)
  }

  #take(): RetryPermit {
    this.#retrying += 1
    let isHeld = true
    return {
      release: () => {
        if (!isHeld) return
        isHeld = false
        this.#retrying -= 1
        this.#admitNext()
      },
    }
  }

  #admitNext(): void {
    while (this.#waiting.length > 0 && this.#mayStart()) this.#waiting.shift()?.(this.#take())
  }
}
