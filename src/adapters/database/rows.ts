import type {
  Attempt,
  CacheEntry,
  ImageRecord,
  RequestRecord,
} from '../../core/jobs/request-record.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Book, Hold, LedgerEntry } from '../../core/ledger/entry.ts'
import type { QualityNote } from '../../core/quality/quality-note.ts'
import type { ImageFormat, Operation } from '../../core/request/image-request.ts'
import { purposeOfRequest, qualityOfCall, sizeOfCall } from '../../core/usage/call-shape.ts'
import type { CacheRow } from './cache-tables.ts'
import { fromJson, fromNullable, toMilliseconds, toNullable, toText } from './columns.ts'
import { fromMadeColumns, toMadeColumns } from './made-columns.ts'
import { fromPlaceColumns, toDeadLetter, toPlaceColumns } from './place-columns.ts'
import type { AttemptRow, HoldRow, ImageRow, LedgerRow, RequestRow } from './schema.ts'

/** A request as a row. */
export const toRequestRow = (request: RequestRecord): RequestRow => ({
  id: request.id,
  tenant: toText(request.tenant),
  key_id: request.keyId,
  operation: request.operation,
  model: toText(request.model),
  state: request.state,
  book: request.book,
  price_version: request.priceVersion,
  created_at: toMilliseconds(request.createdAt),
  ended_at: toNullable(request.endedAt, toMilliseconds),
  cost_nano: request.costNano,
  list_cost_nano: request.listCostNano ?? null,
  saved_nano: request.savedNano ?? null,
  lease_owner: request.leaseOwner ?? null,
  lease_until: toNullable(request.leaseUntil, toMilliseconds),
  error: toNullable(request.error, JSON.stringify),
  summary: toNullable(request.summary, JSON.stringify),
  dead_letter: toDeadLetter(request),
  request: JSON.stringify(request.request),
  plan: JSON.stringify(request.plan),
  purpose: toText(purposeOfRequest(request.request)),
  ...toMadeColumns(request.made),
  cancel_asked_at: toNullable(request.cancelAskedAt, toMilliseconds),
  group_name: toText(String(request.request.group ?? '')),
  ...toPlaceColumns(request.place),
})

/** A request from its row. */
export const fromRequestRow = (row: RequestRow): RequestRecord => ({
  id: row.id,
  tenant: row.tenant,
  keyId: row.key_id,
  operation: row.operation as Operation,
  model: row.model,
  state: row.state as RequestRecord['state'],
  request: fromJson(row.request),
  plan: fromJson(row.plan),
  book: row.book as Book,
  priceVersion: row.price_version,
  createdAt: Number(row.created_at),
  endedAt: fromNullable(row.ended_at, Number),
  costNano: row.cost_nano,
  listCostNano: row.list_cost_nano ?? undefined,
  savedNano: row.saved_nano ?? undefined,
  error: fromNullable(row.error, fromJson<JsonObject>),
  summary: fromNullable(row.summary, fromJson<JsonObject>),
  made: fromMadeColumns(row),
  leaseOwner: row.lease_owner ?? undefined,
  leaseUntil: fromNullable(row.lease_until, Number),
  cancelAskedAt: fromNullable(row.cancel_asked_at, Number),
  place: fromPlaceColumns(row),
})

/** An attempt as a row; which book it is charged to is known when it is settled. */
export const toAttemptRow = (attempt: Attempt): AttemptRow => ({
  id: attempt.id,
  request_id: attempt.requestId,
  position: BigInt(attempt.position),
  offer: attempt.offer,
  step: BigInt(attempt.step),
  images: BigInt(attempt.images),
  state: attempt.state,
  started_at: toMilliseconds(attempt.startedAt),
  settled_at: toNullable(attempt.settledAt, toMilliseconds),
  outcome: attempt.outcome ?? null,
  failure_message: toNullable(attempt.failureMessage, toText),
  book: null,
  cost_nano: attempt.costNano,
  cost_basis: attempt.costBasis ?? null,
  provider_request_id: toNullable(attempt.providerRequestId, toText),
  call: JSON.stringify(attempt.call),
  job: toNullable(attempt.job, JSON.stringify),
  charge: toNullable(attempt.charge, JSON.stringify),
  usage: toNullable(attempt.usage, JSON.stringify),
  size: sizeOfCall(attempt.call),
  quality: toText(qualityOfCall(attempt.call)),
  made_images: null,
})

