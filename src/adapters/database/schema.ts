import type { AlertRow } from './alert-rows.ts'
import type { IdempotencyKeyRow, OwedAnswerRow } from './answer-rows.ts'
import type { BatchRow, ChunkRow, FileRow } from './batch-tables.ts'
import type {
  BeliefCountRow,
  BeliefGenerationRow,
  ExplorationRow,
  RouteOrderRow,
  SharpnessRow,
  SightingRow,
} from './belief-tables.ts'
import type { BudgetRow, BudgetWindowRow, HoldClaimRow } from './budget-rows.ts'
import type {
  CacheLookupRow,
  CacheRow,
  KnownUploadRow,
  RenditionRow,
  SentBytesRow,
  SimilarPromptRow,
  StoredDayRow,
} from './cache-tables.ts'
import type { ExperimentTables } from './experiment-tables.ts'
import type { VirtualKeyRow } from './key-rows.ts'
import type { DeliveryRow, DestinationRow, NoticeRow } from './notice-rows.ts'
import { type PlaceColumns, placeColumns } from './place-columns.ts'
import type { BillTallyRow, PriceChangeRow, PriceFeedRow, PriceSourceRow } from './price-tables.ts'
import type { Columns } from './statement.ts'
import type { UsageSeriesRow, UsageTotalRow } from './usage-rows.ts'
import type { VerdictRow } from './verdict-row.ts'

/*
 * The tables as they are after the last migration. Portable types only: text and bigint; instants
 * are epoch milliseconds, money is nano-dollars, structures are JSON as text.
 */

/** One request (= job). Columns beside the documents are there to list, claim and sum. */
export interface RequestRow extends PlaceColumns {
  readonly id: string
  readonly tenant: string
  readonly key_id: string
  readonly operation: string
  readonly model: string
  readonly state: string
  readonly book: string
  readonly price_version: string
  readonly created_at: bigint
  readonly ended_at: bigint | null
  readonly cost_nano: bigint
  readonly list_cost_nano: bigint | null
  readonly saved_nano: bigint | null
  readonly lease_owner: string | null
  readonly lease_until: bigint | null
  readonly error: string | null
  readonly summary: string | null
  /** 1 for a job that failed and waits for a person; null for all others. */
  readonly dead_letter: bigint | null
  readonly request: string
  readonly plan: string
  /** Empty when none was named. */
  readonly purpose: string
  /** What the answer was made of; null until the request has ended, and in part beyond. */
  readonly made_offer: string | null
  readonly made_size: string | null
  readonly made_quality: string | null
  readonly made_images: bigint | null
  readonly made_cached: bigint | null
  readonly cancel_asked_at: bigint | null
  /** Empty when none was named. */
  readonly group_name: string
}

/** One call to one offer. `book` is known when money is booked, so null until it is settled. */
export interface AttemptRow {
  readonly id: string
  readonly request_id: string
  readonly position: bigint
  readonly offer: string
  readonly step: bigint
  readonly images: bigint
  readonly state: string
  readonly started_at: bigint
  readonly settled_at: bigint | null
  readonly outcome: string | null
  readonly failure_message: string | null
  readonly book: string | null
  readonly cost_nano: bigint
  readonly cost_basis: string | null
  readonly provider_request_id: string | null
  readonly call: string
  readonly job: string | null
  readonly charge: string | null
  readonly usage: string | null
  /** What was asked for; empty when the model has no such choice. */
  readonly size: string
  readonly quality: string
  /** Pictures that came; null until it is settled. */
  readonly made_images: bigint | null
}

/** One paid picture. `position` is its place in the answer of its attempt. */
export interface ImageRow {
  readonly id: string
  readonly request_id: string
  readonly attempt_id: string
  readonly position: bigint
  readonly tenant: string
  readonly original_digest: string
  readonly digest: string
  readonly format: string
  readonly width: bigint
  readonly height: bigint
  readonly byte_length: bigint
  readonly state: string
  readonly refusal: string | null
  /** What gates said of it. */
  readonly quality_note: string | null
  readonly model: string
  readonly provider: string
  readonly cost_nano: bigint
  /** Decimal text: providers' seeds are not limited to what an integer column holds. */
  readonly seed: string | null
  readonly revised_prompt: string | null
  readonly created_at: bigint
  /** Set where the original is kept beside what is served. */
  readonly original_bytes: bigint | null
}

/** A hold with what attempts of its own book have used of it. */
export interface HoldRow {
  readonly request_id: string
  readonly id: string
  readonly book: string
  readonly key_id: string
  readonly amount_nano: bigint
  readonly spent_nano: bigint
  readonly opened_at: bigint
  readonly closed_at: bigint | null
}

