import type { IdempotencyKey } from '../../core/answers/idempotency-key.ts'
import type { OwedAnswer } from '../../core/answers/owed-answer.ts'
import { fromNullable, toMilliseconds } from './columns.ts'
import type { Columns } from './statement.ts'

/** An answer that is owed to a client. A small table: a row goes when the answer was delivered. */
export interface OwedAnswerRow {
  readonly key_id: string
  readonly fingerprint: string
  readonly request_id: string
  readonly created_at: bigint
  readonly holder: string | null
  readonly held_until: bigint
  readonly kept_until: bigint
}

/** Columns of {@link OwedAnswerRow}. */
export const owedAnswerColumns: Columns<OwedAnswerRow> = {
  key_id: 'text',
  fingerprint: 'text',
  request_id: 'text',
  created_at: 'bigint',
  holder: 'text',
  held_until: 'bigint',
  kept_until: 'bigint',
}

/** An owed answer as a row. */
export const toOwedAnswerRow = (answer: OwedAnswer): OwedAnswerRow => ({
  key_id: answer.keyId,
  fingerprint: answer.fingerprint,
  request_id: answer.requestId,
  created_at: toMilliseconds(answer.createdAt),
  holder: answer.holder ?? null,
  held_until: toMilliseconds(answer.heldUntil),
  kept_until: toMilliseconds(answer.keptUntil),
})

/** An owed answer from its row. */
export const fromOwedAnswerRow = (row: OwedAnswerRow): OwedAnswer => ({
  keyId: row.key_id,
  fingerprint: row.fingerprint,
  requestId: row.request_id,
  createdAt: Number(row.created_at),
  holder: fromNullable(row.holder, String),
  heldUntil: Number(row.held_until),
  keptUntil: Number(row.kept_until),
})

/** A name that a client gave to a request. */
export interface IdempotencyKeyRow {
  readonly key_id: string
  readonly name: string
  readonly fingerprint: string
  readonly request_id: string
  readonly used_at: bigint
  readonly expires_at: bigint
}

/** Columns of {@link IdempotencyKeyRow}. */
export const idempotencyKeyColumns: Columns<IdempotencyKeyRow> = {
  key_id: 'text',
  name: 'text',
  fingerprint: 'text',
  request_id: 'text',
  used_at: 'bigint',
  expires_at: 'bigint',
}

/** A name as a row. */
export const toIdempotencyKeyRow = (key: IdempotencyKey): IdempotencyKeyRow => ({
  key_id: key.keyId,
  name: key.name,
  fingerprint: key.fingerprint,
  request_id: key.requestId,
  used_at: toMilliseconds(key.usedAt),
  expires_at: toMilliseconds(key.expiresAt),
})

/** A name from its row. */
export const fromIdempotencyKeyRow = (row: IdempotencyKeyRow): IdempotencyKey => ({
  keyId: row.key_id,
  name: row.name,
  fingerprint: row.fingerprint,
  requestId: row.request_id,
  usedAt: Number(row.used_at),
  expiresAt: Number(row.expires_at),
})
