import type { WorstCase } from '../core/budgets/claim.ts'
import type { Plan } from '../core/routing/plan.ts'

/** What a plan can cost at worst, in total and at each of its providers. */
export function worstCaseOf({ steps, holdNano }: Plan): WorstCase {
  const byProvider = new Map<string, bigint>()
  for (const { model, quote } of steps) {
    byProvider.set(model.provider, (byProvider.get(model.provider) ?? 0n) + quote.highNano)
  }
  return { totalNano: holdNano, byProvider }
}
