import { expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { betaQuantile, betaShare } from '../statistics/beta.ts'
import { fromPlaceKey, placeKey } from './cell.ts'
import { addCounts, type Counts, noCounts, picturesIn, scaleCounts } from './counts.ts'
import { evidenceKinds, kindsOf, usualWeights, weighOutcome } from './evidence.ts'
import { likelihoodsOf, usualInstruments } from './instruments.ts'
import { intervalOf } from './interval.ts'
import { optimistic, posterior, pullOf } from './posterior.ts'
import { risingShares } from './steps.ts'
import { termsOf } from './terms.ts'

const count = fc.integer({ min: 0, max: 400 })
const counts: fc.Arbitrary<Counts> = fc.dictionary(
  fc.constantFrom(...evidenceKinds),
  fc.tuple(count, fc.integer({ min: 50, max: 100 })).map(([number, percent]) => ({
    count: number,
    reach: (number * percent) / 100,
  })),
)
const share = fc.double({ min: 0.02, max: 0.98, noNaN: true })
const belief = fc.record({ mean: share, weight: fc.double({ min: 1, max: 60, noNaN: true }) })
const likelihoods = likelihoodsOf(usualInstruments)

test('counts of several processes merge in any order and any grouping', () => {
  fc.assert(
    fc.property(counts, counts, counts, (one, two, three) => {
      expect(addCounts(one, two)).toEqual(addCounts(two, one))
      const left = addCounts(addCounts(one, two), three)
      const right = addCounts(one, addCounts(two, three))
      for (const kind of evidenceKinds) {
        expect(left[kind]?.count).toBe(right[kind]?.count)
        expect(left[kind]?.reach ?? 0).toBeCloseTo(right[kind]?.reach ?? 0, 9)
      }
      expect(addCounts(one, noCounts)).toEqual(one)
    }),
  )
})

test('what is taken back leaves nothing', () => {
  fc.assert(
    fc.property(counts, (some) => {
      expect(picturesIn(addCounts(some, scaleCounts(some, -1)))).toBe(0)
    }),
  )
})

test('a belief is a share with at least the weight of its prior, and optimism is bounded', () => {
  fc.assert(
    fc.property(belief, counts, share, (prior, seen, optimism) => {
      const found = posterior(prior, [{ terms: termsOf(seen, likelihoods), shift: 0 }])
      expect(found.mean).toBeGreaterThan(0)
      expect(found.mean).toBeLessThan(1)
      expect(found.weight).toBeGreaterThanOrEqual(prior.weight)
      expect(optimistic(found, optimism)).toBeGreaterThanOrEqual(found.mean)
      expect(optimistic(found, optimism)).toBeLessThanOrEqual(Math.max(0.98, found.mean))
    }),
  )
})

test('a belief stands where nothing pulls it any more', () => {
  fc.assert(
    fc.property(belief, counts, (prior, seen) => {
      const { mean } = posterior(prior, [{ terms: termsOf(seen, likelihoods), shift: 0 }])
      const logOdds = Math.log(mean / (1 - mean))
      // At the ends of the range the pull may go on.
      if (Math.abs(logOdds) > 11) return
      const { slope } = pullOf(logOdds, termsOf(seen, likelihoods))
      const all = 1 + prior.weight + picturesIn(seen)
      expect(Math.abs(slope + prior.weight * (prior.mean - mean)) / all).toBeLessThan(1e-3)
    }),
  )
})

test('one more acceptance never lowers a belief, one more rejection never raises it', () => {
  fc.assert(
    fc.property(belief, counts, (prior, seen) => {
      const one = { count: 1, reach: 1 }
      const after = (more: Counts) =>
        posterior(prior, [{ terms: termsOf(addCounts(seen, more), likelihoods), shift: 0 }]).mean
      const before = after(noCounts)
      expect(after({ none_accept: one })).toBeGreaterThanOrEqual(before - 1e-4)
      expect(after({ none_reject: one })).toBeLessThanOrEqual(before + 1e-4)
    }),
  )
})

test('every sighting counts as one picture, or as none when nothing is known', () => {
  const outcome = fc.record({
    fate: fc.constantFrom('accept' as const, 'reject' as const),
    weight: fc.constantFrom(1, 0.7, 0),
  })
  const sighting = fc.record(
    { verdict: fc.constantFrom('pass' as const, 'fail' as const), isShown: fc.boolean(), outcome },
    { requiredKeys: ['isShown'] },
  )
  fc.assert(
    fc.property(sighting, (seen) => {
      const weights = kindsOf(seen).map(({ weight }) => weight)
      const isKnown = seen.isShown || seen.verdict !== undefined
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(isKnown ? 1 : 0, 12)
    }),
  )
})

test('only explicit outcomes count in full, and mere use counts nothing unless agreed', () => {
  expect(weighOutcome({ kind: 'accepted' })).toEqual({ fate: 'accept', weight: 1 })
  expect(weighOutcome({ kind: 'regenerated' })).toEqual({ fate: 'reject', weight: 0.7 })
  expect(weighOutcome({ kind: 'used' }).weight).toBe(0)
  expect(weighOutcome({ kind: 'used' }, { ...usualWeights, used: 0.5 }).weight).toBe(0.5)
  expect(weighOutcome({ kind: 'performed', isAbove: false }).fate).toBe('reject')
})

test('keys of places read back, whatever names are made of', () => {
  const text = fc.string({ unit: fc.constantFrom(...'a/%\n ü🎨\u0000|'), maxLength: 8 })
  const place = fc.record(
    {
      ...{ model: text, purpose: text, kind: text, variant: text },
      ...{ generation: fc.nat(9), gateVersion: text },
    },
    { requiredKeys: ['model', 'purpose', 'kind', 'variant', 'generation'] },
  )
  fc.assert(
    fc.property(place, (one) => {
      expect(fromPlaceKey(placeKey(one))).toEqual(one)
    }),
  )
  expect(fromPlaceKey('no place')).toBeUndefined()
})

test('a quantile is where its share lies', () => {
  fc.assert(
    fc.property(belief, share, ({ mean, weight }, part) => {
      const [a, b] = [weight * mean + 0.5, weight * (1 - mean) + 0.5]
      expect(betaShare(betaQuantile(part, a, b), a, b)).toBeCloseTo(part, 6)
      const [low, high] = intervalOf({ mean, weight })
      expect(low).toBeLessThanOrEqual(high)
    }),
  )
})

test('pooled shares rise and keep their mean', () => {
  const level = fc.record({ mean: share, weight: fc.integer({ min: 1, max: 50 }) })
  fc.assert(
    fc.property(fc.array(level, { minLength: 1, maxLength: 6 }), (levels) => {
      const shares = risingShares(levels)
      for (const [index, one] of shares.entries()) {
        expect(one).toBeGreaterThanOrEqual((shares[index - 1] ?? 0) - 1e-12)
      }
      const total = (means: readonly number[]) =>
        means.reduce((sum, mean, index) => sum + mean * (levels[index]?.weight ?? 0), 0)
      expect(total(shares)).toBeCloseTo(total(levels.map(({ mean }) => mean)), 9)
    }),
  )
})
