import { describe, expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { lowerBound, upperBound } from './binomial-bound.ts'

describe('the bound of a rate', () => {
  // One-sided 95 % bounds after Clopper and Pearson.
  test.each([
    [0, 59, 0.0495],
    [0, 149, 0.0199],
    [0, 299, 0.00997],
    [1, 473, 0.01],
    [3, 300, 0.0256],
    [5, 500, 0.0209],
  ])('%i of %i is at most %f', (found, tried, bound) => {
    expect(upperBound(found, tried)).toBeCloseTo(bound, 4)
  })

  test('nothing tried says nothing; everything found leaves no room above', () => {
    expect([upperBound(0, 0), upperBound(7, 7), lowerBound(0, 7)]).toEqual([1, 1, 0])
  })

  test('the rate that was seen lies between the bounds, which close in with more trials', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat({ max: 400 }), (tried, any) => {
        const found = any % (tried + 1)
        const rate = found / tried
        expect(lowerBound(found, tried)).toBeLessThanOrEqual(rate + 1e-9)
        expect(upperBound(found, tried)).toBeGreaterThanOrEqual(rate - 1e-9)
        expect(upperBound(found * 4, tried * 4)).toBeLessThanOrEqual(
          upperBound(found, tried) + 1e-9,
        )
      }),
    )
  })
})
