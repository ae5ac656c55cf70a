import type { Nano } from '../money.ts'
import { addDays } from '../time.ts'

/** What a store charges, in nano-dollars, as far as it is known; a gigabyte has 10⁹ bytes. */
export interface StoragePrices {
  readonly monthGigabyteNano?: Nano
  readonly sentGigabyteNano?: Nano
}

/** What lay in the store on a UTC day, on average. */
export interface StoredDay {
  readonly day: string
  readonly bytes: number
}

/** What lay in the store in a month, `2026-11`. */
export interface StoredMonth {
  readonly month: string
  /** Bytes of each of its days, added up. */
  readonly byteDays: bigint
}

const GIGABYTE = 1_000_000_000n

/** What so many bytes cost, rounded to the nearest nano-dollar. */
export const costOfBytes = (bytes: number | bigint, gigabyteNano: Nano): Nano =>
  divided(BigInt(bytes) * gigabyteNano, GIGABYTE)

/**
 * What keeping costs in a month: stores bill the mean of its days, so a gigabyte that came in its
 * middle costs half a month. Of a month that is not over: what it came to until now.
 * @example
 * keepingCost({ month: '2026-11', byteDays: 15_000_000_000n }, 20_000_000n) === 10_000_000n
 */
export const keepingCost = ({ month, byteDays }: StoredMonth, monthGigabyteNano: Nano): Nano =>
  divided(byteDays * monthGigabyteNano, daysIn(month) * GIGABYTE)

/** Bytes that would cost the same if they had lain there the whole month. */
export const byteMonths = ({ month, byteDays }: StoredMonth): bigint =>
  divided(byteDays, daysIn(month))

/**
 * Adds up days to months, up to and with `today`, oldest first. A day on which nobody looked is
 * like the one before it; of what came before the first day nothing is known.
 * @param days in their order
 */
export function storedMonths(days: readonly StoredDay[], today: string): readonly StoredMonth[] {
  const months = new Map<string, bigint>()
  for (const [index, { day, bytes }] of days.entries()) {
    const next = days[index + 1]?.day ?? addDays(today, 1)
    for (let each = day; each < next; each = addDays(each, 1)) {
      const month = each.slice(0, 7)
      months.set(month, (months.get(month) ?? 0n) + BigInt(Math.round(bytes)))
    }
  }
  return [...months].map(([month, byteDays]) => ({ month, byteDays }))
}

const divided = (sum: bigint, by: bigint): bigint => (sum + by / 2n) / by

const daysIn = (month: string): bigint => {
  const [year, number] = month.split('-').map(Number)
  return BigInt(new Date(Date.UTC(year ?? 0, number ?? 0, 0)).getUTCDate())
}
