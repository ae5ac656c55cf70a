import { invalid } from '../core/errors/gateway-error.ts'
import type { JsonObject } from '../core/json.ts'
import type { Book } from '../core/ledger/entry.ts'
import { dollarsFromNano } from '../core/money.ts'
import type { Instant } from '../core/time.ts'
import {
  type Bucket,
  bucketsOf,
  type TimeRange,
  type TimeUnit,
  timeUnits,
} from '../core/usage/buckets.ts'
import {
  compareValues,
  fieldOf,
  groupUsage,
  type UsageField,
  usageFields,
} from '../core/usage/group-usage.ts'
import {
  addUsage,
  costOf,
  noUsage,
  type UsageRow,
  type UsageSums,
} from '../core/usage/usage-sums.ts'
import type { Zone } from '../core/usage/zone.ts'
import type { Provider } from '../ports/provider.ts'
import type { UsageStore } from '../ports/usage-store.ts'

/** Only usage that has one of these values in each of these fields. */
export type UsageFilters = { readonly [Field in UsageField]?: readonly string[] | undefined }

/** Where a page ended. */
export interface UsageCursor {
  /** First millisecond of the stretch of time. */
  readonly from: Instant
  readonly values: readonly string[]
}

/** What is to be reported. */
export interface UsageReportQuery {
  readonly range: TimeRange
  readonly book: Book
  readonly tenant?: string | undefined
  readonly fields: readonly UsageField[]
  readonly unit?: TimeUnit | undefined
  readonly zone: Zone
  readonly filters?: UsageFilters
  readonly limit: number
  readonly after?: UsageCursor | undefined
}

/** Usage of one stretch of time and one set of values. */
export interface UsageReportRow {
  readonly bucket: Bucket
  readonly values: readonly string[]
  readonly sums: UsageSums
}

/** A page of a report. */
export interface UsageReport {
  readonly rows: readonly UsageReportRow[]
  /** Of the whole range, not of the page. */
  readonly total: UsageSums
  readonly hasMore: boolean
}

/** The book that is meant when none is named: what this gateway spends now. */
export const bookInUse = (providers: Iterable<Pick<Provider, 'isSimulated'>>): Book => {
  const all = [...providers]
  return all.length > 0 && all.every(({ isSimulated }) => isSimulated) ? 'simulated' : 'real'
}

/**
 * Reports usage: stretch by stretch of time, and in each by the values of the fields. What has no
 * usage has no row.
 */
export async function reportUsage(
  query: UsageReportQuery,
  usage: UsageStore,
): Promise<UsageReport> {
  const { range, unit, zone, fields, limit, after } = query
  const total = sumAll(await readRows(query, range, usage))
  const rows: UsageReportRow[] = []
  const from = after === undefined ? range.from : Math.max(range.from, after.from)
  for (const bucket of bucketsOf({ from, to: range.to }, unit, zone)) {
    if (rows.length > limit) break
    const groups = groupUsage(await readRows(query, bucket, usage), fields)
    for (const group of groups) {
      const isSeen = after?.from === bucket.from && compareValues(group.values, after.values) <= 0
      if (!isSeen) rows.push({ bucket, ...group })
    }
  }
  return { rows: rows.slice(0, limit), total, hasMore: rows.length > limit }
}

/** Usage of one stretch of time, as the query filters it. */
export async function readRows(
  { book, tenant, filters = {} }: Pick<UsageReportQuery, 'book' | 'tenant' | 'filters'>,
  { from, to }: TimeRange,
  usage: UsageStore,
): Promise<readonly UsageRow[]> {
  const all = await usage.sums({ from, to, book, ...(tenant === undefined ? {} : { tenant }) })
  const wanted = usageFields.flatMap((field) => {
    const values = filters[field]
    return values === undefined ? [] : [[field, new Set(values)] as const]
  })
  return all.filter(({ series }) =>
    wanted.every(([field, values]) => values.has(fieldOf(series, field))),
  )
}

const sumAll = (rows: readonly UsageRow[]): UsageSums =>
  rows.reduce((sum, row) => addUsage(sum, row.sums), noUsage)

/** Sums for callers: dollars as decimal strings. */
const printUsage = (sums: UsageSums): JsonObject => ({
  requests: Number(sums.requests),
  failed_requests: Number(sums.failedRequests),
  delivered_images: Number(sums.delivered),
  cached_images: Number(sums.cached),
  attempts: Number(sums.attempts),
  failed_attempts: Number(sums.failedAttempts),
  images: Number(sums.images),
  cost: dollarsFromNano(costOf(sums)),
  cost_reported: dollarsFromNano(sums.reportedNano),
  cost_by_book: dollarsFromNano(sums.bookNano),
  cost_suspected: dollarsFromNano(sums.suspectedNano),
  list_cost: dollarsFromNano(sums.listNano),
  saved: dollarsFromNano(sums.savedNano),
  requests_without_list_cost: Number(sums.unlisted),
})

/** A row for callers; a value that is not there is null. */
const printUsageRow = (
  { bucket, values, sums }: UsageReportRow,
  { fields, unit }: Pick<UsageReportQuery, 'fields' | 'unit'>,
): JsonObject => ({
  ...(unit === undefined ? {} : { [unit]: bucket.label }),
  start_time: new Date(bucket.from).toISOString(),
  end_time: new Date(bucket.to).toISOString(),
  ...Object.fromEntries(fields.map((field, index) => [field, values[index] || null])),
  ...printUsage(sums),
})

/** A report for callers. */
export const printUsageReport = (report: UsageReport, query: UsageReportQuery): JsonObject => ({
  object: 'usage',
  book: query.book,
  tz: query.zone.name,
  from: new Date(query.range.from).toISOString(),
  to: new Date(query.range.to).toISOString(),
  group_by: [...(query.unit === undefined ? [] : [query.unit]), ...query.fields],
  data: report.rows.map((row) => printUsageRow(row, query)),
  total: printUsage(report.total),
  has_more: report.hasMore,
})

/** What a report can be divided by, as callers name it. */
export const usageGroupings = [...timeUnits, ...usageFields] as const

/**
 * Reads what a report is divided by: names separated by commas, one of them a unit of time.
 * @throws GatewayError naming `param`.
 */
export function readUsageGroups(
  param: string,
  text: string,
): {
  readonly unit: TimeUnit | undefined
  readonly fields: readonly UsageField[]
} {
  const names = text === '' ? [] : text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !usageGroupings.some((known) => known === name))
  if (unknown !== undefined) {
    const known = usageGroupings.join(', ')
    throw invalid(param, `${param}: ${unknown.slice(0, 40)} is none of ${known}.`)
  }
  if (new Set(names).size < names.length) throw invalid(param, `${param} names one twice.`)
  const units = timeUnits.filter((unit) => names.includes(unit))
  if (units.length > 1) throw invalid(param, `${param} takes day or hour, not both.`)
  const fields = names.flatMap((name) => usageFields.find((field) => field === name) ?? [])
  return { unit: units[0], fields }
}
