import { expect, test } from 'vitest'
import { nanoFromDollars } from '../core/money.ts'
import { type BatchProgress, printProgress } from './batch-progress.ts'

const progress = (changes: Partial<BatchProgress>): BatchProgress => ({
  ...{ total: 10_000, completed: 0, failed: 0, cancelled: 0, cached: 0, retried: 0 },
  ...{ spentNano: 0n, elapsedMs: 0, before: 0 },
  ...changes,
})

test('a bar, the pace, what is left of time and money, and what went wrong', () => {
  const line = printProgress(
    progress({
      ...{ completed: 6_210, failed: 4, cached: 87, retried: 31 },
      ...{ spentNano: nanoFromDollars('8.71'), elapsedMs: 600_000, before: 2_094 },
    }),
  )
  expect(line).toBe(
    '10,000 lines  ████████████░░░░░░░░  6,214   412/min   eta 10 min   $8.71 spent   ' +
      '$5.31 to go   87 cached   31 retried   4 failed',
  )
})

test('what is not known yet is not said', () => {
  const none = '0/min   $0.00 spent   0 cached   0 retried   0 failed'
  expect(printProgress(progress({}))).toBe(`10,000 lines  ${'░'.repeat(20)}  0   ${none}`)
  expect(printProgress(progress({ total: 0 }))).toContain('0 lines')
})

test('when a budget has paused lines it says until when', () => {
  const line = printProgress(progress({ pausedUntil: Date.UTC(2026, 10, 20, 13) }))
  expect(line).toMatch(/0 failed {3}paused until 2026-11-20T13:00:00\.000Z$/)
})

test('lines that a batch service makes within hours are told', () => {
  expect(printProgress(progress({ atServices: 9_800 }))).toMatch(
    /0 failed {3}9,800 at batch services$/,
  )
})

test('small sums and short times are told as they are', () => {
  const line = printProgress(
    progress({
      ...{ total: 4, completed: 2, elapsedMs: 10_000, spentNano: nanoFromDollars('0.006') },
    }),
  )
  expect(line).toContain('eta 10 s   $0.0060 spent   $0.0060 to go')
})
