import type { Instant } from '../../core/time.ts'
import type { HistoryStore } from '../../ports/history-store.ts'
import { toMilliseconds } from './columns.ts'
import { type Engine, run } from './engine.ts'
import { fromAttemptRow, fromRequestRow } from './rows.ts'

/** What was asked and called lately. */
export function historyStore(engine: Engine): HistoryStore {
  const { kysely } = engine
  const callsTo = (offer: string, since: Instant) =>
    kysely
      .selectFrom('attempts')
      .where('offer', '=', offer)
      .where('started_at', '>=', toMilliseconds(since))
      .where('state', '=', 'settled')
  return {
    async callsTo({ offer, since, limit }) {
      const query = callsTo(offer, since).selectAll().orderBy('started_at', 'desc').limit(limit)
      return (await run(engine, query)).rows.map(fromAttemptRow)
    },
    async countCallsTo(offer, since) {
      const query = callsTo(offer, since).select((eb) => eb.fn.countAll<bigint>().as('calls'))
      const [row] = (await run(engine, query)).rows
      return Number(row?.calls ?? 0)
    },
    async requests({ since, limit }) {
      const query = kysely
        .selectFrom('requests')
        .selectAll()
        .where('created_at', '>=', toMilliseconds(since))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
      return (await run(engine, query)).rows.map(fromRequestRow)
    },
  }
}
