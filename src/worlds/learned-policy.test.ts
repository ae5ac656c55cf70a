import { describe, expect, test } from 'vitest'
import small from '../../test/data/worlds/small.json' with { type: 'json' }
import { benchOf } from './bench.ts'
import { learnedPolicy } from './learned-policy.ts'
import { policies } from './policies.ts'
import type { PolicyDecision, PolicyMaker, RequestView } from './policy.ts'
import { readWorld } from './read-world.ts'

const bench = (given: object) =>
  benchOf(readWorld(JSON.stringify({ ...small, ...given }), 'small.json').world, {
    ...{ seeds: 1, hasBursts: false, hasCache: false },
    stopwatch: () => 0,
  })

/** The learned policy, with every request and what was decided for it. */
function watched() {
  const decisions: { readonly request: RequestView; readonly decision: PolicyDecision }[] = []
  const make: PolicyMaker = (setting) => {
    const policy = learnedPolicy(setting)
    return {
      decide(request) {
        const decision = policy.decide(request)
        decisions.push({ request, decision })
        return decision
      },
      observe: (seen) => policy.observe(seen),
    }
  }
  return { make, decisions }
}

describe('what the gateway learns in a small world', () => {
  const stand = bench({ requests: 1_500 })
  const learned = stand.run('learned', learnedPolicy)
  const { make, decisions } = watched()
  const again = stand.run('learned', make)

  test('costs less for each accepted picture than fixed choices, with floors counted in', () => {
    for (const name of ['static', 'premium', 'cheap']) {
      const fixed = stand.run(name, policies[name] ?? learnedPolicy)
      expect(learned.means.combinedRatio).toBeLessThan(fixed.means.combinedRatio)
    }
  })

  test('is the same each time, and every decision is explained', () => {
    expect(again.means).toEqual(learned.means)
    expect(learned.means.explained).toBe(1)
  })

  test('costs at most 5 % for exploring', () => {
    expect(learned.means.explorationShare).toBeGreaterThan(0)
    expect(learned.means.explorationShare).toBeLessThanOrEqual(0.05)
  })

  test('shows some refused pictures all the same, to learn how often the gate is wrong', () => {
    const gated = decisions.filter(({ decision }) => decision.steps.length > 1)
    const audits = gated.filter(({ decision }) => decision.isAudit === true)
    expect(audits.length / gated.length).toBeGreaterThan(0.003)
    expect(audits.length / gated.length).toBeLessThan(0.03)
  })
})

const DAY_SECONDS = 86_400
const begins = (
  decisions: ReturnType<typeof watched>['decisions'],
  days: readonly [number, number],
) => {
  const some = decisions.filter(
    ({ request: { purpose, atSeconds } }) =>
      purpose === 'thumbnail' &&
      atSeconds >= days[0] * DAY_SECONDS &&
      atSeconds < days[1] * DAY_SECONDS,
  )
  const cheap = some.filter(({ decision }) => decision.steps[0] === 'quick').length
  return { share: cheap / some.length, first: some[0]?.decision.steps[0] }
}

describe('a price that rises tenfold', () => {
  const rise = { type: 'price', model: 'quick', day: 5, factor: 10 }
  // With few steps another one would be as cheap and nearly as good.
  const rising = (isAnnounced: boolean) =>
    bench({ requests: 1_200, steps: {}, events: [{ ...rise, announced: isAnnounced }] })

  test('changes the very next decision when it is announced', () => {
    const { make, decisions } = watched()
    rising(true).run('learned', make)
    expect(begins(decisions, [4, 5]).share).toBeGreaterThan(0.5)
    expect(begins(decisions, [5, 10]).first).not.toBe('quick')
  })

  test('is found on a few bills when it is not', () => {
    const { make, decisions } = watched()
    rising(false).run('learned', make)
    expect(begins(decisions, [5.5, 10]).share).toBeLessThan(0.1)
  })
})
