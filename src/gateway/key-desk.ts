import { GatewayError } from '../core/errors/gateway-error.ts'
import type { KeyLimits, VirtualKey } from '../core/ledger/virtual-key.ts'
import { type Bucket, fullBucket, refill, take, waitMs } from '../core/limits/bucket.ts'
import type { RateStanding } from '../core/limits/rate-standing.ts'
import type { Clock } from '../ports/clock.ts'
import type { KeyStore } from '../ports/key-store.ts'

/** Limits of what is remembered of keys. */
const limits = {
  /** What a key may do changes everywhere within this time: below one second. */
  rememberMs: 500,
  /** Keys beyond are forgotten, oldest first; what they used of their minute with them. */
  maxRemembered: 10_000,
  /** When a picture more may be made is not known; a second is soon enough to ask again. */
  retryParallelMs: 1_000,
} as const

interface Used {
  readonly requests?: Bucket
  readonly images?: Bucket
  /** Pictures being made now. */
  readonly parallel: number
}

/** Who is asked about: the limits are those that the key had when it was recognised. */
export interface LimitedCaller {
  readonly keyId: string
  readonly limits?: KeyLimits | undefined
}

/**
 * What keys may do, and how much of it at a time. Rates are those of this process: with several of
 * them a key may do as much at each.
 */
export class KeyDesk {
  readonly #keys: Pick<KeyStore, 'byId'>
  readonly #clock: Clock
  readonly #known = new Map<string, { readonly key: VirtualKey | undefined; untilMs: number }>()
  readonly #used = new Map<string, Used>()

  constructor(keys: Pick<KeyStore, 'byId'>, clock: Clock) {
    this.#keys = keys
    this.#clock = clock
  }

  /** A key as it is now; undefined for the keys that are in no database, which may do anything. */
  async keyOf(keyId: string): Promise<VirtualKey | undefined> {
    const nowMs = this.#clock.monotonicMs()
    const known = this.#known.get(keyId)
    if (known !== undefined && nowMs < known.untilMs) return known.key
    const key = await this.#keys.byId(keyId)
    if (this.#known.size >= limits.maxRemembered) this.#known.clear()
    this.#known.set(keyId, { key, untilMs: nowMs + limits.rememberMs })
    return key
  }

  /**
   * Counts a request and its pictures against the key's minute.
   * @returns how far it is from its limit; undefined when its requests are not limited.
   * @throws GatewayError `rate_limit_exceeded`; then nothing is counted.
   */
  admit({ keyId, limits: own }: LimitedCaller, images: number): RateStanding | undefined {
    if (own === undefined) return undefined
    const { requestsPerMinute, imagesPerMinute } = own
    const used = this.#usedBy(keyId)
    const requests = this.#filled(used.requests, requestsPerMinute)
    const pictures = this.#filled(used.images, imagesPerMinute)
    if (imagesPerMinute !== undefined && images > imagesPerMinute) {
      const message = `This key makes ${imagesPerMinute} images a minute at most.`
      throw new GatewayError('rate_limit_exceeded', message, { param: 'n', retryable: false })
    }
    refuseAbove(requests, 1, 'requests')
    refuseAbove(pictures, images, 'images')
    const left = requests === undefined ? undefined : take(requests, 1)
    this.#put(keyId, {
      ...used,
      ...(left === undefined ? {} : { requests: left }),
      ...(pictures === undefined ? {} : { images: take(pictures, images) }),
    })
    return left === undefined ? undefined : standingOf(left)
  }

  /**
   * Takes the places of pictures that are about to be made.
   * @returns gives the places back; more than once counts once.
   * @throws GatewayError `rate_limit_exceeded` when the key makes too many at a time.
   */
  begin({ keyId, limits: own }: LimitedCaller, images: number): () => void {
    const most = own?.parallelImages
    if (most === undefined) return () => undefined
    const { parallel } = this.#usedBy(keyId)
    if (parallel + images > most) {
      const isNever = images > most
      const message = `This key makes ${most} images at a time, and ${parallel} are being made.`
      throw new GatewayError('rate_limit_exceeded', message, {
        ...(isNever ? { param: 'n', retryable: false } : { retryAfterMs: limits.retryParallelMs }),
      })
    }
    this.#addParallel(keyId, images)
    let isHeld = true
    return () => {
      if (isHeld) this.#addParallel(keyId, -images)
      isHeld = false
    }
  }

  #addParallel(keyId: string, images: number): void {
    const used = this.#usedBy(keyId)
    this.#put(keyId, { ...used, parallel: Math.max(0, used.parallel + images) })
  }

  #usedBy = (keyId: string): Used => this.#used.get(keyId) ?? { parallel: 0 }

  #put(keyId: string, used: Used): void {
    this.#used.delete(keyId)
    this.#used.set(keyId, used)
    if (this.#used.size <= limits.maxRemembered) return
    // Who makes pictures now must not be forgotten, or it could make as many again.
    for (const [oldest, { parallel }] of this.#used) {
      if (parallel > 0) continue
      this.#used.delete(oldest)
      return
    }
  }

  #filled(bucket: Bucket | undefined, perMinute: number | undefined): Bucket | undefined {
    if (perMinute === undefined) return undefined
    const nowMs = this.#clock.monotonicMs()
    return bucket?.perMinute === perMinute ? refill(bucket, nowMs) : fullBucket(perMinute, nowMs)
  }
}

function refuseAbove(bucket: Bucket | undefined, wanted: number, what: string): void {
  if (bucket === undefined) return
  const retryAfterMs = waitMs(bucket, wanted)
  if (retryAfterMs <= 0) return
  const message = `This key has ${bucket.perMinute} ${what} a minute, and used them.`
  throw new GatewayError('rate_limit_exceeded', message, {
    retryAfterMs,
    ...(what === 'requests' ? { rate: standingOf(bucket) } : {}),
  })
}

const standingOf = (bucket: Bucket): RateStanding => ({
  limit: bucket.perMinute,
  remaining: Math.floor(bucket.left),
  resetMs: waitMs(bucket, bucket.perMinute),
})
