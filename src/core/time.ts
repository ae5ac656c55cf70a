/**
 * Milliseconds since 1970-01-01T00:00:00Z. Core never reads a clock; instants come in as arguments.
 */
export type Instant = number

/** Milliseconds of a UTC day; UTC has no days of other lengths. */
export const DAY_MS = 86_400_000

const DATE_PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/

/**
 * The first millisecond (UTC) of a calendar day written `YYYY-MM-DD`.
 * Dates of prices and lifecycles are UTC days.
 * @throws RangeError when the text is no existing day.
 */
export function startOfDay(date: string): Instant {
  const instant = toInstant(date)
  if (instant !== undefined) return instant
  throw new RangeError(`not a calendar day: ${JSON.stringify(date)}`)
}

/** Whether a text is an existing calendar day written `YYYY-MM-DD`. */
export const isDay = (text: string): boolean => toInstant(text) !== undefined

/** Days that were read before: a price book names the same few thousands of times. */
const knownDays = new Map<string, Instant>()
const MAX_KNOWN_DAYS = 10_000

function toInstant(date: string): Instant | undefined {
  const known = knownDays.get(date)
  if (known !== undefined) return known
  const instant = readDay(date)
  if (instant !== undefined) {
    if (knownDays.size >= MAX_KNOWN_DAYS) knownDays.clear()
    knownDays.set(date, instant)
  }
  return instant
}

/** Nothing is printed to compare it: there are many days in a price book. */
function readDay(date: string): Instant | undefined {
  const match = DATE_PATTERN.exec(date)
  if (match === null) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  // Years below 100 would be taken for those of the last century.
  const instant = new Date(0).setUTCFullYear(year, month - 1, day)
  const found = new Date(instant)
  const isSame = found.getUTCMonth() === month - 1 && found.getUTCDate() === day
  return isSame ? instant : undefined
}

/** The UTC calendar day (`YYYY-MM-DD`) an instant falls on. */
export const dayOf = (instant: Instant): string => new Date(instant).toISOString().slice(0, 10)

/** The UTC calendar day so many days later; a negative number goes back. */
export const addDays = (date: string, days: number): string =>
  dayOf(startOfDay(date) + days * DAY_MS)

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** A duration in milliseconds from seconds or a number with a unit: `90`, `30m`, `72h`, `7d`. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})([smhd]?)$/.exec(text)
  if (match === null) return undefined
  return Number(match[1]) * (SECONDS[match[2] || 's'] ?? 1) * 1000
}
