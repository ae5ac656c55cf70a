import { dollarsFromNano } from '../../core/money.ts'
import type { ImageRequest } from '../../core/request/image-request.ts'
import type { Candidate, Plan } from '../../core/routing/plan.ts'
import { choosePreview, previewRequest } from '../../core/routing/preview.ts'
import { barredBy } from '../../core/routing/route-order.ts'
import { resolveFor } from '../allowed-models.ts'
import type { Dependencies } from '../dependencies.ts'
import { quoteOffers } from '../quote-offers.ts'
import type { Run } from '../run.ts'
import { withoutBroken } from './plan.ts'

/**
 * Where partial images were asked for and the first offer of the plan has none, adds a cheap draft
 * of low resolution, if one is cheap enough, quick enough, and within what the request may cost.
 */
export function planPreview(run: Run, deps: Dependencies): Run {
  const { plan, request, snapshot, startedAt } = run
  const [first] = plan?.steps ?? []
  if (plan === undefined || first === undefined || !isWanted(request, plan, first)) return run
  const asked = previewRequest(request, first.fit.expectedSize)
  const resolution = resolveFor(run, asked.model)
  const quoted = quoteOffers({ request: asked, resolution, images: 1 }, snapshot, startedAt)
  const { orders } = deps.learning.plans
  const able = withoutBroken(quoted, run, deps).candidates.filter(
    ({ offer, quote }) =>
      barredBy(orders, run.traits.purpose, offer) === undefined &&
      isWithin(plan.holdNano + quote.highNano, run),
  )
  const { latencies } = deps.traffic
  const chosen = choosePreview(able, first, {
    mostShare: deps.rules.previews.mostShare,
    secondsOf: ({ offer, model }) =>
      (latencies.meanMs(offer) ?? model.typicalSeconds * 1_000) / 1e3,
  })
  if (chosen === undefined) return run
  const holdNano = plan.holdNano + chosen.step.quote.highNano
  return { ...run, plan: { ...plan, holdNano, preview: { ...chosen, request: asked } } }
}

/** Drafts of a plan that has them are its partial images, and so is what is to be enlarged. */
const isWanted = (
  { partialImages = 0, operation }: ImageRequest,
  { drafts, enlarging }: Plan,
  { model }: Candidate,
): boolean =>
  partialImages > 0 &&
  drafts === undefined &&
  enlarging === undefined &&
  !model.supports.stream &&
  (operation === 'generate' || operation === 'edit')

function isWithin(worstNano: bigint, { request, traits }: Run): boolean {
  const mostNano = request.maxCostNano ?? traits.standard.maxCostNano
  return mostNano === undefined || worstNano <= mostNano
}

/** A plan that shows nothing on the way. */
export function withoutPreview({ preview, ...plan }: Plan): Plan {
  return { ...plan, holdNano: plan.holdNano - (preview?.step.quote.highNano ?? 0n) }
}

/** What stands for partial images, in words. */
export const printPreview = ({ step }: NonNullable<Plan['preview']>): string => {
  const { width, height } = step.fit.expectedSize
  const dollars = dollarsFromNano(step.quote.expectedNano)
  return `a draft by ${step.offer} at ${width}x${height}, for $${dollars}, stands for them`
}
