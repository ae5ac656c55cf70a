import { type Context, sizeBucketOf } from '../acceptance/context.ts'
import type { ImageRequest, Size } from '../request/image-request.ts'
import { shownSize } from '../routing/variants.ts'
import type { RequestTraits } from './request-traits.ts'

/** Pixels where nothing says how many: what models make when nothing is asked. */
export const USUAL_PIXELS = 1024 * 1024
/** Pixels that a resolution stands for. */
export const PIXELS_OF_RESOLUTION = {
  ...{ '512': 512 ** 2, '1k': 1024 ** 2, '2k': 2048 ** 2, '4k': 4096 ** 2 },
} as const

/** Where outcomes of a request are learned; the same for planning and for what came of it. */
export const contextOf = (request: ImageRequest, traits: RequestTraits): Context => ({
  purpose: traits.purpose,
  category: traits.category,
  needsText: traits.needsText,
  needsEdit: traits.needsEdit,
  isTransparent: traits.isTransparent,
  size: sizeBucketOf(pixelsOf(request, traits)),
})

function pixelsOf(request: ImageRequest, traits: RequestTraits): number {
  const size: Size | undefined = request.size ?? shownSize(request, traits) ?? request.images[0]
  if (request.resolution !== undefined) return PIXELS_OF_RESOLUTION[request.resolution]
  return size === undefined ? USUAL_PIXELS : size.width * size.height
}
