import { describe, expect, test } from 'vitest'
import { normalDifficulty } from '../acceptance/difficulty.ts'
import { sigmoid } from '../acceptance/logit.ts'
import { nanoFromDollars } from '../money.ts'
import type { Arm, Gate } from './arm.ts'
import { choosePlan } from './choose-plan.ts'
import { planSequences } from './plan-sequences.ts'
import type { PlanningInput, Wishes } from './sequence-plan.ts'

/** Invented for these tests: dollars, seconds, and ability in log-odds in the eight contexts. */
const WORLD: readonly [name: string, dollars: string, seconds: number, ...abilities: number[]][] = [
  ['schnell', '0.003', 2, 1.6, 0.2, 0.6, -1, -0.8, 0.8, -3, -1.5],
  ['sdxl', '0.009', 4, 1.5, 0.3, 0.9, -0.6, -0.5, 0.9, -3, -0.8],
  ['sd35turbo', '0.008', 3, 1.7, -0.6, 1.1, -0.9, -0.3, 0.9, -2.2, -0.7],
  ['imagen3', '0.04', 12, 2.6, 2.2, 2.5, 2, 2.2, 2, -0.5, 1.6],
  ['gptimg-med', '0.02', 8, 2.3, 1.8, 2.1, 1.4, 1.3, 1.9, 1.9, 0.9],
  ['dalle3', '0.04', 10, 2.4, 1.9, 2.2, 1.5, 1.2, 2.1, -0.3, 1.1],
  ['dalle3-hd', '0.08', 15, 2.8, 2.3, 2.6, 1.9, 1.7, 2.3, 0, 1.9],
]
const CONTEXTS = [
  { name: 'thumb/plain', floor: 0.8, bad: 0.01 },
  { name: 'thumb/glass', floor: 0.8, bad: 0.01 },
  { name: 'product/plain', floor: 0.88, bad: 0.05 },
  { name: 'product/glass', floor: 0.88, bad: 0.05 },
  { name: 'product/people', floor: 0.88, bad: 0.05 },
  { name: 'blog/any', floor: 0.8, bad: 0.02 },
  { name: 'text/any', floor: 0.85, bad: 0.06 },
  { name: 'hero/any', floor: 0.9, bad: 0.2 },
] as const

const SIGMA = 0.8
const { at, mass } = normalDifficulty(SIGMA)
const meanOf = (ability: number) =>
  at.reduce((sum, node, k) => sum + (mass[k] ?? 0) * sigmoid(ability - node), 0)

const armsIn = (context: number, weight = 1e9): Arm[] =>
  WORLD.map(([name, dollars, seconds, ...abilities]) => ({
    ...{ name, offer: name, provider: name.slice(0, 3) },
    cost: { priceNano: nanoFromDollars(dollars) },
    belief: { mean: meanOf(abilities[context] ?? 0), weight },
    seconds: [seconds],
  }))

const gate: Gate = { passGood: 0.9, passBad: 0.2, costNano: 600_000n, seconds: 0 }
const wishesOf = (context: number, more: Partial<Wishes> = {}): Wishes => ({
  floor: CONTEXTS[context]?.floor ?? 0,
  badNano: (CONTEXTS[context]?.bad ?? 0) * 1e9,
  ...{ secondNano: 20_000, isCritical: false, moneyPrice: 0, ...more },
})
const inputOf = (context: number, more: Partial<PlanningInput> = {}): PlanningInput => ({
  ...{ arms: armsIn(context), gate, wishes: wishesOf(context), sigma: SIGMA, ...more },
})
const names = (steps: readonly number[]) => steps.map((step) => WORLD[step]?.[0])

