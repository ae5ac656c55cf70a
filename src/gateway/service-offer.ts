import { GatewayError } from '../core/errors/gateway-error.ts'
import type { Batch } from '../core/jobs/batch.ts'
import { type Candidate, splitCalls } from '../core/routing/plan.ts'
import { type Estimator, quoteOffer } from '../core/routing/quote-offer.ts'
import type { BatchService } from '../ports/batch-service.ts'
import type { Provider } from '../ports/provider.ts'
import type { Dependencies } from './dependencies.ts'
import type { Run } from './run.ts'
import { isForCache } from './stages/cache.ts'
import { expectedPlan, withoutBroken } from './stages/plan.ts'

/** How a call is bought that a batch service makes; price rows know it by this word. */
export const SERVICE_TIER = 'batch'

/** A batch service that makes a line for less than the queue would. */
export interface ServiceOffer {
  readonly candidate: Candidate
  readonly service: BatchService
}

/**
 * The batch service that a line of a batch goes to: the deadline leaves it the time that it takes,
 * and its price is below that of the best offer of the queue. Undefined when the line is the
 * queue's: also when the cache has its picture, when several calls or attempts are needed, and when
 * it cannot be made at all, which the queue then says.
 */
export async function findService(
  run: Run,
  batch: Batch,
  deps: Dependencies,
): Promise<ServiceOffer | undefined> {
  const { request } = run
  if (!deps.rules.usesBatchServices) return undefined
  if (request.notBefore !== undefined || request.deadlineMs !== undefined) return undefined
  try {
    const cheapest = quoteServices(run, batch, deps)[0]
    if (cheapest === undefined) return undefined
    const plan = expectedPlan(run, deps)
    const first = plan?.steps[0]
    const isPlain = plan?.strategy === 'direct' || plan?.strategy === 'fallback'
    if (first === undefined || !isPlain || plan.drafts !== undefined) return undefined
    // What was learned is about one offer, and says nothing of a cheaper one.
    const isSame = run.resolution.auto !== 'learned' || cheapest.candidate.offer === first.offer
    const isCheaper = cheapest.candidate.quote.expectedNano < first.quote.expectedNano
    if (!isSame || !isCheaper) return undefined
    return (await isForCache(run, deps)) ? undefined : cheapest
  } catch (error) {
    if (GatewayError.isInstance(error)) return undefined
    throw error
  }
}

/** Services that can make the pictures in one call and in time, the cheapest first. */
function quoteServices(run: Run, batch: Batch, deps: Dependencies): readonly ServiceOffer[] {
  const { request, resolution, snapshot, startedAt } = run
  const windowMs = batch.expiresAt - batch.createdAt
  const offers = resolution.models.flatMap((model): ServiceOffer[] => {
    const provider = snapshot.providers.get(model.provider)
    const service = provider?.batches
    if (provider === undefined || service === undefined) return []
    if (windowMs < service.limits.windowMs) return []
    const wanted = { request, model, images: request.n, isPinned: resolution.auto === undefined }
    const quoted = quoteOffer(wanted, inBatches(provider), snapshot.book, startedAt)
    return quoted.ok ? [{ candidate: quoted.value, service }] : []
  })
  const { maxCostNano } = request
  const able = offers.filter(({ candidate: { mostPerCall, quote } }) => {
    const isAllowed = maxCostNano === undefined || quote.highNano <= maxCostNano
    return isAllowed && splitCalls(request.n, mostPerCall).length === 1
  })
  const candidates = able.map(({ candidate }) => candidate)
  const working = withoutBroken({ candidates, exclusions: [] }, run, deps).candidates
  return able
    .filter(({ candidate }) => working.includes(candidate))
    .toSorted((one, other) =>
      one.candidate.quote.expectedNano < other.candidate.quote.expectedNano ? -1 : 1,
    )
}

/** A provider whose calls are bought in batches; without a price for that there is no quote. */
function inBatches(provider: Provider): Estimator {
  return {
    isSimulated: provider.isSimulated,
    checkOptions: (plan) => provider.checkOptions(plan),
    estimate: (plan) => {
      const { low, expected, high } = provider.estimate(plan)
      return {
        low: { ...low, serviceTier: SERVICE_TIER },
        expected: { ...expected, serviceTier: SERVICE_TIER },
        high: { ...high, serviceTier: SERVICE_TIER },
      }
    },
  }
}
