import { dollarsFromNano, type Nano } from '../core/money.ts'
import type { Instant } from '../core/time.ts'

/** How far a batch has come. */
export interface BatchProgress {
  readonly total: number
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
  readonly cached: number
  readonly retried: number
  /** Lines that providers' own batch services make: cheaper, and within hours. */
  readonly atServices?: number
  readonly spentNano: Nano
  /** Time since this command looks at it, and how many lines had ended before. */
  readonly elapsedMs: number
  readonly before: number
  /** When the first line that a budget has paused goes on. */
  readonly pausedUntil?: Instant | undefined
}

const CELLS = 20
const MINUTE_MS = 60_000

/**
 * One line for people: a bar, the pace, the time that is left at that pace, what was spent and what
 * the rest will cost at the price of what is done.
 */
export function printProgress(progress: BatchProgress): string {
  const { total, completed, failed, cancelled, cached, retried, spentNano } = progress
  const done = completed + failed + cancelled
  const filled = total === 0 ? 0 : Math.floor((done / total) * CELLS)
  const bar = '█'.repeat(filled) + '░'.repeat(CELLS - filled)
  const perMinute = ((done - progress.before) * MINUTE_MS) / Math.max(1, progress.elapsedMs)
  const left = total - done
  const parts = [
    `${count(total)} lines  ${bar}  ${count(done)}`,
    `${count(Math.round(perMinute))}/min`,
    perMinute > 0 && left > 0 ? `eta ${minutes(left / perMinute)}` : '',
    `$${short(spentNano)} spent`,
    completed > 0 && left > 0
      ? `$${short((spentNano * BigInt(left)) / BigInt(completed))} to go`
      : '',
    `${count(cached)} cached`,
    `${count(retried)} retried`,
    `${count(failed)} failed`,
    (progress.atServices ?? 0) === 0 ? '' : `${count(progress.atServices ?? 0)} at batch services`,
    progress.pausedUntil === undefined
      ? ''
      : `paused until ${new Date(progress.pausedUntil).toISOString()}`,
  ]
  return parts.filter((part) => part !== '').join('   ')
}

const count = (number: number): string => number.toLocaleString('en-US')

const minutes = (number: number): string =>
  number < 1 ? `${Math.ceil(number * 60)} s` : `${Math.ceil(number)} min`

/** Dollars with two decimals, or as many as a smaller sum needs. */
function short(nano: Nano): string {
  const dollars = Number(dollarsFromNano(nano))
  return dollars >= 1 || dollars === 0 ? dollars.toFixed(2) : dollars.toPrecision(2)
}
