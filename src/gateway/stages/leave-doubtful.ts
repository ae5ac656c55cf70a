import type { Exclusion, Plan } from '../../core/routing/plan.ts'
import type { QuotedOffers } from '../quote-offers.ts'
import type { Traffic } from '../traffic.ts'

/** Why an offer is left out whose provider nobody may be at. */
export const unreached: Exclusion['unfit'] = {
  code: 'health',
  reason: 'no connection to its provider comes about',
}

/**
 * Plans without the offers of providers that probably nobody reaches, unless nothing is left then:
 * who has no other choice is better served by a slow connection than by a refusal.
 */
export function leaveDoubtful(
  offers: QuotedOffers,
  { traffic }: { readonly traffic: Pick<Traffic, 'isDoubtful'> },
  planOf: (offers: QuotedOffers) => Plan,
): Plan {
  const { candidates, exclusions } = offers
  const doubtful = candidates.filter(({ model }) => traffic.isDoubtful(model.provider))
  if (doubtful.length === 0) return planOf(offers)
  const plan = planOf({
    candidates: candidates.filter((candidate) => !doubtful.includes(candidate)),
    exclusions: [...exclusions, ...doubtful.map(({ offer }) => ({ offer, unfit: unreached }))],
  })
  return plan.steps.length > 0 ? plan : planOf(offers)
}
