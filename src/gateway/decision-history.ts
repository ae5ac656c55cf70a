import type { Verdict } from '../core/feedback/verdict.ts'
import type { RequestRecord } from '../core/jobs/request-record.ts'
import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import type { Stores } from '../ports/stores.ts'

const PAGE = 200

/** What a stored plan says of its decision; written by `printPlan`. */
interface StoredDecision {
  readonly plans: readonly {
    readonly plan: string
    readonly propensity: number
    readonly expected_cost: string
    readonly expected_acceptance: number
  }[]
}

/**
 * Decisions of a tenant with what came of them, newest first, in the form that a replay reads.
 * Requests whose plan was not made by what was learned have none.
 */
export async function decisionHistory(
  stores: Pick<Stores, 'requests' | 'feedback'>,
  query: { readonly tenant: string; readonly limit: number },
): Promise<readonly JsonObject[]> {
  const lines: JsonObject[] = []
  let after: string | undefined
  while (lines.length < query.limit) {
    const page = await stores.requests.list({
      ...{ tenant: query.tenant, state: 'completed', limit: PAGE },
      ...(after === undefined ? {} : { after }),
    })
    for (const request of page) {
      const decision = request.plan.decision as unknown as StoredDecision | undefined
      if (decision !== undefined) lines.push(await lineOf(request, decision, stores))
    }
    after = page.at(-1)?.id
    if (page.length < PAGE) break
  }
  return lines.slice(0, query.limit)
}

async function lineOf(
  request: RequestRecord,
  { plans }: StoredDecision,
  stores: Pick<Stores, 'requests' | 'feedback'>,
): Promise<JsonObject> {
  // The one that was taken stands first.
  return {
    id: request.id,
    candidates: plans as unknown as JsonObject[],
    chosen: plans[0]?.plan ?? '',
    cost: dollarsFromNano(request.costNano),
    accepted: await verdictOn(request, stores),
  }
}

/** The last word on any of its pictures; null while nobody has said anything. */
async function verdictOn(
  { id }: RequestRecord,
  { requests, feedback }: Pick<Stores, 'requests' | 'feedback'>,
): Promise<boolean | null> {
  const verdicts: Verdict[] = []
  for (const image of await requests.images(id))
    verdicts.push(...(await feedback.ofImage(image.id)))
  return verdicts.toSorted((one, other) => one.at - other.at).at(-1)?.isAccepted ?? null
}
