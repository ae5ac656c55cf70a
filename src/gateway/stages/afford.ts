import type { BudgetClaim } from '../../core/budgets/claim.ts'
import type { Nano } from '../../core/money.ts'
import type { Plan } from '../../core/routing/plan.ts'
import type { Dependencies } from '../dependencies.ts'
import { bookOf, type Run, spenderOf } from '../run.ts'
import { worstCaseOf } from '../worst-case.ts'
import { withoutEnlarging } from './plan-enlarging.ts'
import { withoutPreview } from './plan-preview.ts'

/**
 * Finds out which budgets a request counts in, and leaves out fallbacks that they have no room for:
 * the rest of a budget is better spent on a plan with fewer of them than on none. What is left may
 * change until the money is put aside; whether there is room decides that write alone.
 * @throws GatewayError `ledger_unavailable` when nobody knows which budgets there are.
 */
export async function afford(run: Run, deps: Dependencies): Promise<Run> {
  if (run.plan === undefined) return run
  const spender = spenderOf(run)
  const claimsOf = (plan: Plan) => deps.budgets.claimsFor(spender, worstCaseOf(plan))
  let { plan } = run
  let claims = await claimsOf(plan)
  const extras = plan.preview ?? plan.enlarging
  const isBare = plan.steps.length === 1 && extras === undefined
  if (claims.length === 0 || isBare) return { ...run, claims }
  const left = await deps.budgets.leftOf(claims, bookOf(run))
  // What is only shown on the way goes first, with what the plan can do without.
  if (!fits(claims, left)) {
    plan = withoutEnlarging(withoutPreview(plan))
    claims = await claimsOf(plan)
  }
  while (plan.steps.length > 1 && !fits(claims, left)) {
    plan = withoutLast(plan)
    claims = await claimsOf(plan)
  }
  return { ...run, plan, claims }
}

const fits = (claims: readonly BudgetClaim[], left: ReadonlyMap<string, Nano>): boolean =>
  claims.every(({ budgetId, amountNano }) => amountNano <= (left.get(budgetId) ?? amountNano))

const OVER_BUDGET = 'with its worst case the plan would exceed a budget'

/** A plan without its last step. */
function withoutLast(plan: Plan): Plan {
  const steps = plan.steps.slice(0, -1)
  const highNano = plan.steps.at(-1)?.quote.highNano ?? 0n
  return {
    ...plan,
    steps,
    holdNano: plan.holdNano - highNano,
    explanation: plan.explanation.map(({ step, ...offer }) =>
      step === undefined || step <= steps.length
        ? { step, ...offer }
        : { ...offer, role: 'budget', reason: OVER_BUDGET },
    ),
  }
}
