import type { Instant } from '../time.ts'

/**
 * Every time zone in use is a whole number of quarters of an hour from UTC (IANA tz database
 * 2025b: Nepal +05:45, Chatham +12:45), so days and hours of all of them are sums of quarters.
 */
export const QUARTER_MS = 900_000

/** Lengths of the slots in which usage is summed up, from fine to coarse; all begin in UTC. */
export const usageSpans = [QUARTER_MS, 3_600_000, 86_400_000] as const

/** The slot of a length in which an instant lies, by its first millisecond. */
export const slotOf = (at: bigint, spanMs: number): bigint => at - (at % BigInt(spanMs))

/** Whether an instant is where a slot can begin. */
export const isQuarter = (at: Instant): boolean => at % QUARTER_MS === 0

/** The quarter of an hour in which an instant lies, by its first millisecond. */
export const quarterOf = (at: Instant): Instant => Math.floor(at / QUARTER_MS) * QUARTER_MS

/** Slots of one length, one after the other. */
export interface SlotPiece {
  readonly spanMs: number
  readonly from: Instant
  readonly to: Instant
}

/**
 * A range as few slots as possible: days inside, hours and quarters at the edges. Both ends must
 * be quarters.
 * @example piecesOf(one o'clock on Monday, noon on Wednesday) = hours of Monday, Tuesday as a day,
 * hours of Wednesday.
 */
export function piecesOf(
  from: Instant,
  to: Instant,
  level = usageSpans.length - 1,
): readonly SlotPiece[] {
  const spanMs = usageSpans[level]
  if (spanMs === undefined || from >= to) return []
  const first = Math.ceil(from / spanMs) * spanMs
  const last = Math.floor(to / spanMs) * spanMs
  if (first >= last) return piecesOf(from, to, level - 1)
  return [
    ...piecesOf(from, first, level - 1),
    { spanMs, from: first, to: last },
    ...piecesOf(last, to, level - 1),
  ]
}
