import type { Nano } from '../core/money.ts'
import type { Dependencies } from './dependencies.ts'
import type { Run } from './run.ts'
import { expectedPlan } from './stages/plan.ts'

/**
 * What the router would pay now for all pictures of a request, had the cache none; undefined when
 * it has no offer.
 */
export function routerPrice(run: Run, deps: Dependencies): Nano | undefined {
  try {
    const plan = expectedPlan({ ...run, hits: [], ended: [] }, deps)
    return plan?.steps[0]?.quote.expectedNano
  } catch {
    return undefined
  }
}
