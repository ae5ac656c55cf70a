import type { Nano } from '../money.ts'

/** What one provider did for one purpose in a day. */
export interface QualitySums {
  readonly provider: string
  /** Empty when none was named. */
  readonly purpose: string
  readonly spentNano: Nano
  /** Pictures that were paid. */
  readonly images: number
  /** Words of raters on pictures, and how many of them kept the picture. */
  readonly judged: number
  readonly accepted: number
  /** Pictures in answers, and how many of them the cache gave. */
  readonly delivered: number
  readonly cached: number
}

/** The sums of one provider and purpose, the last day and the days before it. */
export interface TwoSpans {
  readonly subject: string
  readonly purpose: string
  readonly recent: QualitySums
  readonly before: QualitySums
}

/** Days before the last one that it is compared with. */
export const BASELINE_DAYS = 7

const nothing = (provider: string, purpose: string): QualitySums => ({
  ...{ provider, purpose, spentNano: 0n, images: 0 },
  ...{ judged: 0, accepted: 0, delivered: 0, cached: 0 },
})

/** Two sums together, by the names of the first. */
export const addSums = (left: QualitySums, right: QualitySums): QualitySums => ({
  ...left,
  spentNano: left.spentNano + right.spentNano,
  images: left.images + right.images,
  judged: left.judged + right.judged,
  accepted: left.accepted + right.accepted,
  delivered: left.delivered + right.delivered,
  cached: left.cached + right.cached,
})

/** Adds up what days have of the same subject. */
function sumBySubject(days: readonly (readonly QualitySums[])[]): Map<string, QualitySums> {
  const sums = new Map<string, QualitySums>()
  for (const day of days.flat()) {
    const key = `${day.provider}\n${day.purpose}`
    const known = sums.get(key)
    sums.set(key, known === undefined ? day : addSums(known, day))
  }
  return sums
}

/** Compares the last of some days with the week before it. */
export function twoSpans(days: readonly (readonly QualitySums[])[]): readonly TwoSpans[] {
  const recent = sumBySubject(days.slice(-1))
  const before = sumBySubject(days.slice(-1 - BASELINE_DAYS, -1))
  return [...recent].map(([key, sums]) => ({
    subject: `${sums.provider || 'cache'}/${sums.purpose || 'any purpose'}`,
    purpose: sums.purpose,
    recent: sums,
    before: before.get(key) ?? nothing(sums.provider, sums.purpose),
  }))
}
