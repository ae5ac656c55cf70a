import { describe, expect, test } from 'vitest'
import { fc } from '../testing/fast-check.ts'
import { dayOf, startOfDay } from './time.ts'

const DAY_MS = 86_400_000

describe('a day begins', () => {
  test.each([
    ['1970-01-01', 0],
    ['2026-11-20', Date.UTC(2026, 10, 20)],
    ['2028-02-29', Date.UTC(2028, 1, 29)],
    ['0001-01-01', Date.parse('0001-01-01T00:00:00Z')],
  ])('%s at midnight, UTC', (date, instant) => {
    expect(startOfDay(date)).toBe(instant)
    expect(dayOf(instant)).toBe(date)
    expect(dayOf(instant + DAY_MS - 1)).toBe(date)
    expect(dayOf(instant - 1)).not.toBe(date)
  })
})

describe('is no day', () => {
  test.each([
    ['the 30th of February', '2026-02-30'],
    ['the 29th of February of a usual year', '2026-02-29'],
    ['a 13th month', '2026-13-01'],
    ['a zeroth day', '2026-11-00'],
    ['a day with a time', '2026-11-20T00:00:00Z'],
    ['a day without leading zeros', '2026-1-2'],
    ['a day in another order', '20-11-2026'],
    ['a day with spaces', ' 2026-11-20'],
    ['a line break behind it', '2026-11-20\n'],
    ['a year of five digits', '12026-11-20'],
    ['nothing', ''],
  ])('%s', (_, text) => {
    expect(() => startOfDay(text)).toThrow(RangeError)
  })
})

test('every instant lies within its own day', () => {
  const instants = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) })
  fc.assert(
    fc.property(instants, (instant) => {
      const start = startOfDay(dayOf(instant))
      expect(instant - start).toBeGreaterThanOrEqual(0)
      expect(instant - start).toBeLessThan(DAY_MS)
    }),
  )
})
