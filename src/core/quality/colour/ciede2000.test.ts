import { describe, expect, test } from 'vitest'
import { fc } from '../../../testing/fast-check.ts'
import { colourDifference } from './ciede2000.ts'
import { type Lab, labFromHex, labOf } from './lab.ts'

// Pairs of Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", 2005, table 1.
test.each<[Lab, Lab, number]>([
  [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
  [[50, 3.1571, -77.2803], [50, 0, -82.7485], 2.8615],
  [[50, 2.5, 0], [50, 0, -2.5], 4.3065],
  [[50, 2.5, 0], [73, 25, -18], 27.1492],
  [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
  [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
  [[50, 0, 0], [50, -1, 2], 2.3669],
  [[22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619], 2.0373],
])('%j and %j differ by %f', (one, other, difference) => {
  expect(colourDifference(one, other)).toBeCloseTo(difference, 4)
  expect(colourDifference(other, one)).toBeCloseTo(difference, 4)
})

const channel = fc.integer({ min: 0, max: 255 })
const colour = fc.tuple(channel, channel, channel).map(([r, g, b]) => labOf(r, g, b))

test('a colour does not differ from itself, and no difference is negative or endless', () => {
  fc.assert(
    fc.property(colour, colour, (one, other) => {
      expect(colourDifference(one, one)).toBeCloseTo(0, 9)
      const difference = colourDifference(one, other)
      expect(difference >= 0 && difference < 150).toBe(true)
      expect(colourDifference(other, one)).toBeCloseTo(difference, 8)
    }),
  )
})

describe('sRGB as L*a*b*', () => {
  test.each<[string, Lab]>([
    ['#ffffff', [100, 0, 0]],
    ['#000000', [0, 0, 0]],
    ['#ff0000', [53.24, 80.09, 67.2]],
    ['00ff00', [87.73, -86.18, 83.18]],
    ['#0000FF', [32.3, 79.19, -107.86]],
    ['#777777', [50.03, 0, 0]],
  ])('%s', (hex, expected) => {
    const lab = labFromHex(hex)
    expect(lab?.map((value) => Math.round(value * 100) / 100 + 0)).toEqual(
      expected.map((value) => expect.closeTo(value, 1)),
    )
  })

  test.each(['', '#fff', '#12345g', 'red', '#1234567'])('%j is no colour', (text) => {
    expect(labFromHex(text)).toBeUndefined()
  })
})
