import { describe, expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { upperBound } from './binomial-bound.ts'
import { fewestLabels, safeThreshold } from './fixed-sequence.ts'

const labels = (good: number, score = 0.9) =>
  Array.from({ length: good }, () => ({ score, isWrong: false }))

describe('a promise about what passes', () => {
  test.each([
    [0.05, 59],
    [0.02, 149],
    [0.01, 299],
  ])('at most %f wrong needs %i labels, and so many suffice', (share, fewest) => {
    expect(fewestLabels(share)).toBe(fewest)
    expect(safeThreshold(labels(fewest - 1), share)).toBeUndefined()
    expect(safeThreshold(labels(fewest), share)).toMatchObject({ threshold: 0.9, passing: fewest })
  })

  test('the walk ends at the first threshold that breaks it, not at a lucky one behind', () => {
    const rows = [
      ...labels(100, 0.9),
      ...Array.from({ length: 20 }, () => ({ score: 0.8, isWrong: true })),
      ...labels(5_000, 0.7),
    ]
    expect(safeThreshold(rows, 0.05)).toMatchObject({ threshold: 0.9, passing: 100, wrong: 0 })
  })

  test('equal scores pass together', () => {
    const rows = [...labels(59, 0.5), { score: 0.5, isWrong: true }]
    expect(safeThreshold(rows, 0.05)).toBeUndefined()
  })

  test('whatever the labels, what passes keeps the bound', () => {
    const row = fc.record({
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      isWrong: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(row, { maxLength: 200 }), (rows) => {
        const safe = safeThreshold(rows, 0.2)
        if (safe === undefined) return
        const passing = rows.filter(({ score }) => score >= safe.threshold)
        expect(passing).toHaveLength(safe.passing)
        const wrong = passing.filter(({ isWrong }) => isWrong).length
        expect(upperBound(wrong, passing.length)).toBeLessThanOrEqual(0.2)
      }),
    )
  })
})
