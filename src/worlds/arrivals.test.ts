import { expect, test } from 'vitest'
import d1 from '../../test/data/worlds/d1.json' with { type: 'json' }
import { arrivalsOf } from './arrivals.ts'
import { luckOf } from './luck.ts'
import { readWorld } from './read-world.ts'

const { world: quiet } = readWorld(JSON.stringify(d1), 'd1.json')
const bursty = {
  ...quiet,
  traffic: {
    burstsPerMonth: 4,
    burstFactor: 20,
    burstHours: [1, 3] as const,
    growthSigma: 0.2,
  },
}

/** Most requests that any hour has. */
function busiest(arrivals: Float64Array): number {
  const counts = new Map<number, number>()
  for (const hour of arrivals) {
    counts.set(Math.floor(hour), (counts.get(Math.floor(hour)) ?? 0) + 1)
  }
  return Math.max(...counts.values())
}

test.each([
  ['evenly', false],
  ['in bursts', true],
])('requests arrive %s, in order, within the days of the world', (_title, hasBursts) => {
  const arrivals = arrivalsOf(bursty, luckOf('a', 1), hasBursts)
  expect(arrivals).toHaveLength(bursty.requests)
  expect([...arrivals]).toEqual([...arrivals].sort((one, other) => one - other))
  expect(arrivals[0]).toBeGreaterThanOrEqual(0)
  expect(arrivals.at(-1)).toBeLessThanOrEqual(bursty.days * 24)
})

test('a burst brings many times the requests of a usual hour', () => {
  const usual = bursty.requests / (bursty.days * 24)
  expect(busiest(arrivalsOf(bursty, luckOf('a', 1), false))).toBeLessThan(2 * usual)
  expect(busiest(arrivalsOf(bursty, luckOf('a', 1), true))).toBeGreaterThan(5 * usual)
})
