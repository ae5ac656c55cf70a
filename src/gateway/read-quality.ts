import type { QualitySums } from '../core/alerts/quality-sums.ts'
import type { Book } from '../core/ledger/entry.ts'
import { DAY_MS, type Instant } from '../core/time.ts'
import { quarterOf } from '../core/usage/slots.ts'
import { costOf, splitOffer } from '../core/usage/usage-sums.ts'
import type { Stores } from '../ports/stores.ts'

type Mutable = { -readonly [Name in keyof QualitySums]: QualitySums[Name] }

/**
 * What each provider did for each purpose, day by day: the last day ends with the quarter of an
 * hour before `now`.
 */
export async function readQuality(
  { now, days, book }: { readonly now: Instant; readonly days: number; readonly book: Book },
  { usage, feedback }: Pick<Stores, 'usage' | 'feedback'>,
): Promise<readonly (readonly QualitySums[])[]> {
  const to = quarterOf(now)
  const from = to - days * DAY_MS
  const counts = await feedback.count({ from, to, book, stretchMs: DAY_MS })
  const all: (readonly QualitySums[])[] = []
  for (let day = 0; day < days; day += 1) {
    const start = from + day * DAY_MS
    const sums = new Map<string, Mutable>()
    const of = (provider: string, purpose: string): Mutable => {
      const key = `${provider}\n${purpose}`
      const own = sums.get(key) ?? empty(provider, purpose)
      sums.set(key, own)
      return own
    }
    for (const row of await usage.sums({ from: start, to: start + DAY_MS, book })) {
      const own = of(splitOffer(row.series.offer).provider, row.series.purpose)
      own.spentNano += costOf(row.sums)
      own.images += Number(row.sums.images)
      own.delivered += Number(row.sums.delivered)
      own.cached += Number(row.sums.cached)
    }
    for (const count of counts.filter(({ stretch }) => stretch === day)) {
      const own = of(count.provider, count.purpose)
      own.judged += count.judged
      own.accepted += count.accepted
    }
    all.push([...sums.values()])
  }
  return all
}

const empty = (provider: string, purpose: string): Mutable => ({
  ...{ provider, purpose, spentNano: 0n, images: 0 },
  ...{ judged: 0, accepted: 0, delivered: 0, cached: 0 },
})
