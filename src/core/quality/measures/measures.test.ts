import { describe, expect, test } from 'vitest'
import { fc } from '../../../testing/fast-check.ts'
import { betaShare } from '../../statistics/beta.ts'
import { clearBorder } from './clear-border.ts'
import { colourBins, commonShare } from './colour-bins.ts'
import { type ColourSample, deviationOf, gridMeans, luminanceOf } from './colour-sample.ts'
import { dominantColours } from './dominant-colours.ts'
import { measurePicture } from './measure-picture.ts'
import { differingBits } from './picture-hash.ts'
import { sharpnessOf } from './sharpness.ts'

type Pixel = readonly [red: number, green: number, blue: number, alpha: number]

const sampleOf = (
  width: number,
  height: number,
  pixelAt: (x: number, y: number) => Pixel,
): ColourSample => ({
  ...{ width, height, hasAlpha: true },
  pixels: Uint8Array.from(
    Array.from({ length: width * height }, (_, at) => [
      ...pixelAt(at % width, Math.floor(at / width)),
    ]).flat(),
  ),
})
const RED: Pixel = [200, 30, 60, 255]
const BLUE: Pixel = [30, 80, 200, 255]
const CLEAR: Pixel = [0, 0, 0, 0]

describe('measures', () => {
  test('an eighth of red on blue is a main colour with that share', () => {
    const bins = colourBins(sampleOf(64, 64, (x) => (x < 8 ? RED : BLUE)))
    expect(dominantColours(bins).map(({ share }) => share)).toEqual([0.875, 0.125])
    expect(commonShare(bins)).toBe(0.875)
  })

  test('clear pixels have no colour, and count as what is common', () => {
    const sign = sampleOf(64, 64, (x, y) => (x < 4 && y < 4 ? RED : CLEAR))
    const bins = colourBins(sign)
    expect(dominantColours(bins).map(({ share }) => share)).toEqual([1])
    expect(commonShare(bins)).toBe(1 - 16 / 4096)
    expect(luminanceOf(sign).at(-1)).toBe(128)
  })

  test('the border is every outermost pixel once, and without alpha none of it is clear', () => {
    const ring = sampleOf(10, 6, (x, y) => (x > 0 && x < 9 && y > 0 && y < 5 ? RED : CLEAR))
    expect(clearBorder(ring)).toBe(1)
    expect(clearBorder({ ...ring, hasAlpha: false })).toBe(0)
    const spot = sampleOf(10, 6, (x, y) => (x === 9 && y === 2 ? RED : CLEAR))
    expect(clearBorder(spot)).toBeCloseTo(27 / 28, 12)
    expect(clearBorder(sampleOf(1, 5, () => CLEAR))).toBe(1)
  })

  test('a slope has no sharpness, an edge has, a picture of two pixels has none', () => {
    const values = (valueAt: (x: number) => number) =>
      Float32Array.from({ length: 400 }, (_, at) => valueAt(at % 20))
    const plane = { width: 20, height: 20 }
    const edge = (low: number, high: number) => values((x) => (x < 10 ? low : high))
    expect(sharpnessOf({ ...plane, values: values((x) => 3 * x) })).toBe(0)
    // A step of two deviations, which neither light nor contrast makes less of an edge.
    expect(sharpnessOf({ ...plane, values: edge(0, 90) })).toBe(2)
    expect(sharpnessOf({ ...plane, values: edge(160, 200) })).toBe(2)
    const soft = values((x) => 90 / (1 + Math.exp((10 - x) / 2)))
    expect(sharpnessOf({ ...plane, values: soft })).toBeLessThan(0.2)
    expect(sharpnessOf({ width: 2, height: 1, values: Float32Array.of(0, 255) })).toBe(0)
  })

  test('means of a grid keep the mean of the plane when the grid divides it', () => {
    const value = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(fc.array(value, { minLength: 256, maxLength: 256 }), (values) => {
        const means = gridMeans({ width: 16, height: 16, values }, 4)
        const mean = (list: ArrayLike<number>) =>
          Array.from(list).reduce((sum, each) => sum + each, 0) / list.length
        expect(mean(means)).toBeCloseTo(mean(values), 9)
        expect(deviationOf(means)).toBeLessThanOrEqual(deviationOf(values) + 1e-9)
      }),
    )
  })

  test('any picture can be measured, and twice in the same way', () => {
    const channel = fc.integer({ min: 0, max: 255 })
    const side = fc.integer({ min: 1, max: 12 })
    const sample = fc
      .tuple(side, side)
      .chain(([width, height]) =>
        fc
          .array(channel, { minLength: width * height * 4, maxLength: width * height * 4 })
          .map((pixels) => ({ width, height, hasAlpha: true, pixels: Uint8Array.from(pixels) })),
      )
    fc.assert(
      fc.property(sample, (picture) => {
        const measures = measurePicture(picture)
        expect(measurePicture(picture)).toEqual(measures)
        expect(measures.hash.bits).toMatch(/^[0-9a-f]{64}$/)
        const shares = measures.colours.reduce((sum, { share }) => sum + share, 0)
        expect(Math.abs(shares - 1) < 1e-9 || measures.colours.length === 0).toBe(true)
        expect(measures.commonShare > 0 && measures.commonShare <= 1).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})

// P(at most k of n fair bits differ), by the beta distribution.
test.each([
  [64, 10, 1.0e-8],
  [64, 12, 2.3e-7],
  [256, 31, 8e-38],
])('%i random bits agree within %i with a chance of %f', (bits, within, chance) => {
  expect(betaShare(0.5, bits - within, within + 1) / chance).toBeCloseTo(1, 0.5)
})

test('differing bits are counted over the whole hash', () => {
  expect(differingBits('0'.repeat(64), 'f'.repeat(64))).toBe(256)
  expect(differingBits('8'.repeat(64), '0'.repeat(64))).toBe(64)
  expect(differingBits('0123456789abcdef'.repeat(4), '0123456789abcdef'.repeat(4))).toBe(0)
})
