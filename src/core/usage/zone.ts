import { type Instant, startOfDay } from '../time.ts'
import { QUARTER_MS } from './slots.ts'

/** Reads wall clocks of one time zone. */
export interface Zone {
  readonly name: string
  /** The wall clock at an instant, as the instant at which UTC shows the same. */
  wallClock(at: Instant): Instant
}

/** No zone is further from UTC than this (Pacific/Kiritimati +14, Etc/GMT+12 −12; margin). */
const FARTHEST_MS = 16 * 3_600_000

/**
 * A time zone by its IANA name, with the rules of the runtime's own tables.
 * @returns undefined when there is none of that name.
 */
export function openZone(name: string): Zone | undefined {
  if (name === 'UTC') return { name, wallClock: (at) => at }
  // Offsets such as +05:30 are names to Intl but no zones: they have no summer time.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return undefined
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'iso8601',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    return { name: format.resolvedOptions().timeZone, wallClock: (at) => readClock(format, at) }
  } catch {
    return undefined
  }
}

function readClock(format: Intl.DateTimeFormat, at: Instant): Instant {
  const parts = Object.fromEntries(
    format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** The calendar day (`YYYY-MM-DD`) that the zone's wall clock shows. */
export const dayIn = (zone: Zone, at: Instant): string =>
  new Date(zone.wallClock(at)).toISOString().slice(0, 10)

/**
 * The first quarter of an hour of a day in a zone. Found by search instead of arithmetic: a day
 * may begin at one o'clock (summer time that begins at midnight) or not exist (the date line).
 */
export function startOfDayIn(zone: Zone, day: string): Instant {
  const wanted = startOfDay(day)
  let low = (wanted - FARTHEST_MS) / QUARTER_MS
  let high = (wanted + FARTHEST_MS) / QUARTER_MS
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (zone.wallClock(middle * QUARTER_MS) >= wanted) high = middle
    else low = middle + 1
  }
  return low * QUARTER_MS
}

/**
 * The next quarter after an instant at which the wall clock shows a full hour; two hours later at
 * most, because zones of a hundred years ago never show one at a quarter.
 */
export function nextHourIn(zone: Zone, at: Instant): Instant {
  let next = at + QUARTER_MS
  while (zone.wallClock(next) % 3_600_000 !== 0 && next - at < 7_200_000) next += QUARTER_MS
  return next
}

/** The instant as that zone writes it: `2026-11-01T00:00:00+05:30`. */
export function printIn(zone: Zone, at: Instant): string {
  const wall = zone.wallClock(at)
  const text = new Date(wall).toISOString().slice(0, 19)
  const minutes = Math.round((wall - at) / 60_000)
  if (minutes === 0) return `${text}Z`
  const magnitude = Math.abs(minutes)
  const two = (value: number): string => String(value).padStart(2, '0')
  const sign = minutes < 0 ? '-' : '+'
  return `${text}${sign}${two(Math.floor(magnitude / 60))}:${two(magnitude % 60)}`
}
