import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type {
  Places,
  PlaceWish,
  RateCount,
  RateLimiter,
  RateWish,
  SharedLimiter,
} from '../ports/rate-limiter.ts'
import { OwnLimiter } from './own-limiter.ts'

/** Limits of counting together. */
const limits = {
  /** Who does not answer is not asked again for so long: requests must not wait for it. */
  awayMs: 1_000,
  /** How often it is asked how many processes there are. */
  countMs: 10_000,
} as const

/** What a desk is made of. */
export interface LimitParts {
  readonly clock: Clock
  readonly log: Log
  /** Counts for all processes; absent when each counts for itself. */
  readonly shared?: SharedLimiter
}

/**
 * Counts with all processes where they have something to count in. While that is away each process
 * keeps to its share of what a key may do, so that together they go no further.
 */
export class LimitDesk implements RateLimiter {
  readonly #parts: LimitParts
  readonly #own: OwnLimiter
  #processes = 1
  #countedAtMs = Number.NEGATIVE_INFINITY
  #awayUntilMs = Number.NEGATIVE_INFINITY
  #isAway = false

  constructor(parts: LimitParts) {
    this.#parts = parts
    this.#own = new OwnLimiter(parts.clock)
  }

  /** Whether each process counts its own share, because what they count in is away. */
  get isAway(): boolean {
    return this.#isAway
  }

  take(wish: RateWish): Promise<RateCount> {
    return this.#ask(
      (shared) => shared.take(wish),
      () => {
        const share = ({ perMinute, amount, ...rate }: RateWish['rates'][number]) => ({
          ...{ ...rate, amount, perMinute: this.#shareOf(perMinute, amount) },
        })
        return this.#own.take({ ...wish, rates: wish.rates.map(share) })
      },
    )
  }

  occupy(wish: PlaceWish): Promise<Places> {
    return this.#ask(
      (shared) => shared.occupy(wish),
      () => this.#own.occupy({ ...wish, most: this.#shareOf(wish.most, wish.images) }),
    )
  }

  /** What the share is too small for comes alone. */
  #shareOf = (limit: number, amount: number): number =>
    Math.max(amount, Math.floor(limit / this.#processes))

  async #ask<Answer>(
    ask: (shared: SharedLimiter) => Promise<Answer>,
    otherwise: () => Promise<Answer>,
  ): Promise<Answer> {
    const { shared, clock, log } = this.#parts
    if (shared === undefined || clock.monotonicMs() < this.#awayUntilMs) return otherwise()
    try {
      await this.#count(shared)
      const answer = await ask(shared)
      if (this.#isAway) log.info({}, 'limits of keys are counted together again')
      this.#isAway = false
      return answer
    } catch (error) {
      const share = `1 of ${this.#processes}`
      if (!this.#isAway) log.warn({ error, share }, 'each process counts its share of the limits')
      this.#isAway = true
      this.#awayUntilMs = clock.monotonicMs() + limits.awayMs
      return otherwise()
    }
  }

  async #count(shared: SharedLimiter): Promise<void> {
    const nowMs = this.#parts.clock.monotonicMs()
    if (nowMs - this.#countedAtMs < limits.countMs) return
    this.#processes = Math.max(1, await shared.processes())
    this.#countedAtMs = nowMs
  }
}
