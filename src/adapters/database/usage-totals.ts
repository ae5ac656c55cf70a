import { slotOf, usageSpans } from '../../core/usage/slots.ts'
import type { AttemptRow, LedgerRow, RequestRow } from './schema.ts'
import {
  toSeriesRow,
  type UsageSeriesRow,
  type UsageSumColumns,
  type UsageTotalRow,
  usageSumNames,
} from './usage-rows.ts'

/** A call as it is after it was settled, with what only its request knows. */
export type SettledCall = Pick<
  AttemptRow,
  'id' | 'offer' | 'size' | 'quality' | 'outcome' | 'cost_basis' | 'made_images'
> &
  Pick<RequestRow, 'tenant' | 'operation' | 'purpose'>

/** A request as it is after its end. */
export type EndedRequest = Pick<
  RequestRow,
  | 'tenant'
  | 'key_id'
  | 'operation'
  | 'purpose'
  | 'book'
  | 'state'
  | 'created_at'
  | 'ended_at'
  | 'list_cost_nano'
  | 'saved_nano'
  | 'made_offer'
  | 'made_size'
  | 'made_quality'
  | 'made_images'
  | 'made_cached'
>

const ENDED = new Set(['completed', 'failed', 'cancelled'])

/**
 * Collects what a group changes of the usage, so that a series is written once per group and slot
 * and not once per fact. It reads what the database says of calls and requests after it was
 * changed, so that the sums tell what is written and not what a fact claims.
 */
export class UsageTotals {
  readonly #series = new Map<string, UsageSeriesRow>()
  readonly #totals = new Map<string, Record<keyof UsageTotalRow, string | bigint>>()

  /** Calls were settled; money, key and time are those of the ledger's entries. */
  settle(calls: readonly SettledCall[], entries: readonly LedgerRow[]): void {
    const entryOf = new Map(
      entries.flatMap((entry) => (entry.kind === 'settle' ? [[entry.attempt_id, entry]] : [])),
    )
    for (const call of calls) {
      const entry = entryOf.get(call.id)
      if (entry === undefined) continue
      const { book, key_id, at, amount_nano } = entry
      const { tenant, operation, purpose, offer, size, quality } = call
      const series = { book, tenant, key_id, offer, operation, size, quality, purpose }
      this.#add(series, at, {
        attempts: 1n,
        failed_attempts: call.outcome === 'produced' ? 0n : 1n,
        images: call.made_images ?? 0n,
        [basisColumn(call.cost_basis)]: amount_nano,
      })
    }
  }

  /** Requests have ended. */
  end(requests: readonly EndedRequest[]): void {
    for (const request of requests) {
      if (!ENDED.has(request.state)) continue
      const { book, tenant, key_id, operation, purpose } = request
      const offer = request.made_offer ?? ''
      const size = request.made_size ?? ''
      const quality = request.made_quality ?? ''
      const series = { book, tenant, key_id, offer, operation, size, quality, purpose }
      this.#add(series, request.ended_at ?? request.created_at, {
        requests: 1n,
        failed_requests: request.state === 'failed' ? 1n : 0n,
        delivered: request.made_images ?? 0n,
        cached: request.made_cached ?? 0n,
        unlisted: request.list_cost_nano === null ? 1n : 0n,
        list_nano: request.list_cost_nano ?? 0n,
        saved_nano: request.saved_nano ?? 0n,
      })
    }
  }

  /** The series that were used, in the one order in which every process writes them. */
  series(): readonly UsageSeriesRow[] {
    return [...this.#series.values()].sort((left, right) => (left.id < right.id ? -1 : 1))
  }

  /** What to add to the totals, in the one order in which every process locks them. */
  rows(): readonly UsageTotalRow[] {
    return [...this.#totals.entries()]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, row]) => row as unknown as UsageTotalRow)
  }

  #add(from: Omit<UsageSeriesRow, 'id'>, at: bigint, added: Partial<UsageSumColumns>): void {
    const series = toSeriesRow(from)
    this.#series.set(series.id, series)
    for (const spanMs of usageSpans) {
      const slot = slotOf(at, spanMs)
      const name = `${series.id} ${spanMs} ${slot}`
      let row = this.#totals.get(name)
      if (row === undefined) {
        const zeros = Object.fromEntries(usageSumNames.map((sum) => [sum, 0n]))
        row = { ...zeros, series_id: series.id, span: BigInt(spanMs), slot } as typeof row & object
        this.#totals.set(name, row)
      }
      for (const [sum, amount] of Object.entries(added)) {
        row[sum as keyof UsageSumColumns] = (row[sum as keyof UsageSumColumns] as bigint) + amount
      }
    }
  }
}

/** Every cost is in exactly one column, so that the columns add up to what is booked. */
const basisColumn = (basis: string | null): keyof UsageSumColumns =>
  basis === 'reported' ? 'reported_nano' : basis === 'suspected' ? 'suspected_nano' : 'book_nano'
