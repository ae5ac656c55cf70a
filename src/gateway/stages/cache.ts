import { exactKeyText } from '../../core/cache/exact-key.ts'
import { inSeedOrder } from '../../core/cache/in-seed-order.ts'
import { GatewayError } from '../../core/errors/gateway-error.ts'
import type { ImageRecord } from '../../core/jobs/request-record.ts'
import type { Dependencies } from '../dependencies.ts'
import { missingImages, type Run } from '../run.ts'

/** Entries looked at per request: enough for the most images and their siblings. */
const MAX_ENTRIES = 64

/**
 * Looks for pictures that were made for an equal request of the same tenant. Each picture of an
 * answer, and of equal requests running at the same time, is another one.
 * @throws GatewayError `cache_miss` when only the cache may answer and cannot.
 */
export async function cache(run: Run, deps: Dependencies): Promise<Run> {
  const { request, caller } = run
  if (request.cache === 'off') return run
  const cacheKey = deps.sha256(exactKeyText(request, caller.tenant))
  const user = request.endUser ?? request.group
  const isRepeat =
    user !== undefined &&
    !request.cacheIsExplicit &&
    deps.siblings.isRepeat(cacheKey, `${caller.keyId}\n${user}`, run.startedAt)
  if (request.cache === 'refresh' || isRepeat) return { ...run, cacheKey }
  const sibling = deps.siblings.enter(cacheKey)
  try {
    const found = await deps.stores.cache.find({
      key: cacheKey,
      now: run.startedAt,
      limit: MAX_ENTRIES,
    })
    const images = distinct(
      inSeedOrder(
        found.map(({ image }) => image),
        request,
      ),
    )
    const take: Take = request.cacheIsExplicit
      ? (free, count) => free.slice(0, count)
      : (free, count) => sibling.take(free, count)
    const hits = await takeReadable(images, request.n, take, deps)
    for (const { digest } of hits) run.shown.add(digest)
    const looked: Run = {
      ...run,
      cacheKey,
      sibling,
      hits: hits.map((record) => ({ record, isReusable: true })),
    }
    if (request.cache === 'only' && missingImages(looked) > 0) {
      const message = `The cache holds ${hits.length} of ${request.n} images.`
      throw new GatewayError('cache_miss', message, { param: 'x-keeprate-cache' })
    }
    return looked
  } catch (error) {
    sibling.leave()
    throw error
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
