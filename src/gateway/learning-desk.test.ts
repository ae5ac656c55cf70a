import { describe, expect, test } from 'vitest'
import type { Context } from '../core/acceptance/context.ts'
import { addCounts, type Counts, noCounts } from '../core/acceptance/counts.ts'
import type { Sighting } from '../core/acceptance/evidence.ts'
import type { CountDelta } from '../core/acceptance/evidence-note.ts'
import { LearningDesk } from './learning-desk.ts'

const START = Date.parse('2026-11-25T12:00:00Z')
const context: Context = {
  ...{ purpose: 'product', category: 'glass', size: 'medium' },
  ...{ needsText: false, needsEdit: false, isTransparent: false },
}
const arm = { model: 'acme/painter', tier: '' }
const newDesk = () => new LearningDesk({ priorOf: () => ({ mean: 0.7, weight: 3 }) })
const shown: Sighting = { isShown: true }
const rejected: Sighting = { ...shown, outcome: { fate: 'reject', weight: 1 } }
const accepted: Sighting = { ...shown, outcome: { fate: 'accept', weight: 1 } }

/** What several desks have written: sums, as the database keeps them. */
function memoryBeliefStore() {
  const counts = new Map<string, Counts>()
  const generations = new Map<string, number>()
  return {
    load: async () => ({
      counts: [...counts].map(([place, sum]) => ({ place, counts: sum })),
      generations: [...generations].map(([key, generation]) => ({ key, generation })),
    }),
    add: async (deltas: readonly CountDelta[]) => {
      for (const { place, counts: more } of deltas) {
        counts.set(place, addCounts(counts.get(place) ?? noCounts, more))
      }
    },
    raise: async (key: string, generation: number) => {
      generations.set(key, Math.max(generation, generations.get(key) ?? 0))
    },
  }
}

/** Shows pictures and hears of them later. */
function show(desk: LearningDesk, outcomes: readonly Sighting[], at = START): boolean {
  let hasChanged = false
  for (const outcome of outcomes) {
    const picture = { arm, context, reach: 1, at }
    desk.note(picture, shown)
    hasChanged = desk.note(picture, outcome, shown) || hasChanged
  }
  return hasChanged
}

const meanOf = (desk: LearningDesk): number => {
  desk.think(START)
  return desk.beliefs([arm], context)[0]?.belief.mean ?? Number.NaN
}

test('rejections of glass bottles lower what is believed of the model that made them', () => {
  const desk = newDesk()
  const before = meanOf(desk)
  show(desk, Array<Sighting>(20).fill(rejected))
  expect(meanOf(desk)).toBeLessThan(before - 0.3)
})

test('pictures nobody spoke of say nothing', () => {
  const desk = newDesk()
  const before = meanOf(desk)
  for (let index = 0; index < 200; index += 1) {
    desk.note({ arm, context, reach: 1, at: START }, shown)
  }
  expect(meanOf(desk)).toBeCloseTo(before, 6)
})

test('a verdict that comes late takes the place of what was counted before', () => {
  const desk = newDesk()
  const picture = { arm, context, reach: 1, at: START }
  const passed: Sighting = { verdict: 'pass', isShown: true }
  desk.note(picture, passed)
  desk.note(picture, { ...passed, outcome: { fate: 'accept', weight: 1 } }, passed)
  const [delta] = desk.takeDeltas()
  expect(delta?.counts.pass_silent?.count).toBeCloseTo(0, 12)
  expect(delta?.counts.pass_accept?.count).toBeGreaterThan(0)
  expect(desk.takeDeltas()).toEqual([])
})

test('what two processes learned is the same for a third, in any order', async () => {
  const [one, two] = [newDesk(), newDesk()]
  show(one, [...Array<Sighting>(12).fill(rejected), accepted])
  show(two, Array<Sighting>(9).fill(accepted))
  const [first, second] = [one.takeDeltas(), two.takeDeltas()]
  const means: number[] = []
  for (const order of [
    [first, second],
    [second, first],
  ]) {
    const store = memoryBeliefStore()
    for (const deltas of order) await store.add(deltas)
    const third = newDesk()
    await third.load(store)
    means.push(meanOf(third))
  }
  expect(means[0]).toBeCloseTo(means[1] ?? 0, 9)
  expect(means[0]).toBeLessThan(meanOf(two))
  expect(means[0]).toBeGreaterThan(meanOf(one))
})

test('what is not written yet survives a reload', async () => {
  const desk = newDesk()
  show(desk, Array<Sighting>(20).fill(rejected))
  const before = meanOf(desk)
  await desk.load(memoryBeliefStore())
  expect(meanOf(desk)).toBeCloseTo(before, 9)
})

