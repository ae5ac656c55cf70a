import { invalid } from '../core/errors/gateway-error.ts'
import { type Instant, startOfDay } from '../core/time.ts'
import type { TimeRange, TimeUnit } from '../core/usage/buckets.ts'
import { isQuarter, QUARTER_MS, quarterOf } from '../core/usage/slots.ts'
import { dayIn, openZone, startOfDayIn, type Zone } from '../core/usage/zone.ts'

const DAY_MS = 86_400_000

/** Longest ranges, in days, so that no question has more than some hundred stretches of time. */
const MAX_DAYS: { readonly [Unit in TimeUnit | 'none']: number } = {
  hour: 31,
  day: 400,
  none: 3_660,
}

/** Days that are reported when no beginning is named. */
const DEFAULT_DAYS = 30

/** Nothing was booked before; zones of earlier years are no whole quarters from UTC. */
const EARLIEST = startOfDay('2000-01-01')

const INSTANT_PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/
const DAY_PATTERN = /^\d{4}-\d{2}-\d{2}$/

/** A range as a caller writes it. */
export interface WrittenRange {
  /** A day of the zone, or an instant on a quarter of an hour. */
  readonly from?: string | undefined
  /** A day of the zone, which is included, or an instant, which is not. */
  readonly to?: string | undefined
}

/**
 * A time zone by its IANA name.
 * @throws GatewayError naming `tz`.
 */
export function readZone(name: string): Zone {
  const zone = openZone(name)
  if (zone !== undefined) return zone
  throw invalid('tz', 'tz must be the name of a time zone, such as UTC or Asia/Kolkata.')
}

/**
 * The range that is meant; without an end until the quarter that runs, without a beginning 30 days.
 * @throws GatewayError naming `from` or `to`.
 */
export function readUsageRange(
  { from, to }: WrittenRange,
  { zone, unit, now }: { readonly zone: Zone; readonly unit?: TimeUnit | undefined; now: Instant },
): TimeRange {
  const end = to === undefined ? quarterOf(now) + QUARTER_MS : readEnd(to, zone)
  const start = from === undefined ? startBefore(end, zone, unit) : readStart('from', from, zone)
  if (start >= end) throw invalid('from', 'from must be earlier than to.')
  if (start < EARLIEST) throw invalid('from', 'from must not be earlier than 2000-01-01.')
  const most = MAX_DAYS[unit ?? 'none']
  // A day more, for zones and for days of 25 hours.
  if (end - start <= (most + 1) * DAY_MS) return { from: start, to: end }
  const by = unit === undefined ? '' : ` by ${unit}`
  throw invalid('from', `At most ${most} days can be reported${by}.`)
}

function startBefore(end: Instant, zone: Zone, unit: TimeUnit | undefined): Instant {
  const days = unit === 'hour' ? 1 : DEFAULT_DAYS
  return startOfDayIn(zone, dayIn(zone, end - 1 - (days - 1) * DAY_MS))
}

function readStart(param: string, text: string, zone: Zone): Instant {
  if (DAY_PATTERN.test(text)) return startOfDayIn(zone, readDay(param, text))
  const isInstant = INSTANT_PATTERN.test(text) && readDay(param, text.slice(0, 10)) !== ''
  const instant = isInstant ? Date.parse(text) : Number.NaN
  if (Number.isNaN(instant)) {
    const form = '2026-11-30 or 2026-11-30T12:00:00Z'
    throw invalid(param, `${param} must be a day or an instant with its offset, such as ${form}.`)
  }
  if (isQuarter(instant)) return instant
  throw invalid(param, `${param} must be on a quarter of an hour: usage is kept by quarters.`)
}

function readEnd(text: string, zone: Zone): Instant {
  if (!DAY_PATTERN.test(text)) return readStart('to', text, zone)
  const next = startOfDay(readDay('to', text)) + DAY_MS
  return startOfDayIn(zone, new Date(next).toISOString().slice(0, 10))
}

function readDay(param: string, text: string): string {
  try {
    startOfDay(text)
    return text
  } catch {
    throw invalid(param, `${param}: there is no day ${text}.`)
  }
}
