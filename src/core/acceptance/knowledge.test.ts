import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../testing/virtual-clock.ts'
import type { Cell } from './cell.ts'
import { placeKey } from './cell.ts'
import { INHERITED, nextWatch, noChange } from './change-watch.ts'
import type { Counts } from './counts.ts'
import { changeKey, presentCells } from './generations.ts'
import type { Instruments } from './instruments.ts'
import { ANY_PURPOSE, beliefAt, makeKnowledge } from './knowledge.ts'

const exact: Instruments = {
  gate: { passGood: 0.9, passBad: 0.2 },
  reports: { badBias: 1, sensitivity: 1, specificity: 1 },
}
const instruments = new Map([[ANY_PURPOSE, exact]])
const priorOf = () => ({ mean: 0.7, weight: 3 })

const place = (model: string, purpose: string, kind: string, variant = '||medium') => ({
  ...{ model, purpose, kind, variant, generation: 0 },
})
const outcomes = (accepted: number, rejected: number): Counts => ({
  none_accept: { count: accepted, reach: accepted },
  none_reject: { count: rejected, reach: rejected },
})
const cell = (at: ReturnType<typeof place>, accepted: number, rejected: number): Cell => ({
  ...at,
  counts: outcomes(accepted, rejected),
})

describe('a belief', () => {
  test('is the prior where nothing was seen', () => {
    const { belief, ownOutcomes } = beliefAt(
      makeKnowledge([], priorOf, instruments),
      place('a', 'hero', 'people'),
    )
    expect(belief.mean).toBeCloseTo(0.7, 3)
    expect(ownOutcomes).toBe(0)
  })

  test('follows twenty outcomes away from its prior', () => {
    const at = place('a', 'hero', 'people')
    const knowledge = makeKnowledge([cell(at, 4, 16)], priorOf, instruments)
    const { belief, ownOutcomes, inheritedOutcomes } = beliefAt(knowledge, at)
    expect(belief.mean).toBeLessThan(0.35)
    expect(ownOutcomes).toBe(20)
    expect(inheritedOutcomes).toBe(0)
  })

  test('in a hard context is low for a model that was never tried there', () => {
    const cells = ['a', 'b', 'c'].flatMap((model) => [
      cell(place(model, 'product', 'glass'), 6, 34),
      cell(place(model, 'product', 'plain'), 34, 6),
    ])
    const knowledge = makeKnowledge(cells, priorOf, instruments)
    const hard = beliefAt(knowledge, place('new', 'product', 'glass')).belief.mean
    const easy = beliefAt(knowledge, place('new', 'product', 'plain')).belief.mean
    expect(hard).toBeLessThan(0.5)
    expect(easy).toBeGreaterThan(0.7)
  })

  test('where cheap models fail is low for untried cheap ones, less so for dear ones', () => {
    const byPromise = (model: string) => ({ mean: model.startsWith('dear') ? 0.8 : 0.5, weight: 3 })
    const cells = ['cheap-1', 'cheap-2', 'cheap-3'].map((model) =>
      cell(place(model, 'text', 'plain'), 4, 36),
    )
    const knowledge = makeKnowledge(cells, byPromise, instruments)
    const fallOf = (model: string) =>
      byPromise(model).mean - beliefAt(knowledge, place(model, 'text', 'plain')).belief.mean
    expect(fallOf('cheap-4')).toBeGreaterThan(fallOf('dear-1') + 0.05)
    expect(fallOf('dear-1')).toBeGreaterThan(0)
  })

  test('is moved by no pictures that nobody spoke of, wherever they stand', () => {
    const seen = [cell(place('a', 'hero', 'people'), 6, 14), cell(place('b', 'hero', 'food'), 9, 1)]
    const silent = (model: string, purpose: string, kind: string): Cell => ({
      ...{ ...place(model, purpose, kind), counts: { none_silent: { count: 50, reach: 50 } } },
    })
    const more = [silent('b', 'hero', 'people'), silent('c', 'blog', 'plain'), ...seen]
    const [before, after] = [seen, more].map((cells) => makeKnowledge(cells, priorOf, instruments))
    for (const at of more) {
      const [was, is] = [before, after].map((known) => known && beliefAt(known, at).belief)
      expect(is?.mean).toBeCloseTo(was?.mean ?? Number.NaN, 9)
      expect(is?.weight).toBeCloseTo(was?.weight ?? Number.NaN, 6)
    }
  })

  test('of the 41st model follows its own pictures, and those of models before it', () => {
    const cells = Array.from({ length: 41 }, (_, model) =>
      cell(place(`m${model}`, 'hero', 'people'), model === 40 ? 1 : 30, model === 40 ? 19 : 10),
    )
    const knowledge = makeKnowledge(cells, priorOf, instruments)
    const meanOf = (model: string) =>
      beliefAt(knowledge, place(model, 'hero', 'people')).belief.mean
    expect(meanOf('m40')).toBeLessThan(0.4)
    expect(meanOf('m40')).toBeGreaterThan(1 / 20)
    expect(meanOf('m39')).toBeCloseTo(0.75, 1)
    expect(meanOf('unseen')).toBeGreaterThan(0.6)
  })

  test('of a model that was only tried on hard pictures is not low elsewhere', () => {
    const cells = [
      ...['a', 'b', 'c'].flatMap((model) => [
        cell(place(model, 'hero', 'people'), 16, 24),
        cell(place(model, 'thumbnail', 'people'), 38, 2),
      ]),
      cell(place('unlucky', 'hero', 'people'), 16, 24),
    ]
    const knowledge = makeKnowledge(cells, priorOf, instruments)
    expect(
      beliefAt(knowledge, place('unlucky', 'thumbnail', 'people')).belief.mean,
    ).toBeGreaterThan(0.85)
  })

  test('counts what was seen in a place once, as if its own prior were all there is', () => {
    const at = place('a', 'hero', 'people')
    const { weight } = beliefAt(makeKnowledge([], priorOf, instruments), at).belief
    const seen = beliefAt(makeKnowledge([cell(at, 0, 4)], priorOf, instruments), at).belief
    expect(seen.mean).toBeCloseTo((0.7 * weight) / (weight + 4), 9)
  })

  test('elsewhere is never surer than places are alike, however much was seen of one', () => {
    const elsewhere = place('a', 'hero', 'food')
    const weightAfter = (pictures: number) => {
      const cells = [cell(place('a', 'hero', 'people'), 0.8 * pictures, 0.2 * pictures)]
      return beliefAt(makeKnowledge(cells, priorOf, instruments), elsewhere).belief.weight
    }
    expect(weightAfter(1_000)).toBeGreaterThan(weightAfter(10))
    expect(weightAfter(1e6) / weightAfter(1_000)).toBeLessThan(1.05)
  })

  test('of few steps is shared with more steps, which reach further', () => {
    const few = place('a', 'blog', 'plain', '|10|medium')
    const many = place('a', 'blog', 'plain', '|50|medium')
    const knowledge = makeKnowledge([cell(few, 30, 10)], priorOf, instruments)
    expect(beliefAt(knowledge, many).belief.mean).toBeGreaterThan(
      beliefAt(knowledge, few).belief.mean,
    )
    expect(beliefAt(knowledge, many).ownOutcomes).toBe(0)
    expect(beliefAt(knowledge, many).inheritedOutcomes).toBe(40)
  })
})

