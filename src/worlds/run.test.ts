import { describe, expect, test } from 'vitest'
import small from '../../test/data/worlds/small.json' with { type: 'json' }
import { cascadePolicy, cheapPolicy, premiumPolicy } from './fixed-policy.ts'
import { greedyPolicy } from './greedy-policy.ts'
import { oracleOf } from './oracle.ts'
import type { Observation, PolicyMaker, RequestView } from './policy.ts'
import { readWorld } from './read-world.ts'
import { runOracle, runPolicy } from './run.ts'

const worldWith = (...events: readonly object[]) =>
  readWorld(JSON.stringify({ ...small, events }), 'small.json').world

function inputOf(world = worldWith(), seed = 1, hasCache = false) {
  let ticks = 0
  return {
    ...{ world, seed, oracle: oracleOf(world) },
    options: { hasBursts: false, hasCache },
    // Every look at the clock is a millisecond later.
    stopwatch: () => ++ticks,
  }
}

/** A policy that always takes the same steps, and everything that it was shown. */
function watching(...steps: readonly string[]) {
  const views: RequestView[] = []
  const seen: Observation[] = []
  const make: PolicyMaker = () => ({
    decide(request) {
      views.push(request)
      const names = request.offers.map(({ card }) => card.name)
      const possible = steps.filter((step) => names.includes(step)).slice(0, request.attemptsLeft)
      return {
        steps: possible.length > 0 ? possible : names.slice(0, 1),
        ...{ isGated: true, exploringExtra: 0 },
        explanation: { chosen: '', losers: new Map() },
      }
    },
    observe: (observation) => seen.push(observation),
  })
  const attempts = () => seen.flatMap((each) => (each.kind === 'attempt' ? [each] : []))
  const verdicts = () => seen.flatMap((each) => (each.kind === 'verdict' ? [each] : []))
  return { make, views, attempts, verdicts }
}

describe('a run', () => {
  test('gives the same rows for the same seed, and others for another', () => {
    const rowsOf = (seed: number) => runPolicy(inputOf(worldWith(), seed), greedyPolicy, {}).rows
    expect(rowsOf(1)).toEqual(rowsOf(1))
    expect(rowsOf(2)).not.toEqual(rowsOf(1))
  })

  test('meets the same luck whatever a policy has done before', () => {
    const cheap = runPolicy(inputOf(), cheapPolicy, {}).rows
    const mixed: PolicyMaker = (setting) => {
      const [one, other] = [cheapPolicy(setting), premiumPolicy(setting)]
      return {
        decide: (request) => (request.index % 2 === 0 ? one : other).decide(request),
        observe: () => {},
      }
    }
    const both = runPolicy(inputOf(), mixed, {}).rows
    const even = <Row>(rows: readonly Row[]) => rows.filter((_, index) => index % 2 === 0)
    expect(even(both)).toEqual(even(cheap))
    expect(both).not.toEqual(cheap)
  })

  test('a picture with fewer steps is never good where one with more is bad', () => {
    const full = runPolicy(inputOf(), watching('tuned').make, {}).rows
    const less = runPolicy(inputOf(), watching('tuned@8').make, {}).rows
    const worse = less.filter(({ isAccepted }, index) => isAccepted && !full[index]!.isAccepted)
    expect(worse).toEqual([])
    const accepted = (rows: typeof full) => rows.filter(({ isAccepted }) => isAccepted).length
    expect(accepted(less)).toBeLessThan(accepted(full))
  })

  test('comes to what the oracle expects of a plan, within the luck of many requests', () => {
    const { rows } = runPolicy(inputOf({ ...worldWith(), requests: 40_000 }), cascadePolicy, {})
    const sum = (read: (row: (typeof rows)[number]) => number) =>
      rows.reduce((total, row) => total + read(row), 0)
    expect(sum(({ spend }) => spend) / sum(({ expected }) => expected.spend)).toBeCloseTo(1, 1)
    const accepted = sum(({ isAccepted }) => Number(isAccepted))
    expect(accepted / sum(({ expected }) => expected.accepted)).toBeCloseTo(1, 1.5)
  })

  test('counts explanations and the time of decisions', () => {
    const silent = runPolicy(inputOf(), watching('quick').make, {})
    expect(silent.explained).toBe(0)
    expect(new Set(silent.decisionMs)).toEqual(new Set([1]))
    expect(runPolicy(inputOf(), greedyPolicy, {}).explained).toBe(1)
  })

  test('stops at a plan that cannot be followed', () => {
    const rogue: PolicyMaker = () => ({
      decide: () => ({
        ...{ steps: ['nobody'], isGated: true, exploringExtra: 0 },
        explanation: { chosen: 'a mistake', losers: new Map() },
      }),
      observe: () => {},
    })
    expect(() => runPolicy(inputOf(), rogue, {})).toThrow('nobody, which cannot be called')
  })
})

