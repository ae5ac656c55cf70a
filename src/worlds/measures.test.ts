import { describe, expect, test } from 'vitest'
import small from '../../test/data/worlds/small.json' with { type: 'json' }
import { benchOf } from './bench.ts'
import { decompose } from './decompose.ts'
import { cheapPolicy, premiumPolicy } from './fixed-policy.ts'
import { greedyPolicy } from './greedy-policy.ts'
import { policies } from './policies.ts'
import type { PolicyMaker } from './policy.ts'
import { printReport } from './print-report.ts'
import { readWorld } from './read-world.ts'
import { deviation, halfWidth, quantile } from './statistics.ts'

const worldOf = (changes: object) =>
  readWorld(JSON.stringify({ ...small, ...changes }), 'small.json').world
const options = { seeds: 3, hasBursts: false, hasCache: false, stopwatch: () => 0 }
const world = worldOf({})
const bench = benchOf(world, options)

/** Takes the oracle's own plans from outside, by the names of their steps. */
const perfect: PolicyMaker = () => ({
  decide({ purpose, offers }) {
    const context = world.contexts.findIndex((each) => each.purpose === purpose)
    const plan = bench.oracle.planAt({ regime: 0, context })!
    return {
      steps: plan.steps.map((offer) => world.offers[offer]!.name),
      ...{ isGated: true, exploringExtra: 0 },
      explanation: {
        chosen: 'known',
        losers: new Map(offers.map(({ card }) => [card.name, 'known'])),
      },
    }
  },
  observe: () => {},
})

describe('measures', () => {
  test('a policy that takes the plans of the oracle has the ratio 1', () => {
    const { means, deviations } = bench.run('perfect', perfect)
    expect(means).toMatchObject({ ratio: 1, explained: 1, failed: 0, explorationShare: 0 })
    expect(means.score).toBe(means.oracleScore)
    expect(deviations.ratio).toBe(0)
  })

  test('a score is the spend and the bad pictures for each accepted one', () => {
    const { means, requests } = bench.run('cheap', cheapPolicy)
    expect(requests).toBe(2_000)
    expect(means.score).toBeGreaterThan(means.spendPerAccepted)
    expect(means.ratio).toBeCloseTo(means.score / means.oracleScore, 1)
    expect(means.latencyP50).toBeLessThan(means.latencyP95)
    expect(means.latencyP95).toBeLessThanOrEqual(means.latencyP99)
  })

  test('an unreachable floor is not asked for: what can be reached less 0.01 is', () => {
    const { floors } = bench.run('perfect', perfect)
    const edit = floors.find(({ context }) => context === 'edit/people')!
    expect(edit.effectiveFloor).toBeLessThan(0.99)
    expect(edit.effectiveFloor).toBeCloseTo(
      bench.oracle.planAt({ regime: 0, context: 2 })!.reach - 0.01,
      10,
    )
    expect(edit.isMissed).toBe(false)
  })

  test('a floor that is missed counts in the combined number, and only there', () => {
    const { means, floors } = bench.run('cheap', cheapPolicy)
    const missed = floors.filter(({ isMissed }) => isMissed)
    expect(missed.map(({ context }) => context)).toContain('product/glass')
    const penalty = floors.reduce((sum, floor) => sum + floor.penalty, 0)
    const accepted = means.acceptedShare * world.requests
    const added = (means.combinedRatio - means.ratio) * means.oracleScore
    expect(added).toBeCloseTo(penalty / accepted, 2)
    expect(floors.every(({ gap, penalty: each }) => gap < 0 || each === 0)).toBe(true)
  })

  test('contexts with fewer than 200 requests are not judged', () => {
    const { floors } = benchOf({ ...world, requests: 800 }, options).run('cheap', cheapPolicy)
    expect(floors.map(({ context }) => context)).toEqual(['thumbnail/plain', 'product/glass'])
  })

  test('exploring is measured by the extra cost that a decision names', () => {
    const exploring: PolicyMaker = (setting) => {
      const cheap = cheapPolicy(setting)
      return {
        decide: (request) => ({ ...cheap.decide(request), exploringExtra: 0.001 }),
        observe: () => {},
      }
    }
    const { means } = bench.run('exploring', exploring)
    expect(means.exploringSpendShare).toBe(1)
    const spend = (means.spendPerAccepted * means.acceptedShare * 2_000) / 2_000
    expect(means.explorationShare).toBeCloseTo(0.001 / spend, 2)
  })
})

