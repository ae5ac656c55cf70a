import type { CacheEntry, Fact } from '../core/jobs/request-record.ts'
import type { Instant } from '../core/time.ts'
import type { Dependencies } from './dependencies.ts'
import type { ReadyImage, Run } from './run.ts'

/**
 * Under which keys the pictures of a request may answer later ones: its exact key, and the one that
 * other wordings share. What the cache had scaled or converted answers under the exact key next
 * time.
 */
export function cacheFacts(run: Run, endedAt: Instant, deps: Dependencies): readonly Fact[] {
  const { request, cacheKey, reuseKey } = run
  const purpose = deps.purposes.of(request.purpose)
  const ttlMs = request.cacheTtlMs ?? purpose.cacheTtlMs ?? deps.limits.cacheTtlMs
  if (cacheKey === undefined || ttlMs <= 0) return []
  const { quality } = request
  const known = { floor: purpose.floor, ...(quality === undefined ? {} : { quality }) }
  const entry = (key: string, { record }: ReadyImage): CacheEntry => ({
    key,
    imageId: record.id,
    tenant: record.tenant,
    createdAt: endedAt,
    expiresAt: endedAt + ttlMs,
  })
  const made = run.ended.flatMap(({ images }) => images).filter(({ isReusable }) => isReusable)
  const derived = run.hits.filter(({ record }) => record.requestId === run.id)
  return [
    ...[...made, ...derived].map((image) => entry(cacheKey, image)),
    ...(reuseKey === undefined
      ? []
      : made.map((image) => ({ ...entry(reuseKey, image), ...known }))),
  ].map((each) => ({ kind: 'cache-written', entry: each }))
}

/** What the answer says of the cache. */
export function cacheWord({ cacheKey, hits }: Run): string {
  if (cacheKey === undefined) return 'OFF'
  if (hits.length === 0) return 'MISS'
  return hits.some(({ tier }) => tier === 'normalised') ? 'HIT normalised' : 'HIT exact'
}
