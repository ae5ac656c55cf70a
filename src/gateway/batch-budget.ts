import { batchScope } from '../core/jobs/batch.ts'
import { removeBudget, setBudget, type WantedBudget } from './budget-admin.ts'
import type { Dependencies } from './dependencies.ts'

/** What a batch may spend in each window; windows turn by the clock of UTC. */
export type BatchAllowance = Pick<WantedBudget, 'per' | 'limitNano'>

type Parts = Pick<Dependencies, 'stores' | 'clock' | 'sha256' | 'budgets'>

/** Gives a batch a budget of its own, in place of the one it has. */
export async function limitBatch(
  batchId: string,
  allowance: BatchAllowance,
  parts: Parts,
): Promise<void> {
  // The new one first: at no time is there none.
  const { id } = await setBudget({ ...allowance, scope: batchScope(batchId), zone: 'UTC' }, parts)
  await dropBudgets(batchId, parts, id)
}

/** Takes the budgets of a batch away, which would be looked at with every request for ever. */
export const unlimitBatch = (batchId: string, parts: Parts): Promise<void> =>
  dropBudgets(batchId, parts)

async function dropBudgets(batchId: string, parts: Parts, exceptId?: string): Promise<void> {
  const scope = batchScope(batchId)
  for (const budget of await parts.stores.budgets.list()) {
    const isMeant = budget.scope === scope && budget.id !== exceptId && !budget.isConfigured
    if (isMeant) await removeBudget(budget.id, parts)
  }
}
