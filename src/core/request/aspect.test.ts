import { describe, expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { parseAspect } from './aspect.ts'

describe('a shape', () => {
  test.each([
    ['1:1', 1],
    ['16:9', 16 / 9],
    ['9:16', 9 / 16],
    ['21:9', 21 / 9],
    ['1.91:1', 1.91],
    ['2.35:1', 2.35],
    ['100:1', 100],
    ['1:100', 0.01],
    ['016:09', 16 / 9],
  ])('%s is %d', (text, ratio) => {
    expect(parseAspect(text)).toBe(ratio)
  })
})

describe('is no shape', () => {
  test.each([
    ['without width', '0:1'],
    ['without height', '1:0'],
    ['without both', '0:0'],
    ['wider than 100:1', '101:1'],
    ['narrower than 1:100', '1:101'],
    ['with a negative side', '-16:9'],
    ['with another sign', '16/9'],
    ['of pixels', '1024x1024'],
    ['with an exponent', '1e2:1'],
    ['with spaces', '16 : 9'],
    ['of three sides', '16:9:1'],
    ['of one side', '16:'],
    ['of a number', '1.77'],
    ['of digits of another script', '１６:９'],
    ['followed by a line break', '16:9\n'],
    ['named auto', 'auto'],
    ['of nothing', ''],
  ])('one %s', (_, text) => {
    expect(parseAspect(text)).toBeUndefined()
  })
})

test('any text is a shape between 1:100 and 100:1, or none', () => {
  const side = fc.integer({ min: 0, max: 1200 }).map((value) => String(value / 10))
  const text = fc.oneof(
    fc.string(),
    fc.tuple(side, side).map((sides) => sides.join(':')),
  )
  fc.assert(
    fc.property(text, (shape) => {
      const ratio = parseAspect(shape)
      if (ratio === undefined) return
      expect(ratio).toBeGreaterThanOrEqual(0.01)
      expect(ratio).toBeLessThanOrEqual(100)
    }),
  )
})
