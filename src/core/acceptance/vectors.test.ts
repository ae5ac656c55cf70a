import { describe, expect, test } from 'vitest'
import { betaShare } from '../statistics/beta.ts'
import { DAY_MS } from '../time.ts'
import { acceptedShare, arrivedShare, fitDelay, usualDelay } from './delayed.ts'
import { chancesOf, fitSigma, normalDifficulty, PRIOR_SIGMA } from './difficulty.ts'
import { aimFor } from './floor-controller.ts'
import { forwardWeight, remainingWeight } from './forward-decay.ts'
import { goodAfter, goodShareOf, isGateUseful, likelihoodsOf } from './instruments.ts'
import { intervalOf } from './interval.ts'
import { nextMoneyPrice, stepOfMoneyPrice } from './money-price.ts'
import { cautious, deviationOf, optimismFor, optimistic, posterior } from './posterior.ts'
import { fewerStepsPay, risingShares, stepCost, stepLevels, stepShare } from './steps.ts'
import { termsOf } from './terms.ts'

const gate = { passGood: 0.9, passBad: 0.2 }
const perfect = likelihoodsOf({
  gate,
  reports: { badBias: 1, sensitivity: 1, specificity: 1 },
})
const seen = (count: number) => ({ count, reach: count })

describe('a belief', () => {
  const belief = posterior({ mean: 0.7, weight: 10 }, [
    { terms: termsOf({ none_accept: seen(3), none_reject: seen(5) }, perfect), shift: 0 },
  ])

  test('of 0.7 that counts as ten pictures, after 3 accepted of 8, is Beta(10, 8)', () => {
    expect(belief.mean).toBeCloseTo(10 / 18, 4)
    expect(belief.weight * belief.mean).toBeCloseTo(10, 3)
    expect(deviationOf(belief)).toBeCloseTo(0.114, 4)
  })

  test('has an interval that holds 80 % of it', () => {
    const [low, high] = intervalOf(belief)
    expect(betaShare(high, 10, 8) - betaShare(low, 10, 8)).toBeCloseTo(0.8, 3)
  })

  test('is hoped better than its mean, within bounds, and held to less where critical', () => {
    expect(optimistic(belief)).toBeCloseTo(0.5556 + 0.6 * 0.114, 3)
    expect(optimistic({ mean: 0.97, weight: 10 })).toBe(0.98)
    expect(cautious(belief, 1)).toBeCloseTo(0.5556 - 0.114, 3)
    expect(optimismFor(100, 100)).toBe(0.6)
    expect(optimismFor(0, 500)).toBeGreaterThan(1)
  })

  test('of verdicts alone finds what Rogan and Gladen say, at half the weight of labels', () => {
    const counts = { pass_unseen: seen(585), fail_unseen: seen(415) }
    const found = posterior({ mean: 0.7, weight: 0.001 }, [
      { terms: termsOf(counts, perfect), shift: 0 },
    ])
    expect(found.mean).toBeCloseTo(0.55, 4)
    expect(found.weight / 1_000).toBeCloseTo(0.5, 2)
  })
})

describe('a gate', () => {
  test('that passes 58.5 % has seen 55 % good pictures', () => {
    expect(goodShareOf(0.585, gate)).toBeCloseTo(0.55, 9)
  })

  test('makes a picture likelier good or bad by its verdict', () => {
    expect(goodAfter('pass', 0.55, gate)).toBeCloseTo(0.495 / 0.585, 9)
    expect(goodAfter('fail', 0.55, gate)).toBeCloseTo(0.055 / 0.415, 9)
  })

  test('that hardly tells good from bad is useless', () => {
    expect(isGateUseful({ passGood: 0.6, passBad: 0.46 })).toBe(false)
    expect(goodShareOf(0.5, { passGood: 0.6, passBad: 0.46 })).toBeUndefined()
  })
})

describe('time', () => {
  test('leaves a quarter of an outcome after 28 days', () => {
    expect(remainingWeight(28 * DAY_MS)).toBe(0.25)
    const [then, now] = [Date.parse('2026-11-01'), Date.parse('2026-11-29')]
    expect(forwardWeight(then) / forwardWeight(now)).toBeCloseTo(0.25, 12)
  })

  test('has brought all outcomes of six old pictures and half of those of four young ones', () => {
    expect(acceptedShare(5, [1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5])).toBe(0.625)
  })

  test('brings half of the outcomes by their median delay', () => {
    expect(arrivedShare(usualDelay.medianMs, usualDelay)).toBeCloseTo(0.5, 6)
    expect(arrivedShare(0, usualDelay)).toBe(0)
    const measured = fitDelay(Array.from({ length: 21 }, (_, index) => 2 ** (index - 10) * 1_000))
    expect(measured.medianMs / 1_000).toBeCloseTo(1, 2)
    expect(fitDelay([1_000])).toBe(usualDelay)
  })
})

