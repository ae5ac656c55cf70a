import type { JsonObject } from '../../core/json.ts'
import type { Delivery, KeptNotice } from '../../core/notices/delivery.ts'
import type { Destination } from '../../core/notices/destination.ts'
import type { Notice } from '../../core/notices/notice.ts'
import { fromJson, fromNullable, toMilliseconds, toNullable, toText } from './columns.ts'
import type { Columns } from './statement.ts'

/** Somewhere that notices are sent to. */
export interface DestinationRow {
  readonly id: string
  readonly tenant: string
  readonly kind: string
  readonly url: string
  readonly events: string
  readonly least_severity: string | null
  readonly source: string
  readonly generation: bigint
  readonly rotated_until: bigint | null
  readonly created_at: bigint
  readonly disabled_at: bigint | null
  readonly disabled_reason: string | null
}

/** A destination as a row. */
export const toDestinationRow = (destination: Destination): DestinationRow => ({
  id: destination.id,
  tenant: toText(destination.tenant),
  kind: destination.kind,
  url: toText(destination.url),
  events: JSON.stringify(destination.events),
  least_severity: destination.leastSeverity ?? null,
  source: destination.source,
  generation: BigInt(destination.generation),
  rotated_until: toNullable(destination.rotatedUntil, toMilliseconds),
  created_at: toMilliseconds(destination.createdAt),
  disabled_at: toNullable(destination.disabledAt, toMilliseconds),
  disabled_reason: destination.disabledReason ?? null,
})

/** A destination from its row. */
export function fromDestinationRow(row: DestinationRow): Destination {
  const given = {
    leastSeverity: row.least_severity,
    rotatedUntil: fromNullable(row.rotated_until, Number),
    disabledAt: fromNullable(row.disabled_at, Number),
    disabledReason: row.disabled_reason,
  }
  return {
    id: row.id,
    tenant: row.tenant,
    kind: row.kind as Destination['kind'],
    url: row.url,
    events: fromJson<readonly string[]>(row.events),
    source: row.source as Destination['source'],
    generation: Number(row.generation),
    createdAt: Number(row.created_at),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value != null)),
  }
}

/** A notice that is kept for those who listen. */
export interface NoticeRow {
  readonly id: string
  /** Whose it is; null for the operator alone. */
  readonly tenant: string | null
  readonly notice: string
}

/** Columns of {@link NoticeRow}. */
export const noticeColumns: Columns<NoticeRow> = { id: 'text', tenant: 'text', notice: 'text' }

/** A notice as a row. */
export const toNoticeRow = ({ id, notice }: KeptNotice): NoticeRow => ({
  id,
  tenant: toNullable(notice.tenant, toText),
  notice: JSON.stringify(notice),
})

/** A notice from its row. */
export const fromNoticeRow = ({ id, notice }: NoticeRow): KeptNotice => ({
  id,
  notice: fromNotice(notice),
})

const fromNotice = (text: string): Notice => fromJson<JsonObject>(text) as unknown as Notice

/** One notice on its way to one destination. */
export interface DeliveryRow {
  readonly id: string
  readonly owner: string
  readonly destination_id: string | null
  readonly url: string | null
  readonly notice: string
  readonly state: string
  readonly tries: string
  readonly try_count: bigint
  readonly next_at: bigint
  readonly lease_owner: string | null
  readonly lease_until: bigint
  readonly ended_at: bigint | null
}

/** Columns of {@link DeliveryRow}. */
export const deliveryColumns: Columns<DeliveryRow> = {
  id: 'text',
  owner: 'text',
  destination_id: 'text',
  url: 'text',
  notice: 'text',
  state: 'text',
  tries: 'text',
  try_count: 'bigint',
  next_at: 'bigint',
  lease_owner: 'text',
  lease_until: 'bigint',
  ended_at: 'bigint',
}

/** A delivery as a row that nobody has leased. */
export const toDeliveryRow = (delivery: Delivery): DeliveryRow => ({
  id: delivery.id,
  owner: toText(delivery.owner),
  destination_id: delivery.destinationId ?? null,
  url: toNullable(delivery.url, toText),
  notice: JSON.stringify(delivery.notice),
  state: delivery.state,
  tries: JSON.stringify(delivery.tries),
  try_count: BigInt(delivery.tryCount),
  next_at: toMilliseconds(delivery.nextAt),
  lease_owner: null,
  lease_until: 0n,
  ended_at: toNullable(delivery.endedAt, toMilliseconds),
})

/** A delivery from its row. */
export const fromDeliveryRow = (row: DeliveryRow): Delivery => ({
  id: row.id,
  owner: row.owner,
  ...(row.destination_id === null ? {} : { destinationId: row.destination_id }),
  ...(row.url === null ? {} : { url: row.url }),
  notice: fromNotice(row.notice),
  state: row.state as Delivery['state'],
  tries: fromJson<readonly JsonObject[]>(row.tries) as unknown as Delivery['tries'],
  tryCount: Number(row.try_count),
  nextAt: Number(row.next_at),
  ...(row.ended_at === null ? {} : { endedAt: Number(row.ended_at) }),
})
