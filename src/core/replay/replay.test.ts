import { describe, expect, test } from 'vitest'
import { type LoggedDecision, readDecisionLog } from './decision-log.ts'
import { replay } from './estimate.ts'
import { targetOf } from './target.ts'

/** A seeded source for made-up logs (mulberry32). */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What the plans of made-up logs really come to; what was expected of them is a bit off. */
const TRUTH = { cheap: { cost: 0.01, accepted: 0.6 }, dear: { cost: 0.03, accepted: 0.9 } }

/** A log that takes the dear plan with a chance that depends on the request. */
function madeUpLog(seed: number, count: number, error = 0.05): readonly LoggedDecision[] {
  const draw = chance(seed)
  return Array.from({ length: count }, () => {
    const dear = 0.2 + 0.3 * draw()
    const isDear = draw() < dear
    const truth = isDear ? TRUTH.dear : TRUTH.cheap
    return {
      candidates: [
        {
          ...{ plan: 'a/cheap', propensity: 1 - dear },
          ...{ expectedCost: TRUTH.cheap.cost, expectedAcceptance: TRUTH.cheap.accepted + error },
        },
        {
          ...{ plan: 'b/dear>a/cheap', propensity: dear },
          ...{ expectedCost: TRUTH.dear.cost, expectedAcceptance: TRUTH.dear.accepted - error },
        },
      ],
      chosen: isDear ? 1 : 0,
      cost: truth.cost * (0.5 + draw()),
      isAccepted: draw() < truth.accepted,
    }
  })
}

const dear = targetOf('offer:b/dear')

describe('a policy that was not the one recorded', () => {
  test('its intervals hold the truth in about 95 of 100 logs, by both estimators', () => {
    const held = { inversePropensity: 0, doublyRobust: 0 }
    const truth = TRUTH.dear.cost / TRUTH.dear.accepted
    for (let seed = 1; seed <= 200; seed += 1) {
      const found = replay(madeUpLog(seed, 800), dear)
      for (const estimator of ['inversePropensity', 'doublyRobust'] as const) {
        const { low, high } = found[estimator].costPerAccepted
        if (low <= truth && truth <= high) held[estimator] += 1
      }
    }
    expect(held.inversePropensity).toBeGreaterThanOrEqual(180)
    expect(held.doublyRobust).toBeGreaterThanOrEqual(180)
  })

  test('expectations make intervals narrower, and wrong ones make none of them false', () => {
    const width = (error: number) => {
      const { low, high } = replay(madeUpLog(7, 4_000, error), dear).doublyRobust.accepted
      expect(low).toBeLessThan(TRUTH.dear.accepted)
      expect(high).toBeGreaterThan(TRUTH.dear.accepted)
      return high - low
    }
    const { low, high } = replay(madeUpLog(7, 4_000), dear).inversePropensity.accepted
    expect(width(0.05)).toBeLessThan(high - low)
    expect(width(0.05)).toBeLessThan(width(0.4))
  })

  test('a short log says that it tells too little', () => {
    expect(replay(madeUpLog(1, 100), dear).doubt).toBe('too_few')
    expect(replay(madeUpLog(1, 2_000), dear).doubt).toBeUndefined()
  })

  test('a plan that was never tried is a doubt, whatever was expected of it', () => {
    const log = madeUpLog(1, 2_000).map((decision) => ({
      ...decision,
      candidates: [
        ...decision.candidates,
        { plan: 'c/new', propensity: 0, expectedCost: 0.001, expectedAcceptance: 1 },
      ],
    }))
    const found = replay(log, targetOf('cheap'))
    expect(found).toMatchObject({ doubt: 'not_tried', support: 0, effectiveVerdicts: 0 })
    expect(replay(log, targetOf('plan:d/unknown'))).toMatchObject({ doubt: 'not_tried' })
  })

  test('requests without a verdict count for money and for nothing else', () => {
    const log = madeUpLog(3, 3_000)
    const silent = log.map((decision) => ({ ...decision, isAccepted: undefined }))
    const found = replay([...log, ...silent], dear)
    expect(found).toMatchObject({ decisions: 6_000, verdicts: 3_000 })
    expect(found.doublyRobust.accepted).toEqual(replay(log, dear).doublyRobust.accepted)
    expect(replay(silent, dear).doubt).toBe('no_verdicts')
  })
})

test('the recorded policy replayed is the plain mean of the log', () => {
  const log = madeUpLog(5, 1_000)
  const found = replay(log, targetOf('logged'))
  const cost = log.reduce((sum, decision) => sum + decision.cost, 0) / log.length
  expect(found.inversePropensity.cost.estimate).toBeCloseTo(cost, 12)
  expect(found).toMatchObject({ support: 1, effectiveVerdicts: 1_000, largestWeight: 1 })
})

test.each([
  ['greedy', 'a/cheap'],
  ['cheap', 'a/cheap'],
  ['premium', 'b/dear>a/cheap'],
  ['surest', 'b/dear>a/cheap'],
  ['offer:b/dear', 'b/dear>a/cheap'],
  ['plan:a/cheap', 'a/cheap'],
])('%s takes %s', (name, plan) => {
  const [{ candidates }] = madeUpLog(1, 1) as [LoggedDecision]
  expect(candidates[targetOf(name)(candidates)!.indexOf(1)]?.plan).toBe(plan)
})

const line = {
  candidates: [
    { plan: 'a', propensity: 0.25, expected_cost: '0.01', expected_acceptance: 0.5 },
    { plan: 'b', propensity: 0.75, expected_cost: '0.02', expected_acceptance: 0.9 },
  ],
  ...{ chosen: 'b', cost: '0.021', accepted: null, purpose: 'product' },
}

describe('a log file', () => {
  test('is read line by line; empty lines are none', () => {
    const text = `${JSON.stringify(line)}\n\n${JSON.stringify({ ...line, accepted: true })}\n`
    const [first, second, ...rest] = readDecisionLog(text)
    expect(rest).toEqual([])
    expect(first).toMatchObject({ chosen: 1, cost: 0.021, isAccepted: undefined })
    expect(second?.isAccepted).toBe(true)
  })

  test.each([
    ['no JSON', '{', 'line 1: this is not JSON.'],
    ['no decision', '\n', 'The log has no decisions.'],
    ['a chosen plan that is no candidate', { ...line, chosen: 'c' }, 'none of the candidates'],
    ['a cost that is no decimal string', { ...line, cost: 0.02 }, 'line 1: cost: '],
    [
      'chances that do not add up',
      { ...line, candidates: line.candidates.slice(1) },
      'add up to 0.75',
    ],
    [
      'a chosen plan without a chance',
      {
        ...line,
        candidates: line.candidates.map((each) => ({
          ...each,
          propensity: Number(each.plan === 'a'),
        })),
      },
      'propensity 0',
    ],
  ])('%s is refused with its line', (_title, content, message) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    expect(() => readDecisionLog(text)).toThrow(message)
  })

  test('an unknown policy is refused with the known ones', () => {
    expect(() => targetOf('best')).toThrow('logged, greedy, cheap, premium, surest')
  })
})