describe('with perfect knowledge the best sequence', () => {
  test.each([
    ['thumb/plain', ['schnell', 'schnell', 'schnell'], 0.00576, 0.932],
    ['thumb/glass', ['schnell', 'schnell', 'gptimg-med'], 0.01311, 0.823],
    ['product/plain', ['sd35turbo', 'schnell', 'gptimg-med'], 0.01919, 0.897],
    ['product/glass', ['gptimg-med', 'gptimg-med', 'gptimg-med'], 0.03459, 0.917],
    ['product/people', ['gptimg-med', 'gptimg-med', 'gptimg-med'], 0.03578, 0.909],
    ['blog/any', ['schnell', 'schnell', 'schnell'], 0.0095, 0.855],
    ['text/any', ['gptimg-med', 'gptimg-med', 'gptimg-med'], 0.03062, 0.95],
    ['hero/any', ['gptimg-med', 'imagen3', 'dalle3-hd'], 0.0662, 0.903],
  ] as const)('in %s is %j', (name, steps, score, accepted) => {
    const context = CONTEXTS.findIndex((each) => each.name === name)
    const { known } = planSequences(inputOf(context))
    expect(names(known.steps)).toEqual(steps)
    expect(known.score / 1e9).toBeCloseTo(score, 5)
    expect(known.prospect.accepted).toBeCloseTo(accepted, 3)
    expect(known.floor.isReachable).toBe(true)
  })
})

test('a price that changes is a price in the next plan', () => {
  const arms = armsIn(0).map((arm) =>
    arm.name === 'schnell' ? { ...arm, cost: { priceNano: nanoFromDollars('0.03') } } : arm,
  )
  expect(names(planSequences(inputOf(0, { arms })).known.steps)).toContain('sd35turbo')
})

test('a floor out of reach is said, and the last bit of acceptance is not bought', () => {
  const { known } = planSequences(inputOf(7, { wishes: wishesOf(7, { floor: 0.99 }) }))
  expect(known.floor.isReachable).toBe(false)
  expect(known.floor.effective).toBeLessThan(0.95)
  expect(known.prospect.accepted).toBeGreaterThanOrEqual(known.floor.effective)
})

describe('a gate', () => {
  test('that pays is on, with both scores', () => {
    const { gate: choice } = planSequences(inputOf(2)).known
    expect(choice).toMatchObject({ isOn: true, reason: 'pays' })
    expect(choice.withNano).toBeGreaterThan(0)
  })

  test('that costs more than it saves is off and says so', () => {
    const dear = { ...gate, costNano: nanoFromDollars('0.5') }
    const { known } = planSequences(inputOf(6, { gate: dear, wishes: wishesOf(6, { floor: 0.5 }) }))
    expect(known.steps).toHaveLength(1)
    expect(known.gate).toMatchObject({ isOn: false, reason: 'unpaid' })
    expect(known.gate.withNano ?? 0).toBeGreaterThan(known.gate.withoutNano ?? 0)
  })

  test('that says nothing is not used', () => {
    const blind = { ...gate, passGood: 0.5, passBad: 0.4 }
    const { known } = planSequences(inputOf(2, { gate: blind }))
    expect(known.steps).toHaveLength(1)
    expect(known.gate.reason).toBe('useless')
    expect(planSequences(inputOf(2, { gate: undefined })).known.gate.reason).toBe('absent')
  })

  test('that says nothing looks at one picture in fifty, paid from what exploring may cost', () => {
    const plans = planSequences(inputOf(2, { gate: { ...gate, passGood: 0.5, passBad: 0.4 } }))
    const reasonsAt = (leftNano: number, lookNano: number | undefined): readonly string[] =>
      Array.from({ length: 1_000 }, (_, turn) => {
        const look = lookNano === undefined ? {} : { lookNano }
        const draw = ((turn * 7_919) % 50_021) / 50_021
        const chosen = choosePlan(plans, { leftNano, draw, ...look })
        const isTrial = chosen.gate.reason === 'trial'
        expect(chosen).toMatchObject({
          ...{ plan: plans.known, propensity: 1, isExploring: isTrial },
          extraNano: isTrial ? lookNano : 0,
          gate: { isOn: isTrial },
        })
        return chosen.gate.reason
      })
    const trials = (reasons: readonly string[]) => reasons.filter((reason) => reason === 'trial')
    expect(trials(reasonsAt(1e6, 600_000)).length / 1_000).toBeCloseTo(0.02, 2)
    expect(trials(reasonsAt(1e5, 600_000))).toEqual([])
    expect(trials(reasonsAt(1e6, undefined))).toEqual([])
    const paying = choosePlan(planSequences(inputOf(2)), { leftNano: 1e9, draw: 0, lookNano: 1 })
    expect(paying.gate.reason).toBe('pays')
  })
})