describe('a silent change', () => {
  const play = (before: number, after: number, changesAt = 300, outcomes = 200) => {
    let watch = noChange
    let changedAt: number | undefined
    for (let index = 0; index < changesAt + outcomes && changedAt === undefined; index += 1) {
      const rate = index < changesAt ? before : after
      // Evenly spread, so that there is no luck in it.
      const isGood = Math.floor((index + 1) * rate) > Math.floor(index * rate)
      const next = nextWatch(watch, { isGood, expected: 0.8 })
      watch = next.watch
      if (next.hasChanged) changedAt = index
    }
    return changedAt
  }

  test('is noticed within fifty outcomes, and nothing else is', () => {
    expect(play(0.8, 0.8)).toBeUndefined()
    expect(play(0.8, 0.75)).toBeUndefined()
    const changedAt = play(0.8, 0.4)
    expect(changedAt).toBeGreaterThanOrEqual(300)
    expect(changedAt).toBeLessThan(350)
    expect(play(0.8, 1)).toBeDefined()
  })

  test('of a tenth or two is noticed within two hundred outcomes', () => {
    const changedAt = play(0.8, 0.66)
    expect(changedAt).toBeGreaterThanOrEqual(350)
    expect(changedAt).toBeLessThan(500)
  })

  test('of less than a tenth is noticed within eight hundred outcomes', () => {
    const changedAt = play(0.8, 0.73, 2_000, 900)
    expect(changedAt).toBeGreaterThanOrEqual(2_200)
    expect(changedAt).toBeLessThan(2_800)
  })

  test('is seen once at most in 20,000 outcomes without any', () => {
    const random = seededRandom(7)
    let alarms = 0
    for (let index = 0, watch = noChange; index < 20_000; index += 1) {
      const next = nextWatch(watch, { isGood: (random.bytes(1)[0] ?? 0) < 205, expected: 0.8 })
      watch = next.watch
      alarms += next.hasChanged ? 1 : 0
    }
    expect(alarms).toBeLessThanOrEqual(1)
  })

  test('leaves 15 % of what was counted before it, and so does a new version', () => {
    const old = place('acme/one', 'hero', 'people')
    const stored = [
      [placeKey(old), outcomes(80, 20)],
      [placeKey({ ...old, generation: 1 }), outcomes(1, 3)],
    ] as const
    const changes = new Map([[changeKey(old), 1]])
    const [now, next] = presentCells(stored, changes, new Map([['acme/two', 'acme/one']]), 2)
    expect(now?.counts.none_accept?.count).toBeCloseTo((80 * INHERITED + 1) / 2, 9)
    expect(now?.counts.none_reject?.count).toBeCloseTo((20 * INHERITED + 3) / 2, 9)
    expect(next).toMatchObject({ model: 'acme/two', purpose: 'hero' })
    expect(next?.counts.none_accept?.count).toBeCloseTo(((80 * INHERITED + 1) * INHERITED) / 2, 9)
  })
})
