import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import type { KeyLimits, VirtualKey } from '../core/ledger/virtual-key.ts'
import { type Bucket, waitMs } from '../core/limits/bucket.ts'
import type { RateStanding } from '../core/limits/rate-standing.ts'
import type { Clock } from '../ports/clock.ts'
import type { KeyStore } from '../ports/key-store.ts'
import type { RateLimiter, RateWish } from '../ports/rate-limiter.ts'
import { OwnLimiter } from './own-limiter.ts'

/** Limits of what is remembered of keys. */
const limits = {
  /** What a key may do changes everywhere within this time: below one second. */
  rememberMs: 500,
  maxRemembered: 10_000,
  /** When a picture more may be made is not known; a second is soon enough to ask again. */
  retryParallelMs: 1_000,
} as const

/** Who is asked about: the limits are those that the key had when it was recognised. */
export interface LimitedCaller {
  readonly keyId: string
  readonly limits?: KeyLimits | undefined
}

/** What keys may do, and how much of it at a time. */
export class KeyDesk {
  readonly #keys: Pick<KeyStore, 'byId'>
  readonly #clock: Clock
  readonly #known = new Map<string, { readonly key: VirtualKey | undefined; untilMs: number }>()
  readonly #limiter: RateLimiter

  constructor(
    keys: Pick<KeyStore, 'byId'>,
    clock: Clock,
    limiter: RateLimiter = new OwnLimiter(clock),
  ) {
    this.#keys = keys
    this.#clock = clock
    this.#limiter = limiter
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
   * @throws GatewayError `rate_limit_exceeded`, or `invalid_request` for more than it ever makes;
   * then nothing is counted.
   */
  async admit(
    { keyId, limits: own }: LimitedCaller,
    images: number,
  ): Promise<RateStanding | undefined> {
    const { requestsPerMinute, imagesPerMinute } = own ?? {}
    if (imagesPerMinute !== undefined && images > imagesPerMinute) {
      throw tooMany(images, `${imagesPerMinute} images a minute`)
    }
    const rates = [
      ...rateOf('requests', requestsPerMinute, 1),
      ...rateOf('images', imagesPerMinute, images),
    ]
    if (rates.length === 0) return undefined
    const { isTaken, buckets } = await this.#limiter.take({ keyId, rates })
    if (!isTaken) throw refusalOf(rates, buckets)
    const [first] = buckets
    return requestsPerMinute === undefined || first === undefined ? undefined : standingOf(first)
  }

  /**
   * Takes the places of pictures that are about to be made.
   * @returns gives the places back; more than once counts once.
   * @throws GatewayError `rate_limit_exceeded` when the key makes too many at a time.
   */
  async begin({ keyId, limits: own }: LimitedCaller, images: number): Promise<() => void> {
    const most = own?.parallelImages
    if (most === undefined) return () => undefined
    if (images > most) throw tooMany(images, `${most} images at a time`)
    const { taken, release } = await this.#limiter.occupy({ keyId, most, images })
    if (release !== undefined) return release
    const message = `This key makes ${most} images at a time, and ${taken} are being made.`
    throw new GatewayError('rate_limit_exceeded', message, {
      retryAfterMs: limits.retryParallelMs,
    })
  }
}

/** No waiting makes it fit. */
const tooMany = (images: number, most: string): GatewayError =>
  invalid('n', `n is ${images}, and this key makes ${most} at most; ask for fewer in one request.`)

type Rate = RateWish['rates'][number]

const rateOf = (what: Rate['what'], perMinute: number | undefined, amount: number): Rate[] =>
  perMinute === undefined ? [] : [{ what, perMinute, amount }]

/** Told of the rate that is short; when it fills up meanwhile, it is worth asking again at once. */
function refusalOf(rates: readonly Rate[], buckets: readonly Bucket[]): GatewayError {
  const waits = buckets.map((bucket, at) => waitMs(bucket, rates[at]?.amount ?? 0))
  const at = Math.max(
    0,
    waits.findIndex((wait) => wait > 0),
  )
  const [what, bucket] = [rates[at]?.what ?? 'requests', buckets[at]]
  const message = `This key has ${rates[at]?.perMinute ?? 0} ${what} a minute, and used them.`
  return new GatewayError('rate_limit_exceeded', message, {
    retryAfterMs: waits[at] ?? 0,
    ...(what === 'requests' && bucket !== undefined ? { rate: standingOf(bucket) } : {}),
  })
}

const standingOf = (bucket: Bucket): RateStanding => ({
  limit: bucket.perMinute,
  remaining: Math.floor(bucket.left),
  resetMs: waitMs(bucket, bucket.perMinute),
})