describe('difficulty', () => {
  test('is spread as a normal distribution: all moments that nine nodes can have', () => {
    const { at, mass } = normalDifficulty(1)
    let moment = 1
    for (let power = 2; power <= 16; power += 2) {
      moment *= power - 1
      const found = at.reduce((sum, node, k) => sum + (mass[k] ?? 0) * node ** power, 0)
      expect(found / moment).toBeCloseTo(1, 9)
    }
  })

  test.each([0.05, 0.3, 0.55, 0.9, 0.98])('keeps a chance of %d over all requests', (share) => {
    const difficulty = normalDifficulty(0.8)
    const mean = chancesOf(share, difficulty).reduce(
      (sum, chance, k) => sum + chance * (difficulty.mass[k] ?? 0),
      0,
    )
    expect(mean).toBeCloseTo(share, 3)
  })

  test('is found again in how rare acceptance is after a rejection', () => {
    const wide = { first: 0.6, second: 0.6, secondAfterRejection: 0.5, count: 1e6 }
    expect(fitSigma([wide])).toBeGreaterThan(PRIOR_SIGMA)
    expect(fitSigma([{ ...wide, secondAfterRejection: 0.6 }])).toBeLessThan(0.1)
    expect(fitSigma([])).toBe(PRIOR_SIGMA)
    expect(fitSigma([{ ...wide, secondAfterRejection: 0.6, count: 1 }])).toBeCloseTo(0.8, 1)
  })
})

describe('steps', () => {
  test('cost 35 % less at half with 30 % fixed, 60 % less at 20 of 50 with none', () => {
    expect(stepCost(25, 50, 0.3)).toBeCloseTo(0.65, 12)
    expect(stepCost(20, 50, 0)).toBeCloseTo(0.4, 12)
    expect(stepCost(20, 50, 1)).toBe(1)
  })

  test('are worth saving when acceptance falls by less than the cost', () => {
    const usual = { acceptance: 0.8, cost: 1 }
    expect(fewerStepsPay({ acceptance: 0.7, cost: 0.65 }, usual)).toBe(true)
    expect(fewerStepsPay({ acceptance: 0.5, cost: 0.65 }, usual)).toBe(false)
  })

  test('of distilled models stay as intended', () => {
    const range = { min: 1, max: 12, default: 4 }
    expect(stepLevels({ ...range, isDistilled: true })).toEqual([4])
    expect(stepLevels({ min: 10, max: 50, default: 50, isDistilled: false })).toEqual([
      20, 25, 35, 50,
    ])
  })

  test('never make a picture worse: neighbours share what contradicts that', () => {
    expect(stepShare(10)).toBeLessThan(stepShare(20))
    const levels = [
      { mean: 0.6, weight: 10 },
      { mean: 0.5, weight: 30 },
      { mean: 0.9, weight: 5 },
    ]
    expect(risingShares(levels)).toEqual([0.525, 0.525, 0.9])
  })
})

describe('control', () => {
  test('aims higher for what was missed, by a bounded part, and gives little back', () => {
    expect(aimFor(0.8, { mean: 0.78, weight: 1e9 })).toBeCloseTo(0.83, 3)
    expect(aimFor(0.8, { mean: 0.5, weight: 1e9 })).toBeCloseTo(0.92, 3)
    expect(aimFor(0.8, { mean: 0.95, weight: 1e9 })).toBeCloseTo(0.79, 3)
    // A shortfall that may be chance is none.
    expect(aimFor(0.8, { mean: 0.78, weight: 100 })).toBeLessThan(0.81)
  })

  test('makes money dearer while a budget is spent too fast, and never pays for spending', () => {
    expect(nextMoneyPrice(0, { spentShare: 0.6, timeShare: 0.4 })).toBeCloseTo(0.1, 12)
    expect(nextMoneyPrice(0.1, { spentShare: 0.1, timeShare: 0.9 })).toBe(0)
    expect([0, 0.09, 0.1, 0.25, 4.2].map(stepOfMoneyPrice)).toEqual([0, 0, 0.1, 0.21, 4.0545])
  })
})
