import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import type { Caller, Dependencies } from './dependencies.ts'
import { measureMask } from './measure-mask.ts'
import { printPlan } from './print-plan.ts'
import { printTraits } from './print-traits.ts'
import { heldToReferences, printReferences } from './references.ts'
import type { Run } from './run.ts'
import { recallClass } from './stages/classify.ts'
import { compareDrafts } from './stages/compare-drafts.ts'
import { beginRun } from './stages/normalise.ts'
import { explainPlan } from './stages/plan.ts'
import { isDrafted, planDrafts } from './stages/plan-drafts.ts'
import { planEnlarging } from './stages/plan-enlarging.ts'
import { planPreview } from './stages/plan-preview.ts'
import { openStop } from './stop-order.ts'

/**
 * What would be tried for a request now, in which order, and why: the same code as for a request,
 * up to the plan. Nothing is bought, written or counted, and nothing is left to chance.
 * @throws GatewayError what the request itself would be refused with.
 */
export async function explainRoute(
  request: ImageRequest,
  caller: Caller,
  deps: Dependencies,
): Promise<Run> {
  const run = beginRun(request, caller, { watch: {}, stop: openStop() }, deps)
  const { models } = run.resolution
  const measured = await measureMask(run.request, { models, snapshot: run.snapshot }, deps)
  const classified = await recallClass({ ...run, request: measured }, deps)
  const explained = isDrafted(classified)
    ? planDrafts(classified, deps)
    : await explainPlan(classified, deps)
  const held = heldToReferences(explained, deps)
  return compareDrafts(planPreview(planEnlarging(held, deps), deps), deps)
}

/** An explained request as it is answered: dollars, and the rows that receipts have, too. */
export function printRoute({ request, plan, traits, snapshot, ...run }: Run): JsonObject {
  const [first] = plan?.steps ?? []
  return {
    object: 'route',
    model: request.model,
    operation: request.operation,
    images: request.n,
    at: new Date(run.startedAt).toISOString(),
    price_version: snapshot.book.version,
    simulated: first?.isSimulated === true,
    list_cost: run.listNano === undefined ? undefined : dollarsFromNano(run.listNano),
    traits: printTraits(traits),
    ...printReferences(request),
    ...(plan && printPlan(plan)),
    warnings: run.warnings as unknown as JsonObject[],
  }
}
