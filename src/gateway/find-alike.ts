import { reuseFault } from '../core/cache/reuse-key.ts'
import { makeId } from '../core/ids.ts'
import type { CacheEntry, ImageRecord } from '../core/jobs/request-record.ts'
import { readImageHeader } from '../core/quality/image-header.ts'
import type { ImageFormat, ImageRequest, Size } from '../core/request/image-request.ts'
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
  const { floor } = deps.purposes.of(request.purpose)
  const found = await deps.stores.cache.find({ key, now: startedAt, limit: MAX_ENTRIES })
  return found
    .filter(
      ({ entry, image }) => reuseFault(madeAs(entry, image), { ...request, floor }) === undefined,
    )
    .map(({ image }) => image)
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
  const wanted = adaptation(record, run.request)
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
