import { GatewayError } from '../core/errors/gateway-error.ts'
import type { JsonObject } from '../core/json.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { Caller, Dependencies } from './dependencies.ts'
import { explainRoute } from './explain-route.ts'
import { printOffer } from './print-plan.ts'

/** What to recommend for. */
export interface RecommendationQuery {
  readonly purpose?: string | undefined
  readonly category?: string | undefined
}

/** Offers that are named for each kind of picture. */
const MOST_OFFERS = 3
/** Stands in for the prompts of a category, whose words decide no price that matters here. */
const SAMPLE_PROMPT = 'a picture as usual'

/**
 * Which model for which image: for each purpose and category that outcomes are known of, what
 * would be tried now, and by which evidence. Made by the planner itself, so it never says anything
 * else than requests do. Where there are no outcomes the shares are priors, and say so.
 */
export async function recommend(
  query: RecommendationQuery,
  caller: Caller,
  deps: Dependencies,
): Promise<readonly JsonObject[]> {
  const names = deps.purposes.all.map(({ name }) => name)
  const rows: JsonObject[] = []
  for (const purpose of query.purpose === undefined ? names : [query.purpose]) {
    const known = deps.learning.desk.categoriesAt(purpose)
    const categories = query.category === undefined ? ['any', ...known] : [query.category]
    for (const category of new Set(categories)) {
      rows.push(await recommendOne({ purpose, category }, caller, deps))
    }
  }
  return rows
}

async function recommendOne(
  { purpose, category }: { readonly purpose: string; readonly category: string },
  caller: Caller,
  deps: Dependencies,
): Promise<JsonObject> {
  const asked = { operation: 'generate', prompt: SAMPLE_PROMPT, purpose, category } as const
  // Offers are compared by what is believed of them, which drafts and refining hide.
  const draft = { ...asked, strategy: 'auto' } as const
  const needs = purpose === 'text' ? (['text'] as const) : []
  try {
    const run = await explainRoute(normaliseRequest({ ...draft, needs }), caller, deps)
    const { plan } = run
    const offers = (plan?.explanation ?? []).filter(({ believed }) => believed !== undefined)
    const believed = offers[0]?.believed
    const hasOutcomes = (believed?.ownOutcomes ?? 0) + (believed?.inheritedOutcomes ?? 0) >= 0.5
    return {
      object: 'recommendation',
      ...{ purpose, category, basis: hasOutcomes ? 'outcomes' : 'prior' },
      floor: plan?.decision?.floor.asked ?? null,
      floor_reachable: plan?.decision?.floor.isReachable ?? null,
      offers: offers.slice(0, MOST_OFFERS).map(printOffer),
    }
  } catch (error) {
    if (!GatewayError.isInstance(error)) throw error
    return { object: 'recommendation', purpose, category, offers: [], reason: error.message }
  }
}
