import type { Compilable } from 'kysely'
import type { BudgetStore, WindowKey } from '../../ports/budget-store.ts'
import { fromBudgetRow, fromWindowRow, toBudgetRow } from './budget-rows.ts'
import { toMilliseconds } from './columns.ts'
import { type Engine, type Outcome, run, type Steps } from './engine.ts'
import { isPaused } from './unfinished.ts'

/** Budgets and what their windows have taken. */
export function budgetStore(engine: Engine): BudgetStore {
  const { kysely } = engine
  return {
    async set(budget, at) {
      const row = toBudgetRow(budget)
      const { limit_nano, soft_nano, is_configured, removed_at } = row
      const set = kysely
        .insertInto('budgets')
        .values(row)
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet({ limit_nano, soft_nano, is_configured, removed_at }),
        )
      await engine.transact(() =>
        together(set, wake(engine, budget.id, at), untell(engine, budget.id)),
      )
    },
    async remove(id, at) {
      const removed = kysely
        .updateTable('budgets')
        .set({ removed_at: toMilliseconds(at) })
        .where('id', '=', id)
        .where('removed_at', 'is', null)
      const { changes } = await engine.transact(() => together(removed, wake(engine, id, at)))
      return changes === 1
    },
    async list() {
      const { rows } = await run(
        engine,
        kysely
          .selectFrom('budgets')
          .selectAll()
          .where('removed_at', 'is', null)
          .orderBy('scope')
          .orderBy('per')
          .orderBy('zone'),
      )
      return rows.map(fromBudgetRow)
    },
    async windows(keys) {
      if (keys.length === 0) return []
      const { rows } = await run(
        engine,
        kysely
          .selectFrom('budget_windows')
          .selectAll()
          .where((where) => where.or(keys.map((key) => where.and(toKeyRow(key))))),
      )
      return rows.map(fromWindowRow)
    },
    async tell(key, percent) {
      const { changes } = await run(
        engine,
        kysely
          .updateTable('budget_windows')
          .set({ told_percent: BigInt(percent) })
          .where((where) => where.and(toKeyRow(key)))
          .where('told_percent', '<', BigInt(percent)),
      )
      return changes === 1
    },
  }
}

const toKeyRow = ({ budgetId, book, from }: WindowKey) => ({
  ...{ budget_id: budgetId, book, from_at: toMilliseconds(from) },
})

/** Shares of another limit are told anew. */
const untell = ({ kysely }: Engine, id: string): Compilable =>
  kysely.updateTable('budget_windows').set({ told_percent: 0n }).where('budget_id', '=', id)

/** Makes the jobs due that wait for a budget. */
const wake = ({ kysely }: Engine, id: string, at: number): Compilable =>
  kysely
    .updateTable('requests')
    .set({ due_at: toMilliseconds(at) })
    .where(isPaused)
    .where('paused_by', '=', id)
    .where('due_at', '>', toMilliseconds(at))

/** Two statements of one transaction. @returns what the first one did. */
function* together(first: Compilable, ...rest: readonly Compilable[]): Steps<Outcome> {
  const outcome = yield first.compile()
  for (const each of rest) yield each.compile()
  return outcome
}
