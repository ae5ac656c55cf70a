import type { Context } from '../../core/acceptance/context.ts'
import type { ArmBelief } from '../../core/acceptance/knowledge.ts'
import type { Nano } from '../../core/money.ts'
import { contextOf } from '../../core/purpose/context-of.ts'
import type { ImageRequest } from '../../core/request/image-request.ts'
import { type DraftComparison, draftProspect } from '../../core/routing/draft-refine.ts'
import type { Candidate, Plan } from '../../core/routing/plan.ts'
import { armNameOf } from '../../core/routing/variants.ts'
import type { Dependencies } from '../dependencies.ts'
import { quoteAtProvider } from '../quote-offers.ts'
import { missingImages, type Run } from '../run.ts'

/** Drafts that were made, or will be. */
interface Drafts {
  readonly count: number
  readonly costNano: Nano
  /** Who will make them; absent when one of them was picked already. */
  readonly maker?: Candidate
}

/**
 * Says what refining a draft comes to beside doing without, where a plan refines one: that of its
 * own plan, or one that the caller picked. Nothing is decided by it.
 */
export async function compareDrafts(run: Run, deps: Dependencies): Promise<Run> {
  const { plan } = run
  const [refiner] = plan?.steps ?? []
  if (plan === undefined || refiner === undefined) return run
  const drafts = draftsOf(plan) ?? (await earlierDrafts(run, deps))
  if (drafts === undefined) return run
  return { ...run, plan: { ...plan, comparison: comparisonOf(drafts, refiner, run, deps) } }
}

const draftsOf = ({ drafts }: Plan): Drafts | undefined =>
  drafts && { count: drafts.count, costNano: drafts.step.quote.expectedNano, maker: drafts.step }

/** The drafts among which the caller picked, as they were paid; undefined when nobody knows. */
async function earlierDrafts(
  { request: { refines }, caller }: Run,
  { stores, log }: Dependencies,
): Promise<Drafts | undefined> {
  if (refines === undefined) return undefined
  try {
    const picked = await stores.requests.image(refines)
    const made = picked && (await stores.requests.request(picked.requestId))
    if (made === undefined || made.tenant !== caller.tenant) return undefined
    return { count: made.made?.images ?? 1, costNano: made.costNano }
  } catch (error) {
    log.warn({ error }, 'drafts not compared')
    return undefined
  }
}

function comparisonOf(
  { count, costNano, maker }: Drafts,
  refiner: Candidate,
  run: Run,
  deps: Dependencies,
): DraftComparison {
  const { operation: _, images: __, ...rest } = run.request
  const blind: ImageRequest = { ...rest, operation: 'generate', images: [] }
  const context = contextOf(blind, run.traits)
  const [alone, refined, drafted] = [
    believed(refiner, { ...context, needsEdit: false }, deps),
    believed(refiner, { ...context, needsEdit: true }, deps),
    // The one that was picked was worth it.
    maker === undefined ? undefined : believed(maker, { ...context, needsEdit: false }, deps),
  ]
  const draftsNano = Number(costNano)
  const prospect = draftProspect({
    ...{ drafts: count, draftNano: draftsNano / count },
    refineNano: Number(refiner.quote.expectedNano),
    premiumNano: Number(priceFromNothing(refiner, blind, run)),
    draftChance: drafted?.belief.mean ?? 1,
    refineChance: refined.belief.mean,
    blindChance: alone.belief.mean,
  })
  return { count, draftsNano, prospect, alone }
}

/** What is believed of the pictures of an offer. */
function believed(
  { offer, fit: { settings }, isSimulated }: Candidate,
  context: Context,
  { learning }: Dependencies,
): ArmBelief {
  const { quality, steps } = settings
  const [belief] = learning.desk.beliefs(
    [armNameOf({ offer, quality, steps, isSimulated })],
    context,
  )
  if (belief === undefined) throw new TypeError('nothing is believed of an arm')
  return belief
}

/** What the refining model asks for a picture without a draft; as for an edit where it has none. */
function priceFromNothing(refiner: Candidate, request: ImageRequest, run: Run): Nano {
  const asked = { request, model: refiner.model, images: missingImages(run), isPinned: false }
  const quoted = quoteAtProvider(asked, run.snapshot, run.startedAt)
  return (quoted.ok ? quoted.value : refiner).quote.expectedNano
}
