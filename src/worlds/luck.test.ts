import { expect, test } from 'vitest'
import { inverseNormal, luckOf, nameKey } from './luck.ts'

const luck = luckOf('a world', 1)
const many = Array.from({ length: 20_000 }, (_, index) => index)

test('a number depends on world, seed, use and key alone', () => {
  const before = luck.unit('good', 5, 1, 7)
  for (const index of many) luck.unit('gate', index)
  expect(luck.unit('good', 5, 1, 7)).toBe(before)
  expect(luckOf('a world', 1).unit('good', 5, 1, 7)).toBe(before)
  const others = [
    luckOf('another world', 1).unit('good', 5, 1, 7),
    luckOf('a world', 2).unit('good', 5, 1, 7),
    luck.unit('rater', 5, 1, 7),
    luck.unit('good', 1, 5, 7),
    luck.unit('good', 5, 1, 8),
  ]
  expect(new Set([before, ...others]).size).toBe(6)
})

test('numbers are spread evenly, and neighbours know nothing of each other', () => {
  const units = many.map((index) => luck.unit('good', index, 0, nameKey('schnell')))
  const tenths = Array<number>(10).fill(0)
  for (const unit of units) tenths[Math.floor(unit * 10)]! += 1
  for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(200)
  const products = units.slice(1).map((unit, index) => (unit - 0.5) * (units[index]! - 0.5))
  const mean = products.reduce((sum, product) => sum + product, 0) / products.length
  expect(Math.abs(mean * 12)).toBeLessThan(0.03)
})

test('normal numbers have the moments of a normal distribution', () => {
  const normals = many.map((index) => luck.normal('difficulty', index))
  const moment = (power: number) =>
    normals.reduce((sum, normal) => sum + normal ** power, 0) / normals.length
  expect(Math.abs(moment(1))).toBeLessThan(0.03)
  expect(Math.abs(moment(2) - 1)).toBeLessThan(0.05)
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.3)
})

// Quantiles of the standard normal distribution, as in any table.
test.each([
  [0.5, 0],
  [0.975, 1.959963985],
  [0.995, 2.575829304],
  [0.001, -3.090232306],
])('the quantile of %s is %s', (share, quantile) => {
  expect(inverseNormal(share)).toBeCloseTo(quantile, 7)
})