test('a time limit is kept, and what is too slow loses for that', () => {
  const limit = wishesOf(3, { floor: 0.5, limitSeconds: 9 })
  const { known } = planSequences(inputOf(3, { wishes: limit }))
  expect(known.p95Seconds).toBeLessThanOrEqual(9)
  expect(known.losers[3]).toBe('too_slow')
})

test('where nothing is in time a deadline takes the quickest, a soft limit what is best', () => {
  const tooShort = { floor: 0.8, limitSeconds: 0.6 }
  const arms = armsIn(3).map((arm) => ({ ...arm, seconds: arm.seconds.flatMap((s) => [s / 4, s]) }))
  const planOf = (wishes: Wishes) =>
    names(planSequences(inputOf(3, { arms, wishes, gate: undefined })).known.steps)
  expect(planOf(wishesOf(3, tooShort))).toEqual(['schnell'])
  expect(planOf(wishesOf(3, { ...tooShort, isLimitSoft: true }))).not.toEqual(['schnell'])
})

test('each loser has one reason, those in the plan none', () => {
  const { known } = planSequences(inputOf(7))
  expect(names(known.steps)).toEqual(['gptimg-med', 'imagen3', 'dalle3-hd'])
  expect(known.losers).toEqual([
    ...['below_floor', 'dominated', 'below_floor', undefined, undefined, 'dominated', undefined],
  ])
})

test('a critical purpose holds its floor by the lower bound, so it pays for more', () => {
  const arms = armsIn(5, 20)
  const usual = planSequences(inputOf(5, { arms })).known
  const critical = wishesOf(5, { isCritical: true })
  const careful = planSequences(inputOf(5, { arms, wishes: critical })).known
  expect(careful.prospect.spend).toBeGreaterThan(usual.prospect.spend)
})

test('after a refusal the request is taken for a hard one', () => {
  const one = { arms: armsIn(0).slice(0, 1), attempts: 1 }
  const fresh = planSequences(inputOf(0, one)).known.prospect
  const after = planSequences(inputOf(0, { ...one, refused: [0.8] })).known.prospect
  expect(after.accepted).toBeLessThan(fresh.accepted)
})

