import { type Bucket, fullBucket, refill, take } from '../core/limits/bucket.ts'
import type { Clock } from '../ports/clock.ts'
import type { Places, PlaceWish, RateCount, RateLimiter, RateWish } from '../ports/rate-limiter.ts'

/** Keys beyond are forgotten, oldest first; what they used of their minute with them. */
const MAX_REMEMBERED = 10_000

interface Used {
  readonly requests?: Bucket
  readonly images?: Bucket
  /** Pictures being made now. */
  readonly parallel: number
}

/** Counts in the memory of this process. */
export class OwnLimiter implements RateLimiter {
  readonly #clock: Clock
  readonly #used = new Map<string, Used>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async take({ keyId, rates }: RateWish): Promise<RateCount> {
    const used = this.#usedBy(keyId)
    const filled = rates.map(({ what, perMinute }) => this.#filled(used[what], perMinute))
    const isTaken = filled.every(({ left }, at) => left >= (rates[at]?.amount ?? 0))
    if (!isTaken) return { isTaken, buckets: filled }
    const buckets = filled.map((bucket, at) => take(bucket, rates[at]?.amount ?? 0))
    const changed = buckets.map((bucket, at) => [rates[at]?.what, bucket] as const)
    this.#put(keyId, { ...used, ...Object.fromEntries(changed) })
    return { isTaken, buckets }
  }

  async occupy({ keyId, most, images }: PlaceWish): Promise<Places> {
    const { parallel: taken } = this.#usedBy(keyId)
    if (taken + images > most) return { taken }
    this.#addParallel(keyId, images)
    let isHeld = true
    const release = (): void => {
      if (isHeld) this.#addParallel(keyId, -images)
      isHeld = false
    }
    return { taken, release }
  }

  #addParallel(keyId: string, images: number): void {
    const used = this.#usedBy(keyId)
    this.#put(keyId, { ...used, parallel: Math.max(0, used.parallel + images) })
  }

  #usedBy = (keyId: string): Used => this.#used.get(keyId) ?? { parallel: 0 }

  #put(keyId: string, used: Used): void {
    this.#used.delete(keyId)
    this.#used.set(keyId, used)
    if (this.#used.size <= MAX_REMEMBERED) return
    // Who makes pictures now must not be forgotten, or it could make as many again.
    for (const [oldest, { parallel }] of this.#used) {
      if (parallel > 0) continue
      this.#used.delete(oldest)
      return
    }
  }

  #filled(bucket: Bucket | undefined, perMinute: number): Bucket {
    const nowMs = this.#clock.monotonicMs()
    return bucket?.perMinute === perMinute ? refill(bucket, nowMs) : fullBucket(perMinute, nowMs)
  }
}