/** An immutable line of the ledger. */
export interface LedgerRow {
  readonly id: string
  readonly kind: string
  readonly book: string
  readonly key_id: string
  readonly request_id: string
  readonly hold_id: string
  readonly attempt_id: string | null
  readonly amount_nano: bigint
  readonly at: bigint
}

/** Running totals of a key in one book; always equal to what the entries add up to. */
export interface BalanceRow {
  readonly key_id: string
  readonly book: string
  readonly spent_nano: bigint
  readonly held_nano: bigint
}

/** A small durable setting. */
export interface SettingRow {
  readonly name: string
  readonly value: string
}

/** Which migrations have run. */
export interface MigrationRow {
  readonly name: string
}

/** All tables, for Kysely. */
export interface Schema extends ExperimentTables {
  readonly requests: RequestRow
  readonly attempts: AttemptRow
  readonly images: ImageRow
  readonly holds: HoldRow
  readonly ledger_entries: LedgerRow
  readonly balances: BalanceRow
  readonly cache_entries: CacheRow
  readonly similar_prompts: SimilarPromptRow
  readonly known_uploads: KnownUploadRow
  readonly cache_lookups: CacheLookupRow
  readonly renditions: RenditionRow
  readonly sent_bytes: SentBytesRow
  readonly stored_days: StoredDayRow
  readonly verdicts: VerdictRow
  readonly destinations: DestinationRow
  readonly notices: NoticeRow
  readonly deliveries: DeliveryRow
  readonly alerts: AlertRow
  readonly belief_counts: BeliefCountRow
  readonly belief_generations: BeliefGenerationRow
  readonly sightings: SightingRow
  readonly exploration_spend: ExplorationRow
  readonly route_orders: RouteOrderRow
  readonly sharpness_counts: SharpnessRow
  readonly usage_series: UsageSeriesRow
  readonly usage_totals: UsageTotalRow
  readonly virtual_keys: VirtualKeyRow
  readonly budgets: BudgetRow
  readonly budget_windows: BudgetWindowRow
  readonly hold_claims: HoldClaimRow
  readonly settings: SettingRow
  readonly price_feeds: PriceFeedRow
  readonly price_sources: PriceSourceRow
  readonly price_changes: PriceChangeRow
  readonly bill_tallies: BillTallyRow
  readonly owed_answers: OwedAnswerRow
  readonly idempotency_keys: IdempotencyKeyRow
  readonly files: FileRow
  readonly batches: BatchRow
  readonly batch_chunks: ChunkRow
  readonly schema_migrations: MigrationRow
}

/** Columns of {@link RequestRow}. */
export const requestColumns: Columns<RequestRow> = {
  id: 'text',
  tenant: 'text',
  key_id: 'text',
  operation: 'text',
  model: 'text',
  state: 'text',
  book: 'text',
  price_version: 'text',
  created_at: 'bigint',
  ended_at: 'bigint',
  cost_nano: 'bigint',
  list_cost_nano: 'bigint',
  saved_nano: 'bigint',
  lease_owner: 'text',
  lease_until: 'bigint',
  error: 'text',
  summary: 'text',
  dead_letter: 'bigint',
  request: 'text',
  plan: 'text',
  purpose: 'text',
  made_offer: 'text',
  made_size: 'text',
  made_quality: 'text',
  made_images: 'bigint',
  made_cached: 'bigint',
  cancel_asked_at: 'bigint',
  group_name: 'text',
  ...placeColumns,
}

/** Columns of {@link AttemptRow}. */
export const attemptColumns: Columns<AttemptRow> = {
  id: 'text',
  request_id: 'text',
  position: 'bigint',
  offer: 'text',
  step: 'bigint',
  images: 'bigint',
  state: 'text',
  started_at: 'bigint',
  settled_at: 'bigint',
  outcome: 'text',
  failure_message: 'text',
  book: 'text',
  cost_nano: 'bigint',
  cost_basis: 'text',
  provider_request_id: 'text',
  call: 'text',
  job: 'text',
  charge: 'text',
  usage: 'text',
  size: 'text',
  quality: 'text',
  made_images: 'bigint',
}

/** Columns of {@link ImageRow}. */
export const imageColumns: Columns<ImageRow> = {
  id: 'text',
  request_id: 'text',
  attempt_id: 'text',
  position: 'bigint',
  tenant: 'text',
  original_digest: 'text',
  digest: 'text',
  format: 'text',
  width: 'bigint',
  height: 'bigint',
  byte_length: 'bigint',
  state: 'text',
  refusal: 'text',
  quality_note: 'text',
  model: 'text',
  provider: 'text',
  cost_nano: 'bigint',
  seed: 'text',
  revised_prompt: 'text',
  created_at: 'bigint',
  original_bytes: 'bigint',
}
