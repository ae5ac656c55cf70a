import { exactKeyText } from '../../core/cache/exact-key.ts'
import { inSeedOrder } from '../../core/cache/in-seed-order.ts'
import { reuseKeyText } from '../../core/cache/reuse-key.ts'
import { GatewayError } from '../../core/errors/gateway-error.ts'
import type { ImageRecord } from '../../core/jobs/request-record.ts'
import type { Dependencies } from '../dependencies.ts'
import { adaptCached, findAlike } from '../find-alike.ts'
import { type CacheHit, missingImages, type Run } from '../run.ts'

/** Entries looked at per request: enough for the most images and their siblings. */
const MAX_ENTRIES = 64

/**
 * Looks for pictures that were made for an equal request of the same tenant, and then for the same
 * picture in other words. Each picture of an answer, and of equal requests running at the same
 * time, is another one.
 * @throws GatewayError `cache_miss` when only the cache may answer and cannot.
 */
export async function cache(run: Run, deps: Dependencies): Promise<Run> {
  const { request, caller } = run
  const mode = request.cacheIsExplicit
    ? request.cache
    : (deps.purposes.of(request.purpose).cache ?? request.cache)
  if (mode === 'off') return run
  const cacheKey = deps.sha256(exactKeyText(request, caller.tenant))
  const reuseKey = deps.sha256(reuseKeyText(request, { tenant: caller.tenant }))
  const keyed: Run = { ...run, cacheKey, reuseKey }
  const user = request.endUser ?? request.group
  const isRepeat =
    user !== undefined &&
    !request.cacheIsExplicit &&
    deps.siblings.isRepeat(reuseKey, `${caller.keyId}\n${user}`, run.startedAt)
  if (mode === 'refresh' || isRepeat) return keyed
  const sibling = deps.siblings.enter(reuseKey)
  try {
    const looked = await look({ ...keyed, sibling }, deps)
    if (mode === 'only' && missingImages(looked) > 0) {
      const message = `The cache holds ${looked.hits.length} of ${request.n} images.`
      throw new GatewayError('cache_miss', message, { param: 'x-keeprate-cache' })
    }
    return looked
  } catch (error) {
    sibling.leave()
    throw error
  }
}

/** First what is equal, then what is alike. */
async function look(run: Run, deps: Dependencies): Promise<Run> {
  const { request, sibling, cacheKey = '', reuseKey = '' } = run
  const take: Take =
    sibling === undefined || request.cacheIsExplicit
      ? (free, count) => free.slice(0, count)
      : (free, count) => sibling.take(free, count)
  const query = { key: cacheKey, now: run.startedAt, limit: MAX_ENTRIES }
  const found = (await deps.stores.cache.find(query)).map(({ image }) => image)
  const equal = distinct(inSeedOrder(found, request))
  const hits: CacheHit[] = (await takeReadable(equal, request.n, take, deps)).map((record) => ({
    ...{ record, isReusable: true, tier: 'exact' },
  }))
  if (hits.length < request.n) {
    const known = new Set(hits.map(({ record }) => record.digest))
    const alike = distinct(await findAlike(run, reuseKey, deps)).filter(
      ({ digest }) => !known.has(digest),
    )
    for (const record of await takeReadable(alike, request.n - hits.length, take, deps)) {
      const adapted = await adaptCached(record, run, deps)
      if (adapted !== undefined) hits.push(adapted)
    }
  }
  for (const { record } of hits) run.shown.add(record.digest)
  const derived = hits.filter(({ record }) => record.requestId === run.id)
  return {
    ...run,
    hits,
    unwritten: derived.map(({ record: image }) => ({ kind: 'image-derived', image })),
  }
}

type Take = (free: readonly ImageRecord[], count: number) => readonly ImageRecord[]

/** The same bytes may have been made twice; one answer shows them once. */
function distinct(images: readonly ImageRecord[]): readonly ImageRecord[] {
  const seen = new Set<string>()
  return images.filter(({ digest }) => {
    const isFirst = !seen.has(digest)
    seen.add(digest)
    return isFirst
  })
}

/** Takes pictures whose bytes are still there: what was deleted is made anew, not answered 404. */
async function takeReadable(
  images: readonly ImageRecord[],
  count: number,
  take: Take,
  deps: Dependencies,
): Promise<readonly ImageRecord[]> {
  const readable: ImageRecord[] = []
  let rest = images
  while (readable.length < count) {
    const taken = take(rest, count - readable.length)
    if (taken.length === 0) break
    const sizes = await Promise.all(
      taken.map(({ digest }) => deps.images.size(digest).catch(() => undefined)),
    )
    readable.push(...taken.filter((_, index) => sizes[index] !== undefined))
    rest = rest.filter((image) => !taken.includes(image))
  }
  return readable
}
