import type { Nano } from '../../core/money.ts'
import { unmadeInput } from '../../core/request/unmade-input.ts'
import { draftRequest, refineRequest, USUAL_DRAFTS } from '../../core/routing/draft-requests.ts'
import { makePlan } from '../../core/routing/make-plan.ts'
import type { Candidate } from '../../core/routing/plan.ts'
import { resolveFor } from '../allowed-models.ts'
import type { Dependencies } from '../dependencies.ts'
import { standardOf, withPick } from '../gate-wishes.ts'
import { quoteOffers } from '../quote-offers.ts'
import { missingImages, type Run } from '../run.ts'
import { listPrice, noOffer, withoutBroken } from './plan.ts'

/** Whether a request's pictures begin as drafts. What begins with a picture needs none. */
export function isDrafted({ request, traits }: Pick<Run, 'request' | 'traits'>): boolean {
  if (request.operation !== 'generate') return false
  if (request.strategy !== undefined) return request.strategy === 'draft'
  return traits.standard.strategy === 'draft_refine'
}

/**
 * Decides who makes drafts and who refines the one that is picked. Both are put aside together: a
 * request never gets drafts that it cannot afford to refine.
 * @throws GatewayError when no offer can draft, or none can refine, naming what is in the way.
 */
export function planDrafts(run: Run, deps: Dependencies): Run {
  const missing = missingImages(run)
  const listNano = listPrice(run, deps)
  if (missing === 0) return { ...run, listNano }
  const drafts = planDraftStep(run, deps)
  const [maker] = drafts.steps
  if (maker === undefined) throw noOffer(run, drafts.candidates, drafts.exclusions)
  const { snapshot, startedAt, resolution } = run
  const request = refineRequest(run.request, unmadeInput(maker.fit.expectedSize))
  const quoted = quoteOffers({ request, resolution, images: missing }, snapshot, startedAt)
  const { candidates, exclusions } = withoutBroken(quoted, run, deps)
  const able = candidates.filter(({ isSimulated }) => isSimulated === maker.isSimulated)
  const { maxCostNano } = run.request
  const plan = makePlan({
    // Whoever names no model wants the picture refined by a good one, at the best price.
    candidates: resolution.auto === undefined ? able : ofHighestTier(able),
    exclusions,
    ranking: 'cheapest',
    maxSteps: deps.limits.planSteps,
    besideNano: looksNano(run, maker, deps) * BigInt(missing),
    ...(maxCostNano === undefined ? {} : { maxCostNano: maxCostNano - drafts.holdNano }),
  })
  if (plan.steps.length === 0) throw noOffer(run, able, exclusions)
  return {
    ...run,
    listNano,
    plan: {
      ...plan,
      strategy: 'draft_refine',
      drafts: { step: maker, count: USUAL_DRAFTS },
      holdNano: plan.holdNano + drafts.holdNano,
    },
  }
}

function planDraftStep(run: Run, deps: Dependencies) {
  const { snapshot, startedAt, request } = run
  const asked = {
    request: draftRequest(request, USUAL_DRAFTS),
    resolution: resolveFor(run, 'auto:cheapest'),
    images: USUAL_DRAFTS,
  }
  const { candidates, exclusions } = withoutBroken(
    quoteOffers(asked, snapshot, startedAt),
    run,
    deps,
  )
  const [first] = candidates
  const besideNano = first === undefined ? 0n : looksNano(run, first, deps) * BigInt(USUAL_DRAFTS)
  const { maxCostNano } = request
  const limits = maxCostNano === undefined ? {} : { maxCostNano }
  const input = { candidates, exclusions, ranking: 'cheapest', maxSteps: 1, besideNano } as const
  return { ...makePlan({ ...input, ...limits }), candidates, exclusions }
}

/** Most that looking at one picture may cost, with a judge that picks. */
function looksNano(run: Run, { isSimulated }: Candidate, deps: Dependencies): Nano {
  const { gates } = standardOf({ ...run, traits: withPick(run.traits, deps) }, deps).purpose
  return deps.gates.ceilingNano(gates, isSimulated)
}

const TIERS = ['premium', 'standard', 'budget'] as const

function ofHighestTier(candidates: readonly Candidate[]): readonly Candidate[] {
  const tier = TIERS.find((each) => candidates.some(({ model }) => model.tier === each))
  return candidates.filter(({ model }) => model.tier === tier)
}
