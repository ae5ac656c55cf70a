import { hash } from 'node:crypto'
import type { Book } from '../../core/ledger/entry.ts'
import type { UsageSeries, UsageSums } from '../../core/usage/usage-sums.ts'
import type { Columns } from './statement.ts'

/** What usage is told apart by, under a short name. Two rows may tell the same. */
export interface UsageSeriesRow {
  readonly id: string
  readonly book: string
  readonly tenant: string
  readonly key_id: string
  readonly offer: string
  readonly operation: string
  readonly size: string
  readonly quality: string
  readonly purpose: string
}

/** The sums of a series, as columns. */
export interface UsageSumColumns {
  readonly requests: bigint
  readonly failed_requests: bigint
  readonly delivered: bigint
  readonly cached: bigint
  readonly unlisted: bigint
  readonly list_nano: bigint
  readonly saved_nano: bigint
  readonly attempts: bigint
  readonly failed_attempts: bigint
  readonly images: bigint
  readonly reported_nano: bigint
  readonly book_nano: bigint
  readonly suspected_nano: bigint
}

/** What one series used in one slot of time. */
export interface UsageTotalRow extends UsageSumColumns {
  readonly series_id: string
  /** Length of the slot in milliseconds. */
  readonly span: bigint
  /** Its first millisecond. */
  readonly slot: bigint
}

/** Columns of {@link UsageSeriesRow}. */
export const usageSeriesColumns: Columns<UsageSeriesRow> = {
  id: 'text',
  book: 'text',
  tenant: 'text',
  key_id: 'text',
  offer: 'text',
  operation: 'text',
  size: 'text',
  quality: 'text',
  purpose: 'text',
}

/** Columns of {@link UsageSumColumns}. */
const usageSumColumns: Columns<UsageSumColumns> = {
  requests: 'bigint',
  failed_requests: 'bigint',
  delivered: 'bigint',
  cached: 'bigint',
  unlisted: 'bigint',
  list_nano: 'bigint',
  saved_nano: 'bigint',
  attempts: 'bigint',
  failed_attempts: 'bigint',
  images: 'bigint',
  reported_nano: 'bigint',
  book_nano: 'bigint',
  suspected_nano: 'bigint',
}

/** The names of the columns that are added up. */
export const usageSumNames = Object.keys(usageSumColumns) as readonly (keyof UsageSumColumns)[]

/** Columns of {@link UsageTotalRow}. */
export const usageTotalColumns: Columns<UsageTotalRow> = {
  series_id: 'text',
  span: 'bigint',
  slot: 'bigint',
  ...usageSumColumns,
}

/** A series under a name that every process gives it. */
export function toSeriesRow(series: Omit<UsageSeriesRow, 'id'>): UsageSeriesRow {
  const { book, tenant, key_id, offer, operation, size, quality, purpose } = series
  const text = JSON.stringify([book, tenant, key_id, offer, operation, size, quality, purpose])
  // Half of the digest: 128 bits are enough never to meet, and the name stands in every total.
  const id = hash('sha256', text, 'hex').slice(0, 32)
  return { id, book, tenant, key_id, offer, operation, size, quality, purpose }
}

/** A series from its row. */
export const fromSeriesRow = (row: UsageSeriesRow): UsageSeries => ({
  book: row.book as Book,
  tenant: row.tenant,
  keyId: row.key_id,
  offer: row.offer,
  operation: row.operation,
  size: row.size,
  quality: row.quality,
  purpose: row.purpose,
})

/** Sums from their columns. */
export const fromSumColumns = (row: UsageSumColumns): UsageSums => ({
  requests: row.requests,
  failedRequests: row.failed_requests,
  delivered: row.delivered,
  cached: row.cached,
  unlisted: row.unlisted,
  listNano: row.list_nano,
  savedNano: row.saved_nano,
  attempts: row.attempts,
  failedAttempts: row.failed_attempts,
  images: row.images,
  reportedNano: row.reported_nano,
  bookNano: row.book_nano,
  suspectedNano: row.suspected_nano,
})
