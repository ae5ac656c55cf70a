import { exactKeyText } from '../../core/cache/exact-key.ts'
import { GatewayError } from '../../core/errors/gateway-error.ts'
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
    const images = found.map(({ image }) => image)
    const taken = request.cacheIsExplicit
      ? images.slice(0, request.n)
      : sibling.take(images, request.n)
    const looked: Run = { ...run, cacheKey, sibling, hits: taken.map((record) => ({ record })) }
    if (request.cache === 'only' && missingImages(looked) > 0) {
      const message = `The cache holds ${taken.length} of ${request.n} images.`
      throw new GatewayError('cache_miss', message, { param: 'x-keeprate-cache' })
    }
    return looked
  } catch (error) {
    sibling.leave()
    throw error
  }
}
