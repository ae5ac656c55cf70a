import { expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import {
  emptySketch,
  merged,
  quantile,
  shareUpTo,
  type ValueSketch,
  withValue,
} from './value-sketch.ts'

const LIMIT = 10_000
const sketchOf = (values: readonly number[], limit = LIMIT): ValueSketch =>
  values.reduce((sketch, value) => withValue(sketch, value, limit), emptySketch)

const values = fc.array(fc.double({ min: 0, max: 1e5, noNaN: true }), { maxLength: 60 })

test('merging is the same as having seen everything, in any order', () => {
  fc.assert(
    fc.property(values, values, (one, other) => {
      const together = sketchOf([...one, ...other])
      expect(merged(sketchOf(one), sketchOf(other))).toEqual(together)
      expect(merged(sketchOf(other), sketchOf(one))).toEqual(together)
    }),
  )
})

test('shares are right to the width of a bucket', () => {
  const sketch = sketchOf(Array.from({ length: 1_000 }, (_, index) => index + 1))
  for (const value of [50, 200, 500, 900]) {
    expect(Math.abs(shareUpTo(sketch, value) - value / 1_000)).toBeLessThan(0.05)
  }
  expect([shareUpTo(sketch, 0), shareUpTo(sketch, 5_000), shareUpTo(emptySketch, 1)]).toEqual([
    ...[0, 1, 0],
  ])
})

test('a quantile is the value that its share lies below', () => {
  const sketch = sketchOf(Array.from({ length: 1_000 }, (_, index) => index + 1))
  for (const share of [0.01, 0.25, 0.5, 0.99]) {
    expect(Math.abs(quantile(sketch, share) / (share * 1_000) - 1)).toBeLessThan(0.1)
  }
  expect(quantile(emptySketch, 0.5)).toBe(0)
})

test('what is old fades, and what is full stays as large as its limit', () => {
  const old = sketchOf(
    Array.from({ length: 200 }, () => 10),
    100,
  )
  const renewed = Array.from({ length: 1_000 }, () => 1_000).reduce(
    (sketch, value) => withValue(sketch, value, 100),
    old,
  )
  expect(renewed.total).toBeLessThanOrEqual(101)
  expect(shareUpTo(renewed, 500)).toBeLessThan(0.001)
})
