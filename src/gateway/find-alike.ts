import { type ReuseWish, reuseFault } from '../core/cache/reuse-key.ts'
import { makeId } from '../core/ids.ts'
import type { CacheEntry, ImageRecord } from '../core/jobs/request-record.ts'
import { PIXELS_OF_RESOLUTION, USUAL_PIXELS } from '../core/purpose/context-of.ts'
import { readImageHeader } from '../core/quality/image-header.ts'
import type { ImageFormat, ImageRequest, Size } from '../core/request/image-request.ts'
import { askedSize, shownSize } from '../core/routing/variants.ts'
import type { Dependencies } from './dependencies.ts'
import type { CacheHit, Run } from './run.ts'

/** Entries looked at per request: enough for the most images and their siblings. */
const MAX_ENTRIES = 64

/**
 * Pictures that were made for the same picture in other words, as the caller asked for this one:
 * any provider's when `auto` chooses, of at least the quality, the pixels and the floor.
 */
export async function findAlike(
  run: Run,
  key: string,
  deps: Dependencies,
): Promise<readonly ImageRecord[]> {
  const { request, startedAt } = run
  if (request.seed !== undefined) return []
  const wish = wishOf(run)
  const found = await deps.stores.cache.find({ key, now: startedAt, limit: MAX_ENTRIES })
  return found
    .filter(({ entry, image }) => reuseFault(madeAs(entry, image), wish) === undefined)
    .map(({ image }) => image)
}

/** What would be made: a thumbnail is no answer to whoever names no size. */
function wishOf(run: Run): ReuseWish {
  const { request, traits } = run
  const size = wantedSize(run)
  const { floor } = traits.standard
  if (size !== undefined) return { ...request, size, floor }
  const { resolution } = request
  const leastPixels =
    resolution === undefined ? usualPixels(run.resolution) : PIXELS_OF_RESOLUTION[resolution]
  return { ...request, floor, leastPixels }
}

const wantedSize = ({ request, traits, resolution }: Run): Size | undefined =>
  request.size ?? (resolution.auto === 'learned' ? shownSize(request, traits) : askedSize(request))

/** What models make by themselves; of those that `auto` may mean hardly one makes less. */
function usualPixels({ auto, models }: Run['resolution']): number {
  const areas = models.map(({ defaultSize: { width, height } }) => width * height)
  return auto === undefined ? Math.min(...areas) : Math.min(USUAL_PIXELS, Math.max(...areas))
}

const madeAs = ({ quality, floor }: CacheEntry, { width, height }: ImageRecord) => ({
  ...{ width, height },
  ...(quality === undefined ? {} : { quality }),
  ...(floor === undefined ? {} : { floor }),
})

/** What has to be done to a picture before it is what was asked for. */
function adaptation(
  record: ImageRecord,
  { size, format, compression }: ImageRequest,
): { readonly resize?: Size; readonly format: ImageFormat } | undefined {
  const isSize =
    size === undefined || (size.width === record.width && size.height === record.height)
  const isFormat = format === undefined || format === record.format
  if (isSize && isFormat) return undefined
  return {
    format: format ?? record.format,
    ...(isSize ? {} : { resize: size }),
    ...(compression === undefined ? {} : { compression }),
  }
}

/**
 * A cached picture as this request asked for it. What has to be scaled or converted becomes a
 * picture of its own. @returns undefined when that fails: then a new one is made.
 */
export async function adaptCached(
  record: ImageRecord,
  run: Run,
  deps: Dependencies,
  found: Pick<CacheHit, 'tier' | 'bits' | 'matched'> = { tier: 'normalised' },
): Promise<CacheHit | undefined> {
  const size = wantedSize(run)
  const wanted = adaptation(record, size === undefined ? run.request : { ...run.request, size })
  if (wanted === undefined) return { record, isReusable: true, ...found }
  try {
    const original = await deps.images.get(record.digest)
    if (original === undefined) return undefined
    const bytes = await deps.decoder.convert(original, wanted)
    const digest = deps.sha256(bytes)
    await deps.images.put(digest, bytes)
    const { width, height } = readImageHeader(bytes) ?? record
    const now = deps.clock.now()
    const derived: ImageRecord = {
      ...record,
      id: makeId('img', deps.random.bytes(16), now),
      requestId: run.id,
      ...{ digest, width, height, format: wanted.format, byteLength: bytes.length },
      originalByteLength: record.originalByteLength ?? record.byteLength,
      costNano: 0n,
      createdAt: now,
    }
    return { record: derived, bytes, isReusable: true, ...found }
  } catch (error) {
    deps.log.error({ imageId: record.id, error }, 'cached picture not adapted')
    return undefined
  }
}