describe('recovery', () => {
  const price = { day: 5, type: 'price', model: 'fine', factor: 4, announced: true }

  test('is immediate for plans that do not depend on what happened', () => {
    const eventful = worldOf({ events: [price] })
    const { means } = benchOf(eventful, options).run('perfect', perfect)
    expect(means.recoveryRequests).toBe(0)
  })

  test('counts all requests to the end for a policy that stays dear', () => {
    const { means } = benchOf(worldOf({ events: [price] }), options).run('premium', premiumPolicy)
    expect(means.recoveryRequests).toBeCloseTo(1_000, -2)
  })

  test('is unknown without events', () => {
    expect(bench.run('premium', premiumPolicy).means.recoveryRequests).toBeUndefined()
  })
})

test('a learner that is given the truth is as good as the oracle', () => {
  const name = 'greedy'
  // Greedy leaves steps alone, so the oracle must not have them either.
  const stepless = worldOf({ steps: {} })
  const level = benchOf(stepless, options)
  const own = level.run(name, greedyPolicy)
  const parts = decompose(stepless, level, { name, make: greedyPolicy })
  expect(parts.map(({ part }) => part)).toEqual([
    ...['estimation', 'gate', 'floor', 'exploration', 'all'],
  ])
  const combined = (part: string) =>
    parts.find((each) => each.part === part)!.report.means.combinedRatio
  const distance = (ratio: number) => Math.abs(ratio - 1)
  expect(distance(combined('all'))).toBeLessThan(0.02)
  expect(distance(combined('estimation'))).toBeLessThan(distance(own.means.combinedRatio))
  // Greedy knows no floor controller and does not explore.
  expect(combined('floor')).toBe(own.means.combinedRatio)
  expect(combined('exploration')).toBe(own.means.combinedRatio)
})

test('a report has the keys that scripts read, in every policy', () => {
  for (const [name, make] of Object.entries(policies)) {
    const printed = printReport(benchOf(world, { ...options, seeds: 1 }).run(name, make))
    expect(printed).toMatchObject({ world: 'small', policy: name, seeds: 1, requests: 2_000 })
    for (const key of [
      ...['spend_per_accepted', 'score', 'oracle_score', 'ratio', 'combined_ratio'],
      ...['floor_gap_min', 'floors_missed', 'exploration_share', 'failed'],
      ...['latency_p50_s', 'latency_p95_s', 'decision_p99_ms', 'explained'],
    ]) {
      expect(printed[key], key).toBeTypeOf('number')
    }
    expect(printed.recovery_requests).toBeNull()
    expect(printed.spread).toMatchObject({ ratio: 0, floor_gap_min: 0 })
  }
})

test('statistics of a few numbers', () => {
  expect(deviation([1, 2, 3, 4])).toBeCloseTo(1.29099, 5)
  expect(deviation([5])).toBe(0)
  // 2.776 standard errors with four degrees of freedom.
  expect(halfWidth([1, 2, 3, 4, 5])).toBeCloseTo((2.776 * Math.sqrt(2.5)) / Math.sqrt(5), 10)
  expect(halfWidth([1])).toBe(Number.POSITIVE_INFINITY)
  const sorted = Float64Array.from([1, 2, 3, 4])
  expect([0, 0.25, 0.26, 0.5, 1].map((share) => quantile(sorted, share))).toEqual([1, 1, 2, 2, 4])
})
