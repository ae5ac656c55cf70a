import { type Alert, isNews, openKeyOf } from '../../core/alerts/alert.ts'
import type { JsonObject } from '../../core/json.ts'
import type { StoredAlert } from '../../ports/alert-store.ts'
import { fromJson, toMilliseconds, toText } from './columns.ts'

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

/** An alert as a row that nobody raised before. */
export const toAlertRow = (alert: Alert, id: string, isQuiet: boolean): AlertRow => ({
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
  resolved_at: isNews(alert) ? toMilliseconds(alert.at) : null,
})

/** A remembered alert from its row. */
export const fromAlertRow = (row: AlertRow): StoredAlert => ({
  id: row.id,
  kind: row.kind as Alert['kind'],
  severity: row.severity as Alert['severity'],
  subject: row.subject,
  text: row.message,
  at: Number(row.first_at),
  lastAt: Number(row.last_at),
  seen: Number(row.seen),
  data: fromJson<JsonObject>(row.data),
  ...factOf(row),
  ...(row.told_at === 0n ? {} : { toldAt: Number(row.told_at) }),
  ...(row.resolved_at === null ? {} : { resolvedAt: Number(row.resolved_at) }),
})

/** The key of a fact names it in the place of its subject. */
function factOf({ open_key, kind, subject }: AlertRow): Pick<Alert, 'fact'> {
  const key = open_key?.slice(kind.length + 1)
  return key === undefined || key === subject ? {} : { fact: key }
}
