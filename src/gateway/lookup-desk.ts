import type { CacheLookup, LookupResult } from '../core/cache/lookup.ts'
import type { Verdict } from '../core/feedback/verdict.ts'
import type { Nano } from '../core/money.ts'
import type { Dependencies } from './dependencies.ts'
import { routerPrice } from './router-price.ts'
import { type CacheHit, type Run, readyImages } from './run.ts'

/** Look-ups that wait to be written; more are dropped, for they are only statistics. */
const MAX_WAITING = 10_000
/** Prices remembered; the same request is asked for again and again, or there were no cache. */
const MAX_PRICES = 1_000

/**
 * Notes what look-ups came to, for the report of the cache. Written in groups beside the requests;
 * a crash loses the last seconds.
 */
export class LookupDesk {
  #waiting: Waiting[] = []
  readonly #prices = new Map<string, Nano>()

  /** Takes a request that has ended. */
  take(run: Run): void {
    if (run.cacheKey === undefined || this.#waiting.length >= MAX_WAITING) return
    // The bytes of its pictures must not stay because of statistics.
    const bare: Run = { ...run, hits: [], ended: [], unwritten: [], watch: {} }
    this.#waiting.push({ run: bare, lookups: lookupsOf(run) })
  }

  /** Writes what waits. */
  async flush(deps: Dependencies): Promise<void> {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    const lookups = waiting.flatMap(({ run, lookups }) =>
      lookups.map((lookup) => ({ ...lookup, savedNano: this.#savedBy(lookup, run, deps) })),
    )
    try {
      await deps.stores.cacheLookups.note(lookups)
    } catch (error) {
      deps.log.warn({ error, lookups: lookups.length }, 'look-ups not counted')
    }
  }

  /** Notes whether a picture that the cache gave was kept. */
  async judge(
    { imageId, tenant, isAccepted }: Verdict,
    { subject, deps }: { readonly subject: string; readonly deps: Dependencies },
  ): Promise<void> {
    await this.flush(deps)
    const requestId = subject.startsWith('req_') ? { requestId: subject } : {}
    await deps.stores.cacheLookups
      .judge({ imageId, tenant, isAccepted, ...requestId })
      .catch((error: unknown) => deps.log.warn({ error, imageId }, 'verdict on a hit not counted'))
  }

  #savedBy({ result }: CacheLookup, run: Run, deps: Dependencies): Nano {
    if (result === 'miss' || result === 'check') return 0n
    return this.#priceOf(run, deps) / BigInt(run.request.n)
  }

  #priceOf(run: Run, deps: Dependencies): Nano {
    const key = `${run.snapshot.book.version}\n${run.cacheKey}\n${run.request.n}`
    const known = this.#prices.get(key)
    if (known !== undefined) return known
    const price = routerPrice(run, deps) ?? 0n
    if (this.#prices.size >= MAX_PRICES) this.#prices.clear()
    this.#prices.set(key, price)
    return price
  }
}

/** A request whose look-ups wait, without its pictures. */
interface Waiting {
  readonly run: Run
  readonly lookups: readonly CacheLookup[]
}

function lookupsOf(run: Run): readonly CacheLookup[] {
  const { hits, check, request } = run
  const line = (result: LookupResult, position: number, more: Partial<CacheLookup> = {}) => ({
    ...{ requestId: run.id, position, tenant: run.caller.tenant, result, at: run.startedAt },
    ...{ savedNano: 0n, latencyMs: run.lookMs ?? 0, ageMs: 0, ...more },
  })
  if (check !== undefined) return [line('check', 0, ofHit(check, run))]
  const delivered = hits.slice(0, request.n)
  if (delivered.length === 0) return readyImages(run).length === 0 ? [] : [line('miss', 0)]
  return delivered.map((hit, position) => line(hit.tier, position, ofHit(hit, run)))
}

const ofHit = ({ record, matched }: CacheHit, run: Run): Partial<CacheLookup> => ({
  imageId: record.id,
  ageMs: run.startedAt - record.createdAt,
  ...(matched === undefined ? {} : { similarity: matched.similarity }),
})
