import type { Attempt, Fact, ImageRecord, RequestRecord } from '../../core/jobs/request-record.ts'
import type { LedgerEntry } from '../../core/ledger/entry.ts'
import { toMilliseconds, toNullable, toText } from './columns.ts'
import { type MadeColumns, toMadeColumns } from './made-columns.ts'
import { toDeadLetter } from './place-columns.ts'
import type { AttemptRow, ImageRow, RequestRow } from './schema.ts'
import type { Columns } from './statement.ts'

/** An attempt got its provider job. */
export type SubmittedRow = Pick<AttemptRow, 'id'> & { readonly job: string }

/** Columns of {@link SubmittedRow}. */
export const submittedColumns: Columns<SubmittedRow> = { id: 'text', job: 'text' }

/** What settling changes of an attempt. */
export type SettledRow = Pick<
  AttemptRow,
  | 'id'
  | 'request_id'
  | 'settled_at'
  | 'outcome'
  | 'failure_message'
  | 'book'
  | 'cost_nano'
  | 'cost_basis'
  | 'provider_request_id'
  | 'job'
  | 'charge'
  | 'usage'
  | 'made_images'
>

/** Columns of {@link SettledRow}. */
export const settledColumns: Columns<SettledRow> = {
  id: 'text',
  request_id: 'text',
  settled_at: 'bigint',
  outcome: 'text',
  failure_message: 'text',
  book: 'text',
  cost_nano: 'bigint',
  cost_basis: 'text',
  provider_request_id: 'text',
  job: 'text',
  charge: 'text',
  usage: 'text',
  made_images: 'bigint',
}

/** The end of an attempt; the book is the one its money was booked in. */
export const toSettledRow = (
  attempt: Attempt,
  entry: LedgerEntry,
  images: readonly ImageRecord[],
): SettledRow => ({
  id: attempt.id,
  request_id: attempt.requestId,
  settled_at: toMilliseconds(attempt.settledAt ?? entry.at),
  outcome: attempt.outcome ?? null,
  failure_message: toNullable(attempt.failureMessage, toText),
  book: entry.book,
  cost_nano: attempt.costNano,
  cost_basis: attempt.costBasis ?? null,
  provider_request_id: toNullable(attempt.providerRequestId, toText),
  job: toNullable(attempt.job, JSON.stringify),
  charge: toNullable(attempt.charge, JSON.stringify),
  usage: toNullable(attempt.usage, JSON.stringify),
  made_images: BigInt(images.length),
})

/**
 * What one commit changes of one hold: what its attempts took, by book (only the hold's own counts
 * against it), and whether it is closed.
 */
export interface HoldChangeRow {
  readonly request_id: string
  readonly id: string
  readonly real_nano: bigint
  readonly simulated_nano: bigint
  readonly closed_at: bigint | null
}

/** Columns of {@link HoldChangeRow}. */
export const holdChangeColumns: Columns<HoldChangeRow> = {
  request_id: 'text',
  id: 'text',
  real_nano: 'bigint',
  simulated_nano: 'bigint',
  closed_at: 'bigint',
}

/** What a ledger entry changes of its hold. */
export const toHoldChangeRow = (entry: LedgerEntry): HoldChangeRow => {
  const isSettle = entry.kind === 'settle'
  return {
    request_id: entry.requestId,
    id: entry.holdId,
    real_nano: isSettle && entry.book === 'real' ? entry.amountNano : 0n,
    simulated_nano: isSettle && entry.book === 'simulated' ? entry.amountNano : 0n,
    closed_at: isSettle ? null : toMilliseconds(entry.at),
  }
}

/** Two changes of one hold as one; two closes stay two, so that the second is refused. */
export const canJoin = (left: HoldChangeRow, right: HoldChangeRow): boolean =>
  left.id === right.id &&
  left.request_id === right.request_id &&
  (left.closed_at === null || right.closed_at === null)

/** The sum of two changes that can be joined. */
export const joined = (left: HoldChangeRow, right: HoldChangeRow): HoldChangeRow => ({
  request_id: left.request_id,
  id: left.id,
  real_nano: left.real_nano + right.real_nano,
  simulated_nano: left.simulated_nano + right.simulated_nano,
  closed_at: left.closed_at ?? right.closed_at,
})

/** What a verdict may change of a picture; how it came to be stays as it was stored. */
export type JudgedRow = Pick<
  ImageRow,
  | 'id'
  | 'request_id'
  | 'digest'
  | 'format'
  | 'width'
  | 'height'
  | 'byte_length'
  | 'original_bytes'
  | 'state'
  | 'refusal'
  | 'quality_note'
