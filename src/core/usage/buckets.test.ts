import { describe, expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { bucketsOf, timeUnits } from './buckets.ts'
import { isQuarter, QUARTER_MS } from './slots.ts'
import { openZone, startOfDayIn, type Zone } from './zone.ts'

const zoneOf = (name: string): Zone => {
  const zone = openZone(name)
  if (zone === undefined) throw new TypeError(name)
  return zone
}

const hoursOf = (zone: string, day: string): readonly number[] => {
  const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
  const from = startOfDayIn(zoneOf(zone), day)
  return [from, startOfDayIn(zoneOf(zone), next)].map((at, _, [first = 0]) => (at - first) / 3.6e6)
}

describe('days of a zone', () => {
  test.each([
    ['UTC', '2026-10-25', 24],
    ['Europe/Berlin', '2026-10-25', 25],
    ['Europe/Berlin', '2026-03-29', 23],
    ['America/New_York', '2026-11-01', 25],
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
    ['Asia/Kathmandu', '2026-10-25', 24],
    // Summer time begins at midnight: the day begins at one o'clock.
    ['Asia/Beirut', '2026-03-29', 23],
    // The island crossed the date line and had no such day.
    ['Pacific/Apia', '2011-12-30', 0],
  ])('%s has on %s a day of %d hours', (zone, day, hours) => {
    expect(hoursOf(zone, day)).toEqual([0, hours])
  })

  test.each([
    ['Asia/Kolkata', '2026-11-01', '2026-10-31T18:30:00Z'],
    ['Asia/Kathmandu', '2026-11-01', '2026-10-31T18:15:00Z'],
    ['Pacific/Chatham', '2026-11-01', '2026-10-31T10:15:00Z'],
    ['America/St_Johns', '2026-11-02', '2026-11-02T03:30:00Z'],
    ['Asia/Beirut', '2026-03-29', '2026-03-28T22:00:00Z'],
    ['Pacific/Kiritimati', '2026-11-01', '2026-10-31T10:00:00Z'],
  ])('%s begins %s at %s', (zone, day, instant) => {
    expect(startOfDayIn(zoneOf(zone), day)).toBe(Date.parse(instant))
  })

  test('a day that is not there is left out', () => {
    const zone = zoneOf('Pacific/Apia')
    const range = { from: startOfDayIn(zone, '2011-12-28'), to: startOfDayIn(zone, '2012-01-01') }
    const labels = [...bucketsOf(range, 'day', zone)].map(({ label }) => label)
    expect(labels).toEqual(['2011-12-28', '2011-12-29', '2011-12-31'])
  })
})

test('the hour that is repeated is told apart by its offset', () => {
  const range = { from: Date.parse('2026-10-25T00:00Z'), to: Date.parse('2026-10-25T02:00Z') }
  const labels = [...bucketsOf(range, 'hour', zoneOf('Europe/Berlin'))].map(({ label }) => label)
  expect(labels).toEqual(['2026-10-25T02:00:00+02:00', '2026-10-25T02:00:00+01:00'])
})

test('stretches follow each other, cut only where the range is, each under its own name', () => {
  const quarter = fc.nat(40_000).map((count) => Date.UTC(2026, 0, 1) + count * QUARTER_MS)
  const zones = ['UTC', 'Asia/Kolkata', 'Europe/Berlin', 'Pacific/Chatham', 'Africa/Cairo'] as const
  fc.assert(
    fc.property(
      quarter,
      fc.nat(400),
      fc.constantFrom(...timeUnits, undefined),
      fc.constantFrom(...zones),
      (from, count, unit, name) => {
        const to = from + count * QUARTER_MS
        const found = [...bucketsOf({ from, to }, unit, zoneOf(name))]
        let at = from
        for (const bucket of found) {
          expect(bucket.from).toBe(at)
          expect(isQuarter(bucket.to)).toBe(true)
          at = bucket.to
        }
        expect(at).toBe(to)
        const labels = found.map(({ label }) => label)
        expect(new Set(labels).size).toBe(unit === undefined ? 1 : found.length)
      },
    ),
    { examples: [[Date.UTC(2026, 0, 1), 1, 'day', 'UTC']] },
  )
})

test.each(['', 'Mars/Olympus', '+05:30', 'UTC+1', '../etc/passwd', 'x'.repeat(100)])(
  '%j is no zone',
  (name) => {
    expect(openZone(name)).toBeUndefined()
  },
)

test('a zone has the name that the tables give it', () => {
  expect(openZone('europe/berlin')?.name).toBe('Europe/Berlin')
})
