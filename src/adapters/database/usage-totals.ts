import { QUARTER_MS, slotOf, usageSpans } from '../../core/usage/slots.ts'
import type { EndedRow, SettledRow } from './changes.ts'
import type { AttemptRow, LedgerRow, RequestRow } from './schema.ts'
import {
  toSeriesRow,
  type UsageSeriesRow,
  type UsageSumColumns,
  type UsageTotalRow,
  usageSumNames,
} from './usage-rows.ts'

/** What only the database knows of a call that was settled. */
export type SettledCall = Pick<AttemptRow, 'id' | 'offer' | 'size' | 'quality'> &
  Pick<RequestRow, 'tenant' | 'operation' | 'purpose'>

/** What only the database knows of a request that has ended. */
export type EndedRequest = Pick<
  RequestRow,
  'id' | 'tenant' | 'key_id' | 'operation' | 'purpose' | 'book' | 'created_at'
>

const ENDED = new Set(['completed', 'failed', 'cancelled'])

type Sums = { -readonly [Name in keyof UsageSumColumns]: UsageSumColumns[Name] }

/** What one series used, by the first millisecond of each quarter. */
interface Used {
  readonly series: Omit<UsageSeriesRow, 'id'>
  readonly quarters: Map<bigint, Sums>
}

/**
 * Collects what a group changes of the usage, so that a series is written once per group and slot
 * and not once per fact. What the group itself does not change is read from the database, so that
 * the sums tell what is written and not what a fact claims.
 */
export class UsageTotals {
  readonly #used = new Map<string, Used>()

  /** Calls were settled; money, key and time are those of the ledger's entries. */
  settle(
    calls: readonly SettledCall[],
    settled: readonly SettledRow[],
    entries: readonly LedgerRow[],
  ): void {
    const rowOf = new Map(settled.map((row) => [row.id, row]))
    const callOf = new Map(calls.map((call) => [call.id, call]))
    for (const { kind, attempt_id, book, key_id, at, amount_nano } of entries) {
      if (kind !== 'settle' || attempt_id === null) continue
      const [row, call] = [rowOf.get(attempt_id), callOf.get(attempt_id)]
      if (row === undefined || call === undefined) continue
      const { tenant, operation, purpose, offer, size, quality } = call
      const series = { book, tenant, key_id, offer, operation, size, quality, purpose }
      const sums = this.#sums(series, at)
      sums.attempts += 1n
      if (row.outcome !== 'produced') sums.failed_attempts += 1n
      sums.images += row.made_images ?? 0n
      // Every cost is in exactly one column, so that the columns add up to what is booked.
      if (row.cost_basis === 'reported') sums.reported_nano += amount_nano
      else if (row.cost_basis === 'suspected') sums.suspected_nano += amount_nano
      else sums.book_nano += amount_nano
    }
  }

  /** Requests have ended. */
  end(requests: readonly EndedRequest[], ended: readonly EndedRow[]): void {
    const rowOf = new Map(ended.map((row) => [row.id, row]))
    for (const { id, created_at, ...request } of requests) {
      const row = rowOf.get(id)
      if (row === undefined || !ENDED.has(row.state)) continue
      const series = {
        ...request,
        offer: row.made_offer ?? '',
        size: row.made_size ?? '',
        quality: row.made_quality ?? '',
      }
      const sums = this.#sums(series, row.ended_at ?? created_at)
      sums.requests += 1n
      if (row.state === 'failed') sums.failed_requests += 1n
      sums.delivered += row.made_images ?? 0n
      sums.cached += row.made_cached ?? 0n
      if (row.list_cost_nano === null) sums.unlisted += 1n
      sums.list_nano += row.list_cost_nano ?? 0n
      sums.saved_nano += row.saved_nano ?? 0n
    }
  }

  /**
   * The series that were used and what to add to their totals, both in the one order in which
   * every process locks them.
   */
  rows(): {
    readonly series: readonly UsageSeriesRow[]
    readonly totals: readonly UsageTotalRow[]
  } {
    const used = [...this.#used.values()]
      .map(({ series, quarters }) => ({ series: toSeriesRow(series), quarters }))
      .sort((left, right) => (left.series.id < right.series.id ? -1 : 1))
    return {
      series: used.map(({ series }) => series),
      totals: used.flatMap(({ series, quarters }) => totalsOf(series.id, quarters)),
    }
  }

  #sums(series: Used['series'], at: bigint): Sums {
    const { book, tenant, key_id, offer, operation, size, quality, purpose } = series
    const name = [book, tenant, key_id, offer, operation, size, quality, purpose].join('\0')
    let used = this.#used.get(name)
    if (used === undefined) {
      used = { series, quarters: new Map() }
      this.#used.set(name, used)
    }
    const slot = slotOf(at, QUARTER_MS)
    let sums = used.quarters.get(slot)
    if (sums === undefined) {
      sums = { ...nothing }
      used.quarters.set(slot, sums)
    }
    return sums
  }
}

const nothing = Object.fromEntries(usageSumNames.map((name) => [name, 0n])) as unknown as Sums

/** Sums by quarter as rows for all lengths of slots. */
function totalsOf(id: string, quarters: ReadonlyMap<bigint, Sums>): readonly UsageTotalRow[] {
  const starts = [...quarters.keys()].sort((left, right) => (left < right ? -1 : 1))
  return usageSpans.flatMap((spanMs) => {
    const rows: (Sums & Pick<UsageTotalRow, 'series_id' | 'span' | 'slot'>)[] = []
    for (const start of starts) {
      const slot = slotOf(start, spanMs)
      const sums = quarters.get(start) ?? nothing
      const last = rows.at(-1)
      if (last?.slot === slot) for (const name of usageSumNames) last[name] += sums[name]
      else rows.push({ series_id: id, span: BigInt(spanMs), slot, ...sums })
    }
    return rows
  })
}
