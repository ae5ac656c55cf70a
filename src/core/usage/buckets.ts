import { type Instant, startOfDay } from '../time.ts'
import { dayIn, nextHourIn, printIn, startOfDayIn, type Zone } from './zone.ts'

/** What usage can be divided into by time. */
export const timeUnits = ['day', 'hour'] as const
/** See {@link timeUnits}. */
export type TimeUnit = (typeof timeUnits)[number]

/** A stretch of time from `from` to just before `to`. */
export interface TimeRange {
  readonly from: Instant
  readonly to: Instant
}

/** One stretch of time that is counted by itself. */
export interface Bucket extends TimeRange {
  /** The day, or the hour with its offset; absent when time is not divided. */
  readonly label?: string
}

/**
 * The stretches of a range, one after the other, without gap or overlap. The first and the last
 * are cut where the range is. Lazy, because a page needs only some of them.
 */
export function* bucketsOf(
  { from, to }: TimeRange,
  unit: TimeUnit | undefined,
  zone: Zone,
): Generator<Bucket> {
  if (unit === undefined) {
    yield { from, to }
    return
  }
  let start = from
  while (start < to) {
    const end = Math.min(to, unit === 'day' ? nextDay(zone, start) : nextHourIn(zone, start))
    const label = unit === 'day' ? dayIn(zone, start) : printIn(zone, hourOf(zone, start))
    yield { from: start, to: end, label }
    start = end
  }
}

/** The first quarter of the next day that there is. */
function nextDay(zone: Zone, at: Instant): Instant {
  let day = startOfDay(dayIn(zone, at))
  for (;;) {
    day += 86_400_000
    const start = startOfDayIn(zone, new Date(day).toISOString().slice(0, 10))
    if (start > at) return start
  }
}

/** Where the hour began that a range may have cut. */
function hourOf(zone: Zone, at: Instant): Instant {
  const past = zone.wallClock(at) % 3_600_000
  return at - past
}