/** An attempt from its row. */
export const fromAttemptRow = (row: AttemptRow): Attempt => ({
  id: row.id,
  requestId: row.request_id,
  position: Number(row.position),
  offer: row.offer,
  step: Number(row.step),
  images: Number(row.images),
  state: row.state as Attempt['state'],
  call: fromJson(row.call),
  startedAt: Number(row.started_at),
  job: fromNullable(row.job, fromJson<JsonObject>),
  settledAt: fromNullable(row.settled_at, Number),
  outcome: (row.outcome ?? undefined) as Attempt['outcome'],
  failureMessage: row.failure_message ?? undefined,
  costNano: row.cost_nano,
  costBasis: (row.cost_basis ?? undefined) as Attempt['costBasis'],
  charge: fromNullable(row.charge, fromJson<readonly JsonValue[]>),
  usage: fromNullable(row.usage, fromJson<JsonObject>),
  providerRequestId: row.provider_request_id ?? undefined,
})

/** A picture as a row; `position` is its place in the answer of its attempt. */
export const toImageRow = (image: ImageRecord, position: number): ImageRow => ({
  id: image.id,
  request_id: image.requestId,
  attempt_id: image.attemptId,
  position: BigInt(position),
  tenant: toText(image.tenant),
  original_digest: image.originalDigest,
  digest: image.digest,
  format: image.format,
  width: BigInt(image.width),
  height: BigInt(image.height),
  byte_length: BigInt(image.byteLength),
  state: image.state,
  refusal: toNullable(image.refusal, toText),
  quality_note: toNullable(image.quality, JSON.stringify),
  model: image.model,
  provider: image.provider,
  cost_nano: image.costNano,
  seed: toNullable(image.seed, String),
  revised_prompt: toNullable(image.revisedPrompt, toText),
  created_at: toMilliseconds(image.createdAt),
  original_bytes: toNullable(image.originalByteLength, BigInt),
})

/** A picture from its row. */
export const fromImageRow = (row: Omit<ImageRow, 'position'>): ImageRecord => ({
  id: row.id,
  requestId: row.request_id,
  attemptId: row.attempt_id,
  tenant: row.tenant,
  originalDigest: row.original_digest,
  digest: row.digest,
  format: row.format as ImageFormat,
  width: Number(row.width),
  height: Number(row.height),
  byteLength: Number(row.byte_length),
  state: row.state as ImageRecord['state'],
  refusal: row.refusal ?? undefined,
  quality: fromNullable(row.quality_note, fromJson<QualityNote>),
  model: row.model,
  provider: row.provider,
  costNano: row.cost_nano,
  seed: fromNullable(row.seed, Number),
  revisedPrompt: row.revised_prompt ?? undefined,
  createdAt: Number(row.created_at),
  originalByteLength: fromNullable(row.original_bytes, Number),
})

/** A hold as a row, open and unused. */
export const toHoldRow = (hold: Hold): HoldRow => ({
  request_id: hold.requestId,
  id: hold.id,
  book: hold.book,
  key_id: hold.keyId,
  amount_nano: hold.amountNano,
  spent_nano: 0n,
  opened_at: toMilliseconds(hold.openedAt),
  closed_at: null,
})

/** A hold from its row. */
export const fromHoldRow = (row: HoldRow): Hold & { readonly isOpen: boolean } => ({
  id: row.id,
  requestId: row.request_id,
  book: row.book as Book,
  keyId: row.key_id,
  amountNano: row.amount_nano,
  openedAt: Number(row.opened_at),
  isOpen: row.closed_at === null,
})

/** A ledger entry as a row. */
export const toLedgerRow = (entry: LedgerEntry): LedgerRow => ({
  id: entry.id,
  kind: entry.kind,
  book: entry.book,
  key_id: entry.keyId,
  request_id: entry.requestId,
  hold_id: entry.holdId,
  attempt_id: entry.attemptId ?? null,
  amount_nano: entry.amountNano,
  at: toMilliseconds(entry.at),
})

/** A ledger entry from its row. */
export const fromLedgerRow = (row: LedgerRow): LedgerEntry => ({
  id: row.id,
  kind: row.kind as LedgerEntry['kind'],
  book: row.book as Book,
  keyId: row.key_id,
  requestId: row.request_id,
  holdId: row.hold_id,
  attemptId: row.attempt_id ?? undefined,
  amountNano: row.amount_nano,
  at: Number(row.at),
})

/** A cache entry as a row. */
export const toCacheRow = (entry: CacheEntry): CacheRow => ({
  cache_key: entry.key,
  image_id: entry.imageId,
  tenant: toText(entry.tenant),
  created_at: toMilliseconds(entry.createdAt),
  expires_at: toMilliseconds(entry.expiresAt),
  quality: toNullable(entry.quality, toText),
  floor_permille: toNullable(entry.floor, (floor) => BigInt(Math.round(floor * 1_000))),
  unpinned_expires_at: null,
})
