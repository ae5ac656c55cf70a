import { priorities, type QueuePlace } from '../../core/jobs/queue-place.ts'
import type { RequestRecord } from '../../core/jobs/request-record.ts'
import { toMilliseconds } from './columns.ts'
import type { Columns } from './statement.ts'

/** Where a request stands in the queue; all null where a caller waits. */
export interface PlaceColumns {
  readonly priority: bigint | null
  readonly due_at: bigint | null
  readonly tries: bigint | null
  readonly fence: bigint | null
  readonly batch_id: string | null
  readonly batch_line: bigint | null
  /** Id of the budget that paused it last; it may run again by now. */
  readonly paused_by: string | null
}

/** Columns of {@link PlaceColumns}. */
export const placeColumns: Columns<PlaceColumns> = {
  priority: 'bigint',
  due_at: 'bigint',
  tries: 'bigint',
  fence: 'bigint',
  batch_id: 'text',
  batch_line: 'bigint',
  paused_by: 'text',
}

const nowhere: PlaceColumns = {
  ...{ priority: null, due_at: null, tries: null, fence: null },
  ...{ batch_id: null, batch_line: null, paused_by: null },
}

/** A place as columns; priorities are numbers, so that the database orders by them. */
export const toPlaceColumns = (place: QueuePlace | undefined): PlaceColumns =>
  place === undefined
    ? nowhere
    : {
        priority: BigInt(priorities.indexOf(place.priority)),
        due_at: toMilliseconds(place.dueAt),
        tries: BigInt(place.tries),
        fence: BigInt(place.fence),
        batch_id: place.batch?.id ?? null,
        batch_line: place.batch === undefined ? null : BigInt(place.batch.line),
        paused_by: place.pausedBy ?? null,
      }

/** A place from its columns. */
export function fromPlaceColumns(row: PlaceColumns): QueuePlace | undefined {
  if (row.due_at === null) return undefined
  return {
    priority: priorities[Number(row.priority)] ?? 'normal',
    dueAt: Number(row.due_at),
    tries: Number(row.tries),
    fence: Number(row.fence),
    ...(row.paused_by === null ? {} : { pausedBy: row.paused_by }),
    ...(row.batch_id === null ? {} : { batch: { id: row.batch_id, line: Number(row.batch_line) } }),
  }
}

/** Whether a job failed for good and waits for a person, as a column that only those have. */
export const toDeadLetter = ({ state, summary }: RequestRecord): bigint | null =>
  state === 'failed' && summary?.dead_letter === true ? 1n : null