describe('a model that changes', () => {
  test('is noticed, and what it was counts little from then on', async () => {
    const desk = newDesk()
    const good = Array.from({ length: 200 }, (_, index) => (index % 10 === 0 ? rejected : accepted))
    expect(show(desk, good)).toBe(false)
    const before = meanOf(desk)
    expect(before).toBeGreaterThan(0.85)
    expect(show(desk, Array<Sighting>(40).fill(rejected))).toBe(true)
    expect(meanOf(desk)).toBeLessThan(before - 0.2)
    expect([...desk.generations().values()]).toEqual([1])
    const store = memoryBeliefStore()
    for (const [key, generation] of desk.generations()) await store.raise(key, generation)
    await store.add(desk.takeDeltas())
    const other = newDesk()
    await other.load(store)
    // The rates of gate and people are approached step by step, so they differ in the last digits.
    expect(meanOf(other)).toBeCloseTo(meanOf(desk), 2)
  })
})

test('a floor that was missed is aimed above, by what people said alone', () => {
  const desk = newDesk()
  expect(desk.aim(0.8, context)).toBeCloseTo(0.8, 6)
  show(desk, [...Array<Sighting>(20).fill(rejected), ...Array<Sighting>(20).fill(accepted)])
  desk.think(START)
  expect(desk.aim(0.8, context)).toBeCloseTo(0.92, 6)
})

test('beliefs are made anew when there is enough that is new, and the version tells', () => {
  const desk = newDesk()
  desk.think(START)
  const { version } = desk
  show(desk, [rejected])
  desk.think(START)
  expect(desk.version).toBe(version)
  show(desk, Array<Sighting>(5).fill(rejected))
  desk.think(START)
  expect(desk.version).toBe(version + 1)
})

describe('gates of another version', () => {
  /** Half of the pictures are good, and people say which: the gate is right of most, or of half. */
  const sightings = (gateVersion: string, rightOf: number, count: number): Sighting[] =>
    Array.from({ length: count }, (_, index) => {
      const isGood = index % 2 === 0
      const isRight = (index * 0.618_033_988_75) % 1 < rightOf
      return {
        ...{ gateVersion, isShown: true, verdict: isGood === isRight ? 'pass' : 'fail' },
        outcome: { fate: isGood ? 'accept' : 'reject', weight: 1 },
      }
    })
  const deskAt = (version: string) =>
    new LearningDesk({
      priorOf: () => ({ mean: 0.7, weight: 3 }),
      gateVersionAt: () => version,
    })
  const see = (desk: LearningDesk, all: readonly Sighting[]): boolean =>
    all.map((one) => desk.note({ arm, context, reach: 1, at: START }, one)).includes(true)
  const gateOf = (desk: LearningDesk) => {
    for (let turn = 0; turn < 20; turn += 1) desk.think(START + turn * 3_600_001)
    return desk.instruments(context.purpose).gate
  }

  test('begin with usual rates and 0.15 of what others did; models stay as known', async () => {
    const store = memoryBeliefStore()
    const old = deskAt('judge#1')
    see(old, sightings('judge#1', 0.98, 2_000))
    const before = gateOf(old)
    expect(before.passBad).toBeLessThan(0.08)
    await store.add(old.takeDeltas())
    const now = deskAt('judge#2')
    await now.load(store)
    const start = gateOf(now)
    // 300 usual pictures, and 0.15 of some 1,000 bad ones.
    expect(start.passBad).toBeGreaterThan(0.15)
    expect(start.passBad).toBeLessThan(0.2)
    expect(Math.abs(meanOf(now) - meanOf(old))).toBeLessThan(0.02)
    see(now, sightings('judge#2', 0.55, 4_000))
    const after = gateOf(now)
    expect(after.passGood - after.passBad).toBeLessThan(0.25)
    expect(Math.abs(meanOf(now) - meanOf(old))).toBeLessThan(0.03)
    // Whoever goes back finds what was measured then.
    await store.add(now.takeDeltas())
    const back = deskAt('judge#1')
    await back.load(store)
    expect(gateOf(back).passBad).toBeLessThan(0.15)
  })

  test('that pass more or fewer pictures are no change of the model', () => {
    const seen = (next: string) => {
      const desk = deskAt('judge#1')
      see(desk, sightings('judge#1', 0.98, 600))
      gateOf(desk)
      return see(desk, sightings(next, 0.5, 200).map(asFailed))
    }
    expect([seen('judge#1'), seen('judge#2')]).toEqual([true, false])
  })
})

const asFailed = (sighting: Sighting): Sighting => ({ ...sighting, verdict: 'fail' })
