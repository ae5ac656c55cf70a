import { expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { openZone, type Zone } from '../usage/zone.ts'
import { type BudgetPeriod, budgetPeriods, windowAt } from './window.ts'

/** Zones with all kinds of clocks: never set, by an hour or a half, a quarter off, at midnight. */
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Havana',
  'Pacific/Chatham',
].map((name): Zone => {
  const zone = openZone(name)
  if (zone === undefined) throw new TypeError(`there is no ${name}`)
  return zone
})

const instants = fc.integer({
  min: Date.UTC(2023, 11, 30) / 1_000,
  max: Date.UTC(2029, 1, 2) / 1_000,
})
const cases = fc.record({
  zone: fc.constantFrom(...zones),
  per: fc.constantFrom<BudgetPeriod>(...budgetPeriods),
  at: instants.map((second) => second * 1_000),
})

const HOUR_MS = 3_600_000
/** The shortest and longest that a window can be, with clocks that are set by an hour. */
const lengths: { readonly [Period in BudgetPeriod]: readonly [number, number] } = {
  hour: [0.5 * HOUR_MS, 1.5 * HOUR_MS],
  day: [23 * HOUR_MS, 25 * HOUR_MS],
  week: [167 * HOUR_MS, 169 * HOUR_MS],
  month: [28 * 24 * HOUR_MS - HOUR_MS, 31 * 24 * HOUR_MS + HOUR_MS],
  total: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
}

test('every instant is in one window, which all of it shares and the next one follows', () => {
  fc.assert(
    fc.property(cases, fc.double({ min: 0, max: 1, noNaN: true }), ({ zone, per, at }, share) => {
      const { from, to = Number.POSITIVE_INFINITY } = windowAt(per, zone, at)
      expect(from).toBeLessThanOrEqual(at)
      expect(to).toBeGreaterThan(at)
      const [shortest, longest] = lengths[per]
      expect(to - from).toBeGreaterThanOrEqual(shortest)
      expect(to - from).toBeLessThanOrEqual(longest)
      if (to === Number.POSITIVE_INFINITY) return
      const inside = from + Math.floor(share * (to - 1 - from))
      expect(windowAt(per, zone, inside)).toEqual({ from, to })
      expect(windowAt(per, zone, to).from).toBe(to)
    }),
    { numRuns: 400 },
  )
})

test('windows turn when the wall clock says so', () => {
  fc.assert(
    fc.property(cases, ({ zone, per, at }) => {
      if (per === 'total') return
      const wall = new Date(zone.wallClock(windowAt(per, zone, at).from))
      // Where midnight is left out the day begins at one o'clock.
      expect([wall.getUTCMinutes(), wall.getUTCSeconds()]).toEqual([0, 0])
      if (per !== 'hour') expect(wall.getUTCHours()).toBeLessThanOrEqual(1)
      if (per === 'week') expect(wall.getUTCDay()).toBe(1)
      if (per === 'month') expect(wall.getUTCDate()).toBe(1)
    }),
    { numRuns: 200 },
  )
})

const at = (text: string): number => Date.parse(text)

test.each([
  ['the repeated hour is two windows', 'hour', '2026-10-25T00:30Z', '2026-10-25T00:00Z', 1],
  ['and this is the second one', 'hour', '2026-10-25T01:30Z', '2026-10-25T01:00Z', 1],
  ['the day that is longer has 25 hours', 'day', '2026-10-25T12:00Z', '2026-10-24T22:00Z', 25],
  ['the one that is shorter has 23', 'day', '2026-03-29T12:00Z', '2026-03-28T23:00Z', 23],
  ['a leap day is a day', 'day', '2028-02-29T12:00Z', '2028-02-28T23:00Z', 24],
  ['and its month has 29', 'month', '2028-02-29T12:00Z', '2028-01-31T23:00Z', 29 * 24],
  ['a week begins on Monday', 'week', '2026-11-29T20:00Z', '2026-11-22T23:00Z', 7 * 24],
] as const)('%s', (_, per, instant, from, hours) => {
  const zone = openZone('Europe/Berlin') as Zone
  const window = windowAt(per, zone, at(instant))
  expect(window).toEqual({ from: at(from), to: at(from) + hours * HOUR_MS })
})