describe('exploring', () => {
  const armsWith = (context: number, unknown: Readonly<Record<string, Arm['belief']>>) =>
    armsIn(context).map((arm) => {
      const belief = unknown[arm.name]
      return belief === undefined ? arm : { ...arm, belief, optimism: 1.2 }
    })
  const input = inputOf(1, { arms: armsWith(1, { sdxl: { mean: 0.5, weight: 2 } }), seen: 500 })
  const plans = planSequences(input)

  test('tries what may be better, at a known chance, while the budget lasts', () => {
    const [first] = plans.tries
    expect(names(first?.plan.steps ?? [])[0]).toBe('sdxl')
    const [yes, no] = [0, 0.99].map((draw) => choosePlan(plans, { leftNano: 1e9, draw }))
    expect(yes).toMatchObject({ isExploring: true, plan: first?.plan, instead: plans.known })
    expect(no).toMatchObject({ isExploring: false, extraNano: 0, plan: plans.known })
    expect(no?.instead).toBe(first?.plan)
    expect((yes?.propensity ?? 0) + (no?.propensity ?? 0)).toBe(1)
    const [broke, scarce] = [{ leftNano: -1 }, { leftNano: 1e9, leastWorth: 1e9 }].map((left) =>
      choosePlan(plans, { ...left, draw: 0 }),
    )
    expect(broke).toMatchObject({ plan: plans.known, propensity: 1 })
    expect(scarce).toMatchObject({ plan: plans.known, propensity: 1 })
  })

  test('tries one offer at a time, and then what is known', () => {
    const known = new Set(plans.known.steps)
    for (const { plan } of plans.tries) {
      const [first = -1, ...others] = plan.steps
      expect(known.has(first)).toBe(false)
      expect(others.every((step) => step === first || known.has(step))).toBe(true)
    }
  })

  test('goes first where more may be saved', () => {
    const unknown = { sdxl: { mean: 0.4, weight: 3 }, dalle3: { mean: 0.4, weight: 3 } }
    const { tries } = planSequences(inputOf(1, { arms: armsWith(1, unknown), seen: 2_000 }))
    expect(names(tries[0]?.plan.steps ?? [])[0]).toBe('sdxl')
  })

  test('goes on where a floor is out of reach, though what is known seems surer', () => {
    const dear = { mean: 0.6, weight: 130 }
    const unknown = { mean: 0.39, weight: 10 }
    const two = armsIn(6)
      .filter(({ name }) => name === 'dalle3-hd' || name === 'gptimg-med')
      .map((arm) => ({ ...arm, belief: arm.name === 'dalle3-hd' ? dear : unknown, optimism: 0.8 }))
    const { known, tries } = planSequences(inputOf(6, { arms: two, seen: 300 }))
    const nameOf = (step: number | undefined) => two[step ?? 0]?.name
    expect(known.floor.isReachable).toBe(false)
    expect(known.steps.map(nameOf)).toEqual(['dalle3-hd', 'dalle3-hd', 'dalle3-hd'])
    expect(tries[0]?.plan.steps.map(nameOf)[0]).toBe('gptimg-med')
  })

  test('tries what may be much cheaper though nobody can be sure that the floor holds then', () => {
    const two = armsIn(4)
      .filter(({ name }) => name === 'dalle3-hd' || name === 'gptimg-med')
      .map((arm) => ({
        ...arm,
        belief: arm.name === 'dalle3-hd' ? { mean: 0.9, weight: 200 } : { mean: 0.6, weight: 3 },
        optimism: 1,
      }))
    const only = { arms: two, wishes: wishesOf(4, { floor: 0.8 }), attempts: 1, seen: 300 }
    const { known, tries } = planSequences(inputOf(4, only))
    const nameOf = (step: number | undefined) => two[step ?? 0]?.name
    expect(known.floor.isReachable).toBe(true)
    expect(known.steps.map(nameOf)).toEqual(['dalle3-hd'])
    expect(tries[0]?.plan.steps.map(nameOf)).toEqual(['gptimg-med'])
    // It is cheaper, but what it may miss of the floor is on the bill of exploring.
    expect(tries[0]?.plan.score).toBeLessThan(known.score)
    expect(tries[0]?.extraNano).toBeGreaterThan(0)
    // Too few requests are expected to make up for that.
    expect(planSequences(inputOf(4, { ...only, seen: 1 })).tries).toEqual([])
  })

  test('gives another provider its turn when one had them all', () => {
    const turn = { leftNano: 1e9, draw: 0.99, isOneSided: true }
    const [first = 0] = choosePlan(plans, turn).plan.steps
    const [usual = 0] = plans.known.steps
    expect(input.arms[first]?.provider).not.toBe(input.arms[usual]?.provider)
  })
})

test('no offer at all is a mistake of the caller', () => {
  expect(() => planSequences(inputOf(0, { arms: [] }))).toThrow(RangeError)
})
