import type { CacheLookup } from '../core/cache/lookup.ts'
import type { Verdict } from '../core/feedback/verdict.ts'
import type { Nano } from '../core/money.ts'
import type { Log } from '../ports/log.ts'
import type { Stores } from '../ports/stores.ts'
import type { GatewayEvent } from './events.ts'

/** Look-ups that wait to be written; more are dropped, for they are only statistics. */
const MAX_WAITING = 10_000
/** Prices remembered; the same request is asked for again and again, or there were no cache. */
const MAX_PRICES = 1_000

/** The look-ups of one request. */
export interface CountedRequest {
  readonly lookups: readonly CacheLookup[]
  /** Same for requests of which the router would pay the same. */
  readonly priceKey: string
  /** What it would pay for one picture; worked out when the look-ups are written. */
  priceOf(): Nano
}

/** What writing needs. */
export interface LookupParts {
  readonly emit: (event: GatewayEvent) => void
  readonly stores: Pick<Stores, 'cacheLookups'>
  readonly log: Log
}

/**
 * Notes what look-ups came to, for the report of the cache. Written in groups beside the requests;
 * a crash loses the last seconds.
 */
export class LookupDesk {
  #waiting: CountedRequest[] = []
  readonly #prices = new Map<string, Nano>()

  take(counted: CountedRequest): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(counted)
  }

  /** Writes what waits. */
  async flush({ stores, log, emit }: LookupParts): Promise<void> {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    const lookups = waiting.flatMap((counted) =>
      counted.lookups.map((lookup) => ({ ...lookup, savedNano: this.#savedBy(lookup, counted) })),
    )
    emit({ kind: 'lookups-noted', lookups })
    try {
      await stores.cacheLookups.note(lookups)
    } catch (error) {
      log.warn({ error, lookups: lookups.length }, 'look-ups not counted')
    }
  }

  /** Notes whether a picture that the cache gave was kept. */
  async judge(
    { imageId, tenant, isAccepted }: Verdict,
    { subject, ...parts }: LookupParts & { readonly subject: string },
  ): Promise<void> {
    await this.flush(parts)
    const requestId = subject.startsWith('req_') ? { requestId: subject } : {}
    try {
      const verdict = { imageId, tenant, isAccepted, ...requestId }
      for (const tier of await parts.stores.cacheLookups.judge(verdict)) {
        parts.emit({ kind: 'hit-judged', tier, isAccepted })
      }
    } catch (error) {
      parts.log.warn({ error, imageId }, 'verdict on a hit not counted')
    }
  }

  #savedBy({ result }: CacheLookup, { priceKey, priceOf }: CountedRequest): Nano {
    if (result === 'miss' || result === 'check') return 0n
    const known = this.#prices.get(priceKey)
    if (known !== undefined) return known
    const price = priceOf()
    if (this.#prices.size >= MAX_PRICES) this.#prices.clear()
    this.#prices.set(priceKey, price)
    return price
  }
}
