import { expect, test } from 'vitest'
import small from '../../test/data/worlds/small.json' with { type: 'json' }
import { readWorld } from './read-world.ts'
import { regimeAt, regimesOf } from './regime.ts'

const { world } = readWorld(
  JSON.stringify({
    ...small,
    events: [
      { day: 1, type: 'price', model: 'tuned', factor: 2, announced: true },
      { day: 2, hour: 12, type: 'price', model: 'tuned', factor: 1.5, announced: false },
      { day: 3, type: 'silent_quality', model: 'quick', delta_theta: -0.5 },
      { day: 4, type: 'outage', provider: 'south', minutes: 90, mode: '429' },
      { day: 4, hour: 1, type: 'brownout', provider: 'north', minutes: 60, error_rate: 0.3 },
      { day: 5, type: 'silent_quality', model: 'quick', delta_theta: 0.2 },
    ],
  }),
  'small.json',
)
const regimes = regimesOf(world)
const tuned = world.offers.findIndex(({ name }) => name === 'tuned')
const half = world.offers.findIndex(({ name }) => name === 'tuned@20')
const at = (hours: number) => regimes[regimeAt(regimes, hours)]!

test('prices multiply, at all step counts; the feed knows only what was announced', () => {
  expect([at(0).billed[tuned], at(0).listed[tuned]]).toEqual([0.02, 0.02])
  expect([at(24).billed[tuned], at(24).listed[tuned]]).toEqual([0.04, 0.04])
  expect(at(60).billed[tuned]).toBeCloseTo(0.06, 12)
  expect(at(60).billed[half]).toBeCloseTo(0.03, 12)
  expect(at(60).listed[half]).toBeCloseTo(0.02, 12)
})

test('changes of quality add up', () => {
  expect(at(71.9).changes.get('quick')).toBeUndefined()
  expect(at(72).changes.get('quick')).toBe(-0.5)
  expect(at(200).changes.get('quick')).toBeCloseTo(-0.3, 12)
})

test('outages and brownouts overlap and end', () => {
  expect([...at(96).down]).toEqual([['south', '429']])
  expect([...at(97.2).errorShares]).toEqual([['north', 0.3]])
  expect(at(97.2).down.size).toBe(1)
  expect([at(97.5).down.size, at(97.5).errorShares.size]).toEqual([0, 1])
  expect(at(98).errorShares.size).toBe(0)
})

test('the beginning of an event counts for recovery, the end of an outage does not', () => {
  expect(regimes.map(({ isEvent }) => isEvent)).toEqual([
    ...[false, true, true, true, true, true],
    ...[false, false, true],
  ])
})
