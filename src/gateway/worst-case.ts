import type { WorstCase } from '../core/budgets/claim.ts'
import type { Plan } from '../core/routing/plan.ts'

/** What a plan can cost at worst, in total and at each of the providers that make its pictures. */
export function worstCaseOf({ steps, drafts, preview, enlarging, holdNano }: Plan): WorstCase {
  const byProvider = new Map<string, bigint>()
  const before = [drafts, preview].flatMap((part) => part?.step ?? [])
  if (enlarging !== undefined) before.push(enlarging.small, enlarging.upscaler)
  for (const { model, quote } of [...before, ...steps]) {
    byProvider.set(model.provider, (byProvider.get(model.provider) ?? 0n) + quote.highNano)
  }
  return { totalNano: holdNano, byProvider }
}
