/** Milliseconds since 1970-01-01T00:00:00Z. Core never reads a clock; instants come in as arguments. */
export type Instant = number

const DATE_PATTERN = /^\d{4}-\d{2}-\d{2}$/

/**
 * The first millisecond (UTC) of a calendar day written `YYYY-MM-DD`.
 * Dates of prices and lifecycles are UTC days.
 * @throws RangeError when the text is no existing day.
 */
export function startOfDay(date: string): Instant {
  const instant = DATE_PATTERN.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(instant) || new Date(instant).toISOString().slice(0, 10) !== date) {
    throw new RangeError(`not a calendar day: ${JSON.stringify(date)}`)
  }
  return instant
}

/** The UTC calendar day (`YYYY-MM-DD`) an instant falls on. */
export const dayOf = (instant: Instant): string => new Date(instant).toISOString().slice(0, 10)
