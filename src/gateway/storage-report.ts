import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano, type Nano } from '../core/money.ts'
import {
  byteMonths,
  costOfBytes,
  keepingCost,
  type StoragePrices,
  type StoredDay,
  storedMonths,
} from '../core/storage/storage-cost.ts'
import { dayOf } from '../core/time.ts'
import type { Clock } from '../ports/clock.ts'
import type { MonthTraffic, StoredSum } from '../ports/kept-pictures.ts'
import type { Stores } from '../ports/stores.ts'

/** Months that are listed, and most days of one. */
const MONTHS = 24
const DAYS = 31

/** What one month came to; costs are absent where nobody said a price. */
export interface StorageMonth {
  readonly month: string
  /** Bytes that would cost the same if they had lain there the whole month. */
  readonly byteMonths: bigint
  readonly keptNano?: Nano
  readonly sentBytes: number
  readonly sentNano?: Nano
}

/** What is stored and was sent, of all tenants together. */
export interface StorageReport {
  readonly now: StoredSum
  /** What a month of that costs. */
  readonly monthNano?: Nano
  /** Newest first; the current one as far as it has come. */
  readonly months: readonly StorageMonth[]
}

/** Reads how much is stored and was sent, and what that costs. */
export async function reportStorage(
  prices: StoragePrices,
  deps: { readonly stores: Pick<Stores, 'kept'>; readonly clock: Clock },
): Promise<StorageReport> {
  const { kept } = deps.stores
  const [now, days, traffic] = await Promise.all([
    kept.stored(),
    kept.storedDays(MONTHS * DAYS),
    kept.traffic(MONTHS),
  ])
  const monthNano = priced(prices.monthGigabyteNano, (price) => costOfBytes(now.bytes, price))
  const months = monthsOf({ days, traffic }, dayOf(deps.clock.now()), prices)
  return { now, months, ...(monthNano === undefined ? {} : { monthNano }) }
}

function monthsOf(
  counted: { readonly days: readonly StoredDay[]; readonly traffic: readonly MonthTraffic[] },
  today: string,
  { monthGigabyteNano, sentGigabyteNano }: StoragePrices,
): readonly StorageMonth[] {
  const kept = new Map(storedMonths(counted.days, today).map((each) => [each.month, each]))
  const sent = new Map(counted.traffic.map(({ month, bytes }) => [month, bytes]))
  const names = [...new Set([...kept.keys(), ...sent.keys()])].toSorted().toReversed()
  return names.slice(0, MONTHS).map((month) => {
    const stored = kept.get(month) ?? { month, byteDays: 0n }
    const sentBytes = sent.get(month) ?? 0
    const keptNano = priced(monthGigabyteNano, (price) => keepingCost(stored, price))
    const sentNano = priced(sentGigabyteNano, (price) => costOfBytes(sentBytes, price))
    return {
      ...{ month, byteMonths: byteMonths(stored), sentBytes },
      ...(keptNano === undefined ? {} : { keptNano }),
      ...(sentNano === undefined ? {} : { sentNano }),
    }
  })
}

/** What a month cost together; undefined while one of its prices is unknown. */
export const monthCost = ({ keptNano, sentNano }: StorageMonth): Nano | undefined =>
  keptNano === undefined || sentNano === undefined ? undefined : keptNano + sentNano

/** The report as callers see it; an unknown cost is null and never zero. */
export const printStorageReport = ({ now, monthNano, months }: StorageReport): JsonObject => ({
  object: 'storage.usage',
  ...now,
  cost_per_month: printCost(monthNano),
  months: months.map((each) => ({
    month: each.month,
    byte_months: String(each.byteMonths),
    kept_cost: printCost(each.keptNano),
    sent_bytes: each.sentBytes,
    sent_cost: printCost(each.sentNano),
    cost: printCost(monthCost(each)),
  })),
})

const priced = (price: Nano | undefined, cost: (price: Nano) => Nano): Nano | undefined =>
  price === undefined ? undefined : cost(price)

const printCost = (nano: Nano | undefined): string | null =>
  nano === undefined ? null : dollarsFromNano(nano)
