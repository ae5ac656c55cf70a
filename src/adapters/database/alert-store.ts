import { sql } from 'kysely'
import { type Alert, openKeyOf } from '../../core/alerts/alert.ts'
import type { JsonObject } from '../../core/json.ts'
import type { AlertStore, StoredAlert } from '../../ports/alert-store.ts'
import { fromJson, toMilliseconds, toText } from './columns.ts'
import { type Engine, run } from './engine.ts'

/** An alert. `open_key` is null once it is over, `told_at` zero while it waits. */
export interface AlertRow {
  readonly id: string
  readonly open_key: string | null
  readonly kind: string
  readonly severity: string
  readonly subject: string
  readonly message: string
  readonly data: string
  readonly first_at: bigint
  readonly last_at: bigint
  readonly seen: bigint
  readonly told_at: bigint
  readonly told_by: string
  readonly resolved_at: bigint | null
}

/** Facts keep their key after they are over, so that no other replica tells them again. */
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
      const row = toRow(alert, id, isQuiet)
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
      return rows.map(fromRow).sort((left, right) => left.at - right.at)
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
      return rows.map(fromRow)
    },
    async list({ limit, after, kind, isOpen }) {
      let query = kysely.selectFrom('alerts').selectAll()
      if (kind !== undefined) query = query.where('kind', '=', kind)
      if (isOpen !== undefined) {
        query = query.where('resolved_at', isOpen ? 'is' : 'is not', null)
      }
      if (after !== undefined) query = query.where('id', '<', after)
      const { rows } = await run(engine, query.orderBy('id', 'desc').limit(limit))
      return rows.map(fromRow)
    },
  }
}

const toRow = (alert: Alert, id: string, isQuiet: boolean): AlertRow => ({
  id,
  open_key: toText(openKeyOf(alert)),
  kind: alert.kind,
  severity: alert.severity,
  subject: toText(alert.subject),
  message: toText(alert.text),
  data: JSON.stringify(alert.data),
  first_at: toMilliseconds(alert.at),
  last_at: toMilliseconds(alert.at),
  seen: 1n,
  told_at: isQuiet ? 0n : toMilliseconds(alert.at),
  told_by: isQuiet ? '' : id,
  resolved_at: alert.fact === undefined ? null : toMilliseconds(alert.at),
})

const fromRow = (row: AlertRow): StoredAlert => ({
  id: row.id,
  kind: row.kind as Alert['kind'],
  severity: row.severity as Alert['severity'],
  subject: row.subject,
  text: row.message,
  at: Number(row.first_at),
  lastAt: Number(row.last_at),
  seen: Number(row.seen),
  data: fromJson<JsonObject>(row.data),
  ...(row.told_at === 0n ? {} : { toldAt: Number(row.told_at) }),
  ...(row.resolved_at === null ? {} : { resolvedAt: Number(row.resolved_at) }),
})