describe('what a policy sees', () => {
  test('is nothing that is hidden', () => {
    const watched = watching('quick')
    runPolicy(inputOf(), watched.make, {})
    const words = JSON.stringify([watched.views[0], watched.attempts()[0], watched.verdicts()[0]])
    for (const hidden of ['abilit', 'difficult', 'sigma', 'passGood', 'isGood', 'stepLoss']) {
      expect(words).not.toContain(hidden)
    }
    expect(watched.views[0]?.offers[0]).toHaveProperty('price', 0.004)
  })

  test('verdicts come later, on a part of the pictures, and more on bad ones', () => {
    const watched = watching('quick')
    const { rows } = runPolicy(inputOf(), watched.make, {})
    const verdicts = watched.verdicts()
    for (const { requestIndex, atSeconds } of verdicts) {
      expect(atSeconds).toBeGreaterThan(watched.views[requestIndex]!.atSeconds)
    }
    const share = (isGood: boolean) => {
      const alike = rows.flatMap(({ isAccepted }, index) => (isAccepted === isGood ? [index] : []))
      const told = new Set(verdicts.map(({ requestIndex }) => requestIndex))
      return alike.filter((index) => told.has(index)).length / alike.length
    }
    expect(share(true)).toBeCloseTo(0.4, 1)
    expect(share(false)).toBeCloseTo(0.8, 1)
  })

  test('an unannounced price is on the bill and not in the feed', () => {
    const change = { day: 5, type: 'price', model: 'quick', factor: 3, announced: false }
    const watched = watching('quick')
    runPolicy(inputOf(worldWith(change)), watched.make, {})
    const prices = watched.views.flatMap(({ offers }) =>
      offers.filter(({ card }) => card.name === 'quick').map(({ price }) => price),
    )
    const bills = watched.attempts().filter(({ offer }) => offer === 'quick')
    expect(new Set(prices)).toEqual(new Set([0.004]))
    expect([bills[0]!.billed, bills.at(-1)!.billed]).toEqual([0.004, 0.012])
  })

  test('a refused picture is followed by the next step, and the last one is not checked', () => {
    const watched = watching('quick', 'tuned', 'fine')
    runPolicy(inputOf(), watched.make, {})
    const byRequest = Map.groupBy(watched.attempts(), ({ requestIndex }) => requestIndex)
    const paths = [...byRequest.values()].map((attempts) =>
      attempts.map(({ offer, gate }) => `${offer}:${gate?.hasPassed ?? 'unchecked'}`).join(' '),
    )
    expect([...new Set(paths)].sort()).toEqual([
      'quick:false tuned:false fine:unchecked',
      'quick:false tuned:true',
      'quick:true',
      'tuned:false fine:unchecked',
      'tuned:true',
    ])
  })
})

describe('an outage', () => {
  const outage = { day: 4, type: 'outage', provider: 'north', minutes: 1_440, mode: '5xx' }

  test('fails no request while another provider can do it, and is not billed', () => {
    const watched = watching('quick')
    const { rows } = runPolicy(inputOf(worldWith(outage)), watched.make, {})
    expect(rows.filter(({ isAccepted }) => isAccepted === undefined)).toEqual([])
    const errors = watched.attempts().filter(({ error }) => error !== undefined)
    expect(errors.length).toBeGreaterThan(5)
    expect(errors.every(({ billed, offer }) => billed === 0 && offer === 'quick')).toBe(true)
  })

  test('is noticed: breakers hide the offers of the provider after some failures', () => {
    const watched = watching('quick')
    runPolicy(inputOf(worldWith(outage)), watched.make, {})
    const during = watched.views.filter(
      ({ atSeconds, purpose }) => Math.floor(atSeconds / 86_400) === 4 && purpose !== 'edit',
    )
    const without = during.filter(({ offers }) =>
      offers.every(({ card }) => card.provider !== 'north'),
    )
    expect(without.length / during.length).toBeGreaterThan(0.3)
  })

  test('of everybody fails requests, for the oracle as well', () => {
    const all = worldWith(outage, { ...outage, provider: 'south' })
    for (const { rows } of [runPolicy(inputOf(all), cheapPolicy, {}), runOracle(inputOf(all))]) {
      const failed = rows.filter(({ isAccepted }) => isAccepted === undefined)
      expect(failed.length).toBeGreaterThan(100)
      expect(failed.every(({ spend }) => spend < 0.01)).toBe(true)
    }
  })
})

describe('a cache', () => {
  const { rows } = runPolicy(inputOf(worldWith(), 1, true), premiumPolicy, {})
  const cached = rows.filter(({ isCached }) => isCached)

  test('answers exact repeats for nothing, and no others', () => {
    expect(cached.length).toBeGreaterThan(100)
    expect(cached.length / rows.length).toBeLessThan(0.2)
    expect(cached.every(({ spend, seconds }) => spend === 0 && seconds === 0)).toBe(true)
  })

  test('is left out unless asked for', () => {
    const plain = runPolicy(inputOf(), premiumPolicy, {}).rows
    expect(plain.some(({ isCached }) => isCached)).toBe(false)
  })
})
