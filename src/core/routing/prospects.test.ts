import { describe, expect, test } from 'vitest'
import { nanoFromDollars } from '../money.ts'
import { attemptCost } from './arm.ts'
import { atLeastOne, draftProspect } from './draft-refine.ts'
import { massAfter, prospectOf, prospectsOf, scoreOf, sequenceCount, stepsOf } from './prospects.ts'

const one = Float64Array.of(1)
const step = (cost: number, chance: number) => ({ cost, chances: Float64Array.of(chance) })
const cheap = step(0.003, 0.55)
const premium = step(0.04, 0.92)
const gate = { passGood: 0.9, passBad: 0.2, cost: 0.0004 }

describe('a cheap model behind a gate, then a premium one', () => {
  const prospect = prospectOf([cheap, premium], one, gate)
  test('costs $0.022810 for each accepted picture, and $0.029836 with what bad ones cost', () => {
    expect(prospect.spend).toBeCloseTo(0.02, 9)
    expect(prospect.accepted).toBeCloseTo(0.8768, 9)
    expect(prospect.bad).toBeCloseTo(0.1232, 9)
    expect(scoreOf(prospect, 0)).toBeCloseTo(0.02281, 6)
    expect(scoreOf(prospect, 0.05)).toBeCloseTo(0.029836, 6)
  })

  test.each([
    ['premium alone', premium, 0.043478, 0.047826],
    ['cheap alone', cheap, 0.005455, 0.046364],
  ])('%s', (_, only, plain, withBad) => {
    const alone = prospectOf([only], one, gate)
    expect(scoreOf(alone, 0)).toBeCloseTo(plain, 6)
    expect(scoreOf(alone, 0.05)).toBeCloseTo(withBad, 6)
  })

  test('costs more when money has a price', () => {
    const dearer = (prospect.spend * 1.5 + 0.05 * prospect.bad) / prospect.accepted
    expect(scoreOf(prospect, 0.05, 0.5)).toBeCloseTo(dearer, 12)
  })
})

test('without difficulty the best order is by cost for each accepted picture', () => {
  const arms = [step(0.04, 0.92), step(0.003, 0.55), step(0.009, 0.65)]
  const indexes = arms.map(({ cost, chances }) => cost / (chances[0] ?? 1))
  expect(indexes.map((index) => index.toFixed(5))).toEqual(['0.04348', '0.00545', '0.01385'])
  const perfect = { passGood: 1, passBad: 0, cost: 0 }
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]
  const spendOf = (order: readonly number[]) =>
    prospectOf(
      order.map((arm) => arms[arm] ?? cheap),
      one,
      perfect,
    ).spend
  const best = orders.toSorted((a, b) => spendOf(a) - spendOf(b))[0]
  expect(best).toEqual([1, 2, 0])
})

test('a rejection leaves the harder requests', () => {
  const mass = Float64Array.of(0.7, 0.3)
  const [budget, better] = [Float64Array.of(0.8, 0.1), Float64Array.of(0.9, 0.6)]
  const after = massAfter([budget], mass, { passGood: 1, passBad: 0 })
  expect(after[0]).toBeCloseTo(0.3415, 4)
  expect(after[1]).toBeCloseTo(0.6585, 4)
  const chance = (chances: Float64Array) =>
    after.reduce((sum, weight, k) => sum + weight * (chances[k] ?? 0), 0)
  expect(chance(budget)).toBeCloseTo(0.339, 4)
  expect(chance(better)).toBeCloseTo(0.7024, 4)
})

test('all sequences at once come to the same as each by itself', () => {
  const mass = Float64Array.of(0.5, 0.3, 0.2)
  const steps = [
    { cost: 3, chances: Float64Array.of(0.8, 0.5, 0.1) },
    { cost: 20, chances: Float64Array.of(0.95, 0.8, 0.5) },
  ]
  const all = prospectsOf(steps, mass, { ...gate, cost: 1 })
  expect(all.accepted.length).toBe(sequenceCount(2))
  for (const index of all.accepted.keys()) {
    const sequence = stepsOf(index, 2).map((arm) => steps[arm] ?? cheap)
    const alone = prospectOf(sequence, mass, { ...gate, cost: 1 })
    expect(all.spend[index]).toBeCloseTo(alone.spend, 12)
    expect(all.accepted[index]).toBeCloseTo(alone.accepted, 12)
    expect(all.bad[index]).toBeCloseTo(alone.bad, 12)
  }
})

test('ten seconds of a function with two gigabytes cost $0.000333', () => {
  const secondNano = 2 * 0.0000166667 * 1e9
  expect(attemptCost({ priceNano: 0n }, secondNano, 10) / 1e9).toBeCloseTo(0.000333, 6)
  const parts = {
    priceNano: nanoFromDollars('0.04'),
    moderationNano: nanoFromDollars('0.001'),
    storageNano: nanoFromDollars('0.0002'),
    egressNano: nanoFromDollars('0.0001'),
  }
  expect(attemptCost(parts, 0, 10)).toBe(41_300_000)
})

describe('drafts that are refined', () => {
  test.each([
    [1, 0.6],
    [2, 0.84],
    [3, 0.936],
    [4, 0.9744],
  ])('%i at 0.6 hold a good one with %d', (drafts, chance) => {
    expect(atLeastOne(0.6, drafts)).toBeCloseTo(chance, 12)
  })

  const plan = {
    ...{ drafts: 4, draftNano: 3e6, refineNano: 80e6, premiumNano: 80e6 },
    ...{ draftChance: 0.6, blindChance: 0.6 },
  }

  test('save 71.25 % of making four at once, but win only above 0.69 against one by one', () => {
    const good = draftProspect({ ...plan, refineChance: 0.9 })
    expect(good.costNano).toBe(92e6)
    expect(good.savedShare).toBeCloseTo(0.7125, 12)
    expect(good.oneByOneNano / 1e9).toBeCloseTo(0.1333, 4)
    expect(good.leastRefineChance).toBeCloseTo(0.69, 12)
    expect(good.isWorthIt).toBe(true)
    expect(draftProspect({ ...plan, refineChance: 0.68 }).isWorthIt).toBe(false)
  })
})
