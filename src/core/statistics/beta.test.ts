import { expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { betaQuantile, betaShare } from './beta.ts'

// Closed forms: Beta(a, 1) is x^a, Beta(1/2, 1/2) the arcsine law, Beta(2, 3) a polynomial.
test.each([
  ['of a power', 0.3, [7.5, 1], 0.3 ** 7.5],
  ['of a tiny power', 0.3, [0.001, 1], 0.3 ** 0.001],
  ['of the arcsine law', 0.2, [0.5, 0.5], (2 / Math.PI) * Math.asin(Math.sqrt(0.2))],
  ['of a polynomial', 0.4, [2, 3], 6 * 0.4 ** 2 - 8 * 0.4 ** 3 + 3 * 0.4 ** 4],
  ['of what is even on both sides', 0.5, [4_000, 4_000], 0.5],
  ['below all', 0, [2, 3], 0],
  ['of all', 1, [2, 3], 1],
] as const)('the share %s is exact to ten digits', (_, x, [a, b], share) => {
  expect(betaShare(x, a, b)).toBeCloseTo(share, 10)
})

test('share and quantile of a beta distribution undo each other', () => {
  const parameter = fc.double({ min: 0.5, max: 300, noNaN: true })
  const share = fc.double({ min: 0.001, max: 0.999, noNaN: true })
  fc.assert(
    fc.property(share, parameter, parameter, (wanted, a, b) => {
      expect(betaShare(betaQuantile(wanted, a, b), a, b)).toBeCloseTo(wanted, 6)
    }),
  )
})
