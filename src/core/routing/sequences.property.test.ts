import { expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { canonicalJson } from '../json.ts'
import type { Arm } from './arm.ts'
import { choosePlan } from './choose-plan.ts'
import { explorationLeft, noSpend, withDecision } from './exploration-budget.ts'
import { drawsOf, secondsOf, sequenceQuantile } from './latency-sum.ts'
import { explainArms, fromPlanLog, planLogSchema, toPlanLog } from './plan-log.ts'
import { planSequences } from './plan-sequences.ts'
import { reachAfter } from './reach.ts'
import { remakeDecision } from './remake-decision.ts'

const share = fc.double({ min: 0.02, max: 0.98, noNaN: true })
const arm: fc.Arbitrary<Arm> = fc.record({
  name: fc.string({ minLength: 1, maxLength: 4 }),
  offer: fc.constantFrom('anvil', 'brush', 'clay', 'dye', 'easel', 'felt'),
  provider: fc.constantFrom('acme', 'bolt', 'cask'),
  cost: fc.record({ priceNano: fc.bigInt({ min: 1_000n, max: 10n ** 9n }) }),
  belief: fc.record({ mean: share, weight: fc.double({ min: 1, max: 500, noNaN: true }) }),
  seconds: fc.array(fc.double({ min: 0.1, max: 60, noNaN: true }), { minLength: 1, maxLength: 30 }),
})
const input = fc.record({
  arms: fc.array(arm, { minLength: 1, maxLength: 12 }),
  gate: fc.option(
    fc.record({
      passGood: share,
      passBad: share,
      costNano: fc.bigInt({ min: 0n, max: 10n ** 7n }),
      seconds: fc.constantFrom(0, 1.5),
    }),
    { nil: undefined },
  ),
  wishes: fc.record({
    floor: share,
    badNano: fc.integer({ min: 0, max: 10 ** 9 }),
    secondNano: fc.constantFrom(0, 20_000),
    limitSeconds: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
    isCritical: fc.boolean(),
    moneyPrice: fc.constantFrom(0, 0.5),
  }),
  sigma: fc.double({ min: 0, max: 1.5, noNaN: true }),
  seen: fc.integer({ min: 0, max: 10_000 }),
})
const exploration = fc.record({
  leftNano: fc.integer({ min: -(10 ** 6), max: 10 ** 8 }),
  draw: fc.double({ min: 0, max: 0.999, noNaN: true }),
  lookNano: fc.option(fc.integer({ min: 0, max: 10 ** 7 }), { nil: undefined }),
})

test('a plan keeps the floor when it can, and shares are shares', () => {
  fc.assert(
    fc.property(input, (asked) => {
      const { known, tries } = planSequences(asked)
      const { accepted, bad } = known.prospect
      expect(accepted).toBeGreaterThanOrEqual(known.floor.effective)
      if (known.floor.isReachable) {
        expect(known.floor.effective).toBeGreaterThanOrEqual(asked.wishes.floor - 0.01 - 1e-9)
      }
      expect(accepted + bad).toBeCloseTo(1, 4)
      for (const { extraNano, savedNano, plan } of tries) {
        expect(savedNano).toBeGreaterThan(extraNano)
        expect(known.steps).not.toContain(plan.steps[0])
      }
      for (const { steps, losers } of [known, ...tries.map(({ plan }) => plan)]) {
        expect(steps.length).toBeLessThanOrEqual(3)
        expect(losers.map((reason) => reason === undefined)).toEqual(
          asked.arms.map((_, position) => steps.includes(position)),
        )
      }
    }),
  )
})

test('what all attempts cost more, no plan costs less', () => {
  fc.assert(
    fc.property(input, fc.bigInt({ min: 1n, max: 10n ** 8n }), (asked, more) => {
      const dearer = asked.arms.map((one) => ({
        ...one,
        cost: { priceNano: one.cost.priceNano + more },
      }))
      const before = planSequences(asked).known.score
      const after = planSequences({ ...asked, arms: dearer }).known.score
      // Beyond eight arms that are worth trying some are left out, by costs too.
      if (asked.arms.length <= 8) expect(after).toBeGreaterThanOrEqual(before * (1 - 1e-9))
    }),
  )
})

test('an offer more never makes an accepted picture dearer, at a floor in reach', () => {
  fc.assert(
    fc.property(input, arm, (asked, another) => {
      if (asked.arms.length >= 8) return
      const before = planSequences(asked).known
      const after = planSequences({ ...asked, arms: [...asked.arms, another] }).known
      if (before.floor.isReachable) {
        expect(after.score).toBeLessThanOrEqual(before.score * (1 + 1e-9))
      }
    }),
  )
})

test('a decision is made again from its log, and explained for every arm', () => {
  fc.assert(
    fc.property(input, exploration, (asked, chance) => {
      const chosen = choosePlan(planSequences(asked), chance)
      const text = JSON.stringify(toPlanLog(asked, chance))
      const read = fromPlanLog(planLogSchema.parse(JSON.parse(text)))
      const again = choosePlan(planSequences(read.input), read.exploration)
      expect(again).toEqual(chosen)
      const { isExploring, propensity } = chosen
      expect(remakeDecision(JSON.parse(text))).toMatchObject({ isExploring, propensity })
      const logged = toPlanLog(read.input, read.exploration)
      expect(canonicalJson(JSON.parse(JSON.stringify(logged)))).toBe(
        canonicalJson(JSON.parse(text)),
      )
      for (const explained of explainArms(asked, chosen)) {
        expect(explained.step === undefined).toBe(explained.reason !== undefined)
        const [low, high] = explained.interval
        expect(low).toBeLessThanOrEqual(high)
      }
    }),
    { numRuns: 50 },
  )
})

test('exploring never costs more than 5 % beyond the best known plans', () => {
  const decision = fc.record({
    knownNano: fc.integer({ min: 1, max: 1_000 }),
    extraNano: fc.integer({ min: 0, max: 400 }),
  })
  fc.assert(
    fc.property(fc.array(decision, { minLength: 300, maxLength: 400 }), (decisions) => {
      let spend = noSpend
      for (const { knownNano, extraNano } of decisions) {
        const isAllowed = extraNano <= explorationLeft(spend, knownNano).leftNano
        spend = withDecision(spend, { knownNano, extraNano: isAllowed ? extraNano : 0 })
      }
      const ahead = (50 * spend.knownNano) / spend.requests
      expect(spend.extraNano).toBeLessThanOrEqual(0.05 * (spend.knownNano + 2 * ahead))
    }),
  )
})

test('the less is left for exploring, the more a try must promise, between 1 and 1,000', () => {
  const cost = fc.integer({ min: 1, max: 1_000 })
  fc.assert(
    fc.property(fc.array(cost, { minLength: 1, maxLength: 60 }), (extras) => {
      let [spend, before] = [noSpend, explorationLeft(noSpend, 1_000)]
      expect(before.leastWorth).toBe(1)
      for (const extraNano of extras) {
        spend = withDecision(spend, { knownNano: 1_000, extraNano })
        const after = explorationLeft(spend, 1_000)
        const isLess = after.leftNano < before.leftNano
        if (isLess) expect(after.leastWorth).toBeGreaterThanOrEqual(before.leastWorth)
        else expect(after.leastWorth).toBeLessThanOrEqual(before.leastWorth)
        expect(after.leastWorth).toBeLessThanOrEqual(1_000)
        if (after.leftNano <= 0) expect(after.leastWorth).toBe(1_000)
        before = after
      }
    }),
  )
})

test('refusals only make acceptance rarer, and the more so the wider difficulty is spread', () => {
  const gate = { passGood: 0.9, passBad: 0.2 }
  fc.assert(
    fc.property(fc.array(share, { maxLength: 3 }), share, (refused, chance) => {
      const [narrow, wide] = [0.3, 1.2].map((sigma) => reachAfter(refused, chance, sigma, gate))
      expect(narrow).toBeLessThanOrEqual(1)
      expect(wide ?? 1).toBeLessThanOrEqual((narrow ?? 0) + 1e-3)
      expect(wide).toBeGreaterThan(0)
    }),
  )
})

test('an attempt more never makes a request quicker', () => {
  const seconds = fc.array(fc.double({ min: 0.1, max: 60, noNaN: true }), { maxLength: 40 })
  fc.assert(
    fc.property(seconds, seconds, share, (first, second, reached) => {
      const [one, two] = [first, second].map((measured) => drawsOf(secondsOf(measured, 5)))
      const step = { draws: one ?? drawsOf([1]), reached: 1 }
      const next = { draws: two ?? drawsOf([1]), reached }
      const alone = sequenceQuantile([step], 0.95, 0)
      expect(sequenceQuantile([step, next], 0.95, 1)).toBeGreaterThanOrEqual(alone)
    }),
  )
})
