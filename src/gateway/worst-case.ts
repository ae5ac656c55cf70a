import type { WorstCase } from '../core/budgets/claim.ts'
import type { Plan } from '../core/routing/plan.ts'

/** What a plan can cost at worst, in total and at each of the providers that make its pictures. */
export function worstCaseOf({ steps, drafts, holdNano }: Plan): WorstCase {
  const byProvider = new Map<string, bigint>()
  for (const { model, quote } of drafts === undefined ? steps : [drafts.step, ...steps]) {
    byProvider.set(model.provider, (byProvider.get(model.provider) ?? 0n) + quote.highNano)
  }
  return { totalNano: holdNano, byProvider }
}
