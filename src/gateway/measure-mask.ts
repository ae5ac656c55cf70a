import { type Model, offerName } from '../core/catalog/model.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import type { Dependencies, Snapshot } from './dependencies.ts'

/** Price structures that charge by what a mask marks. */
const BY_MASK: ReadonlySet<string> = new Set(['mask_area', 'mask_bbox'])

/**
 * Measures the mask of a request where an offer's price depends on it; otherwise no mask is
 * decoded. A mask that cannot be measured leaves such offers without a quote, and so out of a plan.
 */
export async function measureMask(
  request: ImageRequest,
  { models, snapshot }: { readonly models: readonly Model[]; readonly snapshot: Snapshot },
  { images, decoder, log }: Pick<Dependencies, 'images' | 'decoder' | 'log'>,
): Promise<ImageRequest> {
  const { mask } = request
  if (mask === undefined || !isPricedByMask(models, snapshot)) return request
  try {
    const bytes = await images.get(mask.digest)
    if (bytes === undefined) return request
    return { ...request, mask: { ...mask, coverage: await decoder.coverage(bytes) } }
  } catch (error) {
    log.warn({ error }, 'mask could not be measured')
    return request
  }
}

function isPricedByMask(models: readonly Model[], { book }: Snapshot): boolean {
  const offers = new Set(models.map(offerName))
  return book.rows.some(
    ({ offer, components }) =>
      offers.has(offer) && components.some(({ kind }) => BY_MASK.has(kind)),
  )
}
