import { sql } from 'kysely'
import type { AlertStore } from '../../ports/alert-store.ts'
import { fromAlertRow, toAlertRow } from './alert-rows.ts'
import { toMilliseconds } from './columns.ts'
import { type Engine, run } from './engine.ts'

/** News keep their key though they are over, so that no other replica tells them again. */
const isOpenNow = sql<boolean>`alerts.resolved_at is null`

/** What was alarming. Who tells of it is decided by who wrote its own id into the row. */
export const alertStore = (engine: Engine): AlertStore => ({
  ...raising(engine),
  ...reading(engine),
})

function raising(engine: Engine): Pick<AlertStore, 'raise' | 'resolve' | 'takeHeld'> {
  const { kysely } = engine
  return {
    async raise(alert, { id, toldBefore, isQuiet }) {
      const row = toAlertRow(alert, id, isQuiet)
      const { severity, message, data, last_at } = row
      const isDue = sql<boolean>`alerts.told_at <= ${toMilliseconds(toldBefore)}`
      const again = isQuiet || alert.fact !== undefined ? sql<boolean>`1 = 0` : isDue
      const { rows } = await run(
        engine,
        kysely
          .insertInto('alerts')
          .values(row)
          .onConflict((conflict) =>
            conflict.column('open_key').doUpdateSet({
              ...{ severity, message, data, last_at },
              seen: sql<bigint>`alerts.seen + 1`,
              told_at: sql<bigint>`case when ${again} then ${last_at} else alerts.told_at end`,
              told_by: sql<string>`case when ${again} then ${id} else alerts.told_by end`,
            }),
          )
          .returning('told_by'),
      )
      return rows[0]?.told_by === id
    },
    async resolve(openKey, at) {
      const { rows } = await run(
        engine,
        kysely
          .updateTable('alerts')
          .set({ open_key: null, resolved_at: toMilliseconds(at) })
          .where('open_key', '=', openKey)
          .where(isOpenNow)
          .returning('told_at'),
      )
      return rows.some(({ told_at }) => told_at > 0n)
    },
    async takeHeld(now, token) {
      const { rows } = await run(
        engine,
        kysely
          .updateTable('alerts')
          .set({ told_at: toMilliseconds(now), told_by: token })
          .where('told_at', '=', 0n)
          .where((where) => where.or([isOpenNow, sql<boolean>`alerts.open_key is not null`]))
          .returningAll(),
      )
      return rows.map(fromAlertRow).sort((left, right) => left.at - right.at)
    },
  }
}

function reading(engine: Engine): Pick<AlertStore, 'open' | 'list'> {
  const { kysely } = engine
  return {
    async open(kinds) {
      if (kinds.length === 0) return []
      const query = kysely.selectFrom('alerts').selectAll().where('kind', 'in', kinds)
      const { rows } = await run(engine, query.where(isOpenNow).orderBy('id'))
      return rows.map(fromAlertRow)
    },
    async list({ limit, after, kind, isOpen }) {
      let query = kysely.selectFrom('alerts').selectAll()
      if (kind !== undefined) query = query.where('kind', '=', kind)
      if (isOpen !== undefined) {
        query = query.where('resolved_at', isOpen ? 'is' : 'is not', null)
      }
      if (after !== undefined) query = query.where('id', '<', after)
      const { rows } = await run(engine, query.orderBy('id', 'desc').limit(limit))
      return rows.map(fromAlertRow)
    },
  }
}