>

/** Columns of {@link JudgedRow}. */
export const judgedColumns: Columns<JudgedRow> = {
  id: 'text',
  request_id: 'text',
  digest: 'text',
  format: 'text',
  width: 'bigint',
  height: 'bigint',
  byte_length: 'bigint',
  original_bytes: 'bigint',
  state: 'text',
  refusal: 'text',
  quality_note: 'text',
}

/** A verdict on a picture. */
export const toJudgedRow = (image: ImageRecord): JudgedRow => ({
  id: image.id,
  request_id: image.requestId,
  digest: image.digest,
  format: image.format,
  width: BigInt(image.width),
  height: BigInt(image.height),
  byte_length: BigInt(image.byteLength),
  original_bytes: toNullable(image.originalByteLength, BigInt),
  state: image.state,
  refusal: toNullable(image.refusal, toText),
  quality_note: toNullable(image.quality, JSON.stringify),
})

/** What is known of a job once it is begun. */
export type BegunRow = Pick<
  RequestRow,
  'id' | 'fence' | 'plan' | 'book' | 'price_version' | 'list_cost_nano'
>

/** Columns of {@link BegunRow}. */
export const begunColumns: Columns<BegunRow> = {
  id: 'text',
  fence: 'bigint',
  plan: 'text',
  book: 'text',
  price_version: 'text',
  list_cost_nano: 'bigint',
}

/** The beginning of a job; only of one that has a place in the queue. */
export const toBegunRow = (request: RequestRecord): BegunRow => ({
  id: request.id,
  fence: toNullable(request.place?.fence, BigInt),
  plan: JSON.stringify(request.plan),
  book: request.book,
  price_version: request.priceVersion,
  list_cost_nano: request.listCostNano ?? null,
})

/** A job that goes back into the queue. */
export type BackRow = Pick<RequestRow, 'id' | 'fence' | 'state' | 'due_at' | 'tries' | 'paused_by'>

/** Columns of {@link BackRow}. */
export const backColumns: Columns<BackRow> = {
  id: 'text',
  fence: 'bigint',
  state: 'text',
  due_at: 'bigint',
  tries: 'bigint',
  paused_by: 'text',
}

/** A job that goes back into the queue, as a row. */
export const toBackRow = ({
  id,
  fence,
  back,
}: Extract<Fact, { readonly kind: 'job-put-back' }>): BackRow => ({
  id,
  fence: BigInt(fence),
  state: back.state,
  due_at: toMilliseconds(back.dueAt),
  tries: BigInt(back.tries),
  paused_by: back.pausedBy ?? null,
})

/** What the end changes of a request; what was asked, by whom and at which prices stays. */
export type EndedRow = Pick<
  RequestRow,
  | 'id'
  | 'state'
  | 'ended_at'
  | 'cost_nano'
  | 'list_cost_nano'
  | 'saved_nano'
  | 'lease_owner'
  | 'lease_until'
  | 'error'
  | 'summary'
  | 'dead_letter'
  | 'plan'
  | 'fence'
  | keyof MadeColumns
>

/** Columns of {@link EndedRow}. */
export const endedColumns: Columns<EndedRow> = {
  id: 'text',
  state: 'text',
  ended_at: 'bigint',
  cost_nano: 'bigint',
  list_cost_nano: 'bigint',
  saved_nano: 'bigint',
  lease_owner: 'text',
  lease_until: 'bigint',
  error: 'text',
  summary: 'text',
  dead_letter: 'bigint',
  plan: 'text',
  fence: 'bigint',
  made_offer: 'text',
  made_size: 'text',
  made_quality: 'text',
  made_images: 'bigint',
  made_cached: 'bigint',
}

/** The end of a request. */
export const toEndedRow = (request: RequestRecord): EndedRow => ({
  id: request.id,
  state: request.state,
  ended_at: toNullable(request.endedAt, toMilliseconds),
  cost_nano: request.costNano,
  list_cost_nano: request.listCostNano ?? null,
  saved_nano: request.savedNano ?? null,
  lease_owner: request.leaseOwner ?? null,
  lease_until: toNullable(request.leaseUntil, toMilliseconds),
  error: toNullable(request.error, JSON.stringify),
  summary: toNullable(request.summary, JSON.stringify),
  dead_letter: toDeadLetter(request),
  plan: JSON.stringify(request.plan),
  fence: toNullable(request.place?.fence, BigInt),
  ...toMadeColumns(request.made),
})
