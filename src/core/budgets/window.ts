import { type Instant, startOfDay } from '../time.ts'
import { QUARTER_MS, quarterOf } from '../usage/slots.ts'
import { dayIn, startOfDayIn, type Zone } from '../usage/zone.ts'

/** After which time a budget begins anew; `total` never does. Weeks begin on Mondays (ISO 8601). */
export const budgetPeriods = ['hour', 'day', 'week', 'month', 'total'] as const
/** See {@link budgetPeriods}. */
export type BudgetPeriod = (typeof budgetPeriods)[number]

/** The stretch of time in which money is counted together, to just before `to`. */
export interface BudgetWindow {
  readonly from: Instant
  /** Undefined when it never ends. */
  readonly to?: Instant
}

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** No wall clock needs longer from one full hour to the next: two hours when one is repeated. */
const LONGEST_HOUR_MS = 2 * HOUR_MS

/**
 * The window in which an instant lies, by the wall clock of a zone. Windows follow each other
 * without gap or overlap, whatever the clock does: the hour that is repeated in autumn is two
 * windows, the one that is left out in spring none, and a day has 23 to 25 hours.
 */
export function windowAt(period: BudgetPeriod, zone: Zone, at: Instant): BudgetWindow {
  switch (period) {
    case 'total':
      return { from: 0 }
    case 'hour':
      return hourAt(zone, at)
    default:
      return between(turnsAround(period, zone, at), at)
  }
}

function hourAt(zone: Zone, at: Instant): BudgetWindow {
  const isTurn = (instant: Instant): boolean => zone.wallClock(instant) % HOUR_MS === 0
  const quarter = quarterOf(at)
  let from = quarter
  while (!isTurn(from) && quarter - from < LONGEST_HOUR_MS) from -= QUARTER_MS
  let to = quarter + QUARTER_MS
  while (!isTurn(to) && to - quarter < LONGEST_HOUR_MS) to += QUARTER_MS
  return { from, to }
}

/** Where windows begin near an instant: enough of them on both sides. */
function turnsAround(
  period: Exclude<BudgetPeriod, 'hour' | 'total'>,
  zone: Zone,
  at: Instant,
): readonly Instant[] {
  const day = startOfDay(dayIn(zone, at))
  return [-1, 0, 1, 2].map((step) => startOfDayIn(zone, dayName(turn(period, day, step))))
}

const dayName = (day: Instant): string => new Date(day).toISOString().slice(0, 10)

/** The first day of the period that a day is in, or of one so many periods later. */
function turn(period: 'day' | 'week' | 'month', day: Instant, step: number): Instant {
  if (period === 'day') return day + step * DAY_MS
  const date = new Date(day)
  if (period === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + step, 1)
  const sinceMonday = (date.getUTCDay() + 6) % 7
  return day + (step * 7 - sinceMonday) * DAY_MS
}

/** Of some zones a day does not exist; its turn is then that of the next one. */
const between = (turns: readonly Instant[], at: Instant): BudgetWindow => ({
  from: Math.max(...turns.filter((instant) => instant <= at)),
  to: Math.min(...turns.filter((instant) => instant > at)),
})
