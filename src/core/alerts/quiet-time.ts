import type { Instant } from '../time.ts'
import type { Zone } from '../usage/zone.ts'

/** Hours in which only what is critical is told. */
export interface QuietTime {
  /** Minutes after midnight, by the wall clock of the zone. */
  readonly fromMinute: number
  readonly toMinute: number
  readonly zone: Zone
}

/** Reads `22:30` as minutes after midnight; undefined when it is no time of a day. */
export function readMinute(text: string): number | undefined {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes)
}

/** Whether an instant lies in a quiet time, which may go over midnight. */
export function isQuiet({ fromMinute, toMinute, zone }: QuietTime, at: Instant): boolean {
  const minute = Math.floor((zone.wallClock(at) % 86_400_000) / 60_000)
  return fromMinute <= toMinute
    ? minute >= fromMinute && minute < toMinute
    : minute >= fromMinute || minute < toMinute
}
