import { offerName } from '../../core/catalog/model.ts'
import type { Dependencies } from '../dependencies.ts'
import type { Run } from '../run.ts'

/** Price structures that charge by what a mask marks. */
const BY_MASK: ReadonlySet<string> = new Set(['mask_area', 'mask_bbox'])

/**
 * Measures the mask where an offer's price depends on it; otherwise no mask is decoded. A mask that
 * cannot be measured leaves such offers without a quote, and so out of the plan.
 */
export async function measure(run: Run, deps: Dependencies): Promise<Run> {
  const { mask } = run.request
  if (mask === undefined || !isPricedByMask(run)) return run
  try {
    const bytes = await deps.images.get(mask.digest)
    if (bytes === undefined) return run
    const coverage = await deps.decoder.coverage(bytes)
    return { ...run, request: { ...run.request, mask: { ...mask, coverage } } }
  } catch (error) {
    deps.log.warn({ requestId: run.id, error }, 'mask could not be measured')
    return run
  }
}

const isPricedByMask = ({ resolution, snapshot }: Run): boolean => {
  const offers = new Set(resolution.models.map(offerName))
  return snapshot.book.rows.some(
    ({ offer, components }) =>
      offers.has(offer) && components.some(({ kind }) => BY_MASK.has(kind)),
  )
}
