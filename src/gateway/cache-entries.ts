import { cacheTiers } from '../core/cache/lookup.ts'
import type { CacheEntry, Fact } from '../core/jobs/request-record.ts'
import type { JsonObject } from '../core/json.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import type { Instant } from '../core/time.ts'
import type { Dependencies } from './dependencies.ts'
import type { CacheHit, ReadyImage, Run } from './run.ts'

/**
 * Under which keys the pictures of a request may answer later ones: its exact key, and the one that
 * other wordings share. What the cache had scaled or converted answers under the exact key next
 * time.
 */
export function cacheFacts(run: Run, endedAt: Instant, deps: Dependencies): readonly Fact[] {
  const { request, cacheKey, reuseKey, traits } = run
  const ttlMs = cacheTtlMs(request, deps)
  if (cacheKey === undefined || ttlMs <= 0) return []
  const { quality } = request
  const known = { floor: traits.standard.floor, ...(quality === undefined ? {} : { quality }) }
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

/** How long a request's pictures may answer later ones. */
export const cacheTtlMs = (
  { cacheTtlMs: own, purpose }: Pick<ImageRequest, 'cacheTtlMs' | 'purpose'>,
  { purposes, limits }: Pick<Dependencies, 'purposes' | 'limits'>,
): number => own ?? purposes.of(purpose).cacheTtlMs ?? limits.cacheTtlMs

/** What the answer says of the cache: of several pictures, how the one was found that is least. */
export function cacheWord({ cacheKey, hits }: Run): string {
  if (cacheKey === undefined) return 'OFF'
  const tier = cacheTiers.findLast((each) => hits.some((hit) => hit.tier === each))
  if (tier === undefined) return 'MISS'
  if (tier === 'phash') return `HIT phash ${Math.max(...hits.map(({ bits = 0 }) => bits))}`
  const near = hits.flatMap(({ matched }) => matched?.similarity ?? [])
  return near.length === 0 ? `HIT ${tier}` : `HIT ${tier} ${printCosine(Math.min(...near))}`
}

/** What the receipt says of pictures that were made for prompts that are near. */
export function printMatches({ hits, check }: Run): JsonObject {
  const print = ({ record, matched }: CacheHit): readonly JsonObject[] =>
    matched === undefined
      ? []
      : [{ image: record.id, prompt: matched.prompt, similarity: printCosine(matched.similarity) }]
  const matched = hits.flatMap(print)
  const compared = check === undefined ? [] : print(check)
  return {
    ...(matched.length === 0 ? {} : { matched }),
    ...(compared.length === 0 ? {} : { compared }),
  }
}

/** Rounded down: what is printed was reached. */
const printCosine = (cosine: number): string => (Math.floor(cosine * 100) / 100).toFixed(2)

/**
 * Keeps the prompt of what was made, so that others find it; not waited for.
 * @returns when it is kept.
 */
export async function keepPrompt(run: Run, facts: readonly Fact[], deps: Dependencies) {
  const { partition, reuseKey: key } = run
  const kept = facts.find((fact) => fact.kind === 'cache-written' && fact.entry.key === key)
  if (partition === undefined || key === undefined || kept?.kind !== 'cache-written') return
  const { createdAt, expiresAt } = kept.entry
  const { prompt } = run.request
  await deps.similarity?.learn({ partition, key, prompt, createdAt, expiresAt })
}
