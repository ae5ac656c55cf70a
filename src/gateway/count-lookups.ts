import type { CacheLookup, LookupResult } from '../core/cache/lookup.ts'
import type { Dependencies } from './dependencies.ts'
import { routerPrice } from './router-price.ts'
import { type CacheHit, type Run, readyImages } from './run.ts'

/** Hands what the cache gave to a request that has ended to those who count. */
export function countLookups(run: Run, deps: Dependencies): void {
  const { cacheKey, request, snapshot } = run
  if (cacheKey === undefined) return
  // The bytes of its pictures must not stay because of statistics.
  const bare: Run = { ...run, hits: [], ended: [], unwritten: [], watch: {} }
  deps.lookups.take({
    lookups: lookupsOf(run),
    priceKey: `${snapshot.book.version}\n${cacheKey}\n${request.n}`,
    priceOf: () => (routerPrice(bare, deps) ?? 0n) / BigInt(request.n),
  })
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
