import { GatewayError } from '../core/errors/gateway-error.ts'
import type { RequestRecord } from '../core/jobs/request-record.ts'
import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import { type ExplainedArm, planLogSchema } from '../core/routing/plan-log.ts'
import { type RemadeDecision, remakeDecision } from '../core/routing/remake-decision.ts'
import type { Stores } from '../ports/stores.ts'
import { expectedDollars, rounded } from './print-plan.ts'

/** What a receipt says of its decision; written by `printPlan`. */
interface StoredDecision {
  readonly exploring: boolean
  readonly propensity: number
  readonly plans: readonly { readonly plan: string }[]
  readonly log: unknown
}

/**
 * Makes the decision of a request again, of nothing but what its receipt keeps, and says whether
 * the same comes out: a receipt proves its own explanation.
 * @param tenant whose it must be; undefined for those who keep the whole gateway.
 * @throws GatewayError `not_found` for an unknown request and for another tenant's alike.
 */
export async function explainRequest(
  { id, tenant }: { readonly id: string; readonly tenant?: string },
  { requests }: Pick<Stores, 'requests'>,
): Promise<{ readonly record: RequestRecord; readonly decision: JsonObject }> {
  const record = await requests.request(id)
  if (record === undefined || (tenant !== undefined && record.tenant !== tenant)) {
    throw new GatewayError('not_found', `There is no request ${id.slice(0, 60)}.`, { param: 'id' })
  }
  return { record, decision: printRemade(record) }
}

function printRemade({ id, plan: explain }: RequestRecord): JsonObject {
  const stored = explain.decision as unknown as StoredDecision | undefined
  const shared = { object: 'decision', request_id: id }
  if (stored === undefined) {
    const reason = 'its plan was not made by what was learned: the request named a model or a rank'
    return { ...shared, reproduced: null, reason }
  }
  const remade = remakeDecision(planLogSchema.parse(stored.log))
  const { plan, isExploring, propensity, draw } = remade
  return {
    ...shared,
    reproduced: isSame(stored, remade),
    recorded_plan: stored.plans[0]?.plan ?? '',
    ...{ plan, exploring: isExploring, propensity, draw },
    arms: remade.arms.map(printArm),
  }
}

const isSame = ({ plans, exploring, propensity }: StoredDecision, again: RemadeDecision): boolean =>
  plans[0]?.plan === again.plan &&
  exploring === again.isExploring &&
  propensity === again.propensity

const printArm = ({ name, step, reason, ...arm }: ExplainedArm): JsonObject => ({
  ...{ name, step, role: reason },
  price: dollarsFromNano(arm.priceNano),
  acceptance: {
    mean: rounded(arm.acceptance),
    low: rounded(arm.interval[0]),
    high: rounded(arm.interval[1]),
  },
  per_accepted: expectedDollars(arm.perAcceptedNano),
  p95_s: rounded(arm.p95Seconds),
})
