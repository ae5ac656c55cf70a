import { describe, expect, test } from 'vitest'
import small from '../../test/data/worlds/small.json' with { type: 'json' }
import { benchOf } from './bench.ts'
import { learnedPolicy } from './learned-policy.ts'
import { policies } from './policies.ts'
import type { PolicyDecision, PolicyMaker, PolicySetting, RequestView } from './policy.ts'
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

/** People keep as many of the pictures that passed as of those that nobody checked: half. */
function findUseless(policy: ReturnType<PolicyMaker>, request: RequestView): void {
  for (let index = 0; index < 8_000; index += 1) {
    const seen = { requestIndex: index, call: 0, offer: 'quick', atSeconds: 0 }
    policy.decide({ ...request, index })
    const look = { hasPassed: index % 4 === 1, cost: 0.0005, seconds: 1 }
    const gate = index % 2 === 0 ? undefined : look
    policy.observe({ kind: 'attempt', ...seen, seconds: 2, billed: 0.004, error: undefined, gate })
    policy.observe({ kind: 'verdict', ...seen, isAccepted: index % 8 < 4 })
  }
}

test('a gate that was found useless is tried in one request of fifty, as in the gateway', () => {
  const card = { model: 'quick', provider: 'north', typicalSeconds: 2 }
  const offer = { ...card, name: 'quick', tier: 'standard', steps: undefined } as const
  const offers = [{ ...offer, usualSteps: undefined }]
  let drawn = 0
  const draw = () => {
    drawn = (drawn + 0.618_033_988_75) % 1
    return drawn
  }
  const trialsWith = (given: PolicySetting['given']) => {
    const policy = learnedPolicy({ offers, secondPrice: 0, draw, given })
    const request: RequestView = {
      ...{ index: 0, atSeconds: 0, purpose: 'blog', category: 'plain', floor: 0, badCost: 0.01 },
      ...{ offers: offers.map((each) => ({ card: each, price: 0.004 })) },
      ...{ attemptsLeft: 3, refused: [] },
    }
    findUseless(policy, request)
    const decisions = Array.from({ length: 1_000 }, (_, index) =>
      policy.decide({ ...request, index: 9_000 + index }),
    )
    expect(decisions.every(({ isGated }) => !isGated)).toBe(true)
    return decisions.filter(({ isTrial }) => isTrial).map(({ exploringExtra }) => exploringExtra)
  }
  const trials = trialsWith({})
  expect(trials.length).toBeGreaterThan(10)
  expect(trials.length).toBeLessThan(30)
  expect(new Set(trials)).toEqual(new Set([0.0005]))
  expect(trialsWith({ isExploring: false })).toEqual([])
})

test('a trial looks at the last picture as well, and refuses nothing', () => {
  const verdicts: unknown[] = []
  const onTrial: PolicyMaker = () => ({
    decide: ({ offers }) => ({
      steps: [offers[0]?.card.name ?? ''],
      ...{ isGated: false, isAudit: true, isTrial: true, exploringExtra: 0 },
      explanation: { chosen: 'to try the gate', losers: new Map() },
    }),
    observe: (seen) => {
      if (seen.kind === 'attempt' && seen.error === undefined) verdicts.push(seen.gate?.hasPassed)
    },
  })
  bench({ requests: 200 }).run('trial', onTrial)
  expect(verdicts).toHaveLength(200)
  expect(new Set(verdicts)).toEqual(new Set([true, false]))
})
