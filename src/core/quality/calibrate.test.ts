import { describe, expect, test } from 'vitest'
import {
  cheapestThreshold,
  type LabelledScore,
  type PassRates,
  promisedThreshold,
} from './calibrate.ts'

const rows = (count: number, score: number, isGood: boolean): readonly LabelledScore[] =>
  Array.from({ length: count }, () => ({ score, isGood }))
/** Good pictures score high, bad ones low, some the other way. */
const labels = [
  ...rows(80, 0.9, true),
  ...rows(20, 0.5, true),
  ...rows(10, 0.9, false),
  ...rows(60, 0.5, false),
  ...rows(30, 0.1, false),
]

/** Of 100 good and 100 bad pictures: money for each that is made, shown bad, or judged. */
const plan =
  (showingBad: number, gatePrice: number) =>
  (gate?: PassRates): number => {
    const { passGood, passBad } = gate ?? { passGood: 1, passBad: 1 }
    const delivered = 0.5 * passGood + 0.5 * passBad
    const price = gate === undefined ? 0 : gatePrice
    return (0.04 + price) / delivered + (showingBad * 0.5 * passBad) / delivered
  }

describe('the cheapest threshold', () => {
  test('is strict where bad pictures are dear, with the rates that it was chosen by', () => {
    expect(cheapestThreshold(labels, plan(1, 0.001))).toEqual({
      ...{ kind: 'threshold', threshold: 0.9, passGood: 0.8, passBad: 0.1, passRate: 0.45 },
    })
  })

  test('is loose where they are cheap', () => {
    const cheap = cheapestThreshold(labels, plan(0.1, 0.0001))
    expect(cheap).toMatchObject({ kind: 'threshold', threshold: 0.5, passGood: 1 })
  })

  test('a gate that does not pay for itself is off', () => {
    expect(cheapestThreshold(labels, plan(0.001, 0.02))).toMatchObject({ kind: 'off' })
  })

  test('few labels decide nothing', () => {
    const few = [...rows(500, 0.9, true), ...rows(19, 0.1, false)]
    expect(cheapestThreshold(few, plan(1, 0))).toMatchObject({ kind: 'too_few_labels' })
  })
})

describe('a promised share of bad pictures', () => {
  test('is kept by the lowest threshold that can prove it', () => {
    const many = [...rows(400, 0.9, true), ...rows(5, 0.9, false), ...rows(100, 0.4, false)]
    const found = promisedThreshold(many, 0.05)
    expect(found).toMatchObject({ kind: 'threshold', threshold: 0.9, passGood: 1 })
    expect(found.bound).toBeLessThan(0.05)
  })

  test('nothing passes when it cannot be kept, and that is said', () => {
    expect(promisedThreshold(labels, 0.05)).toMatchObject({ kind: 'nothing_passes' })
    expect(promisedThreshold(rows(298, 1, true), 0.01)).toMatchObject({
      kind: 'too_few_labels',
      reason: '298 labelled pictures; a promise of 0.01 needs 299',
    })
  })
})
