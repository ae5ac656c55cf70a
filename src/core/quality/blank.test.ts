import { describe, expect, test } from 'vitest'
import { isBlank, isSuspiciouslySmall } from './blank.ts'

const PIXELS = 64 * 64
const grey = (valueAt: (index: number) => number) =>
  Uint8Array.from({ length: PIXELS }, (_, index) => valueAt(index))

describe('is blank', () => {
  test.each([
    ['a black picture', grey(() => 0)],
    ['a white picture', grey(() => 255)],
    ['one colour', grey(() => 127)],
    ['the noise of a lossy format on one colour', grey((index) => 127 + (index % 3) - 1)],
    ['a speck of dust on black', grey((index) => (index === 2_000 ? 90 : 0))],
    ['no pixels', new Uint8Array(0)],
  ])('%s', (_, pixels) => {
    expect(isBlank(pixels)).toBe(true)
  })
})

describe('is not blank', () => {
  test.each([
    ['a faint gradient', grey((index) => 120 + Math.floor(((index % 64) * 12) / 64))],
    ['fog: a slow change from top to bottom', grey((index) => 200 + Math.floor(index / 400))],
    ['half black, half white', grey((index) => (index < PIXELS / 2 ? 0 : 255))],
    ['a small dark thing on white', grey((index) => (index % 64 < 8 && index < 512 ? 20 : 255))],
    ['a checkerboard', grey((index) => (index % 2) * 255)],
  ])('%s', (_, pixels) => {
    expect(isBlank(pixels)).toBe(false)
  })
})

describe('so few bytes for so many pixels that it may be blank', () => {
  const at = (format: 'png' | 'jpeg' | 'webp', byteLength: number) =>
    isSuspiciouslySmall({ format, width: 1000, height: 1000, byteLength })
  test.each([
    ['png', 10_000],
    ['jpeg', 20_000],
    ['webp', 6_000],
  ] as const)('%s below %i bytes per megapixel', (format, limit) => {
    expect(at(format, limit - 1)).toBe(true)
    expect(at(format, limit)).toBe(false)
    expect(at(format, 1_500_000)).toBe(false)
  })

  test('a picture without pixels is none to decode', () => {
    expect(isSuspiciouslySmall({ format: 'png', width: 0, height: 0, byteLength: 10 })).toBe(false)
  })
})
