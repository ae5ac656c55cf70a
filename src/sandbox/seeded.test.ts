import { expect, test } from 'vitest'
import { hashText, hexDigits, seededDraw, unitOf } from './seeded.ts'

test('a hash is a stable unsigned 32-bit number, spread over the whole range', () => {
  expect(hashText('a red fox')).toBe(hashText('a red fox'))
  const shares = Array.from({ length: 4_000 }, (_, index) => unitOf(hashText(`prompt ${index}`)))
  for (const decile of Array.from({ length: 10 }, (_, index) => index / 10)) {
    const count = shares.filter((share) => share >= decile && share < decile + 0.1).length
    expect(count).toBeGreaterThan(320)
    expect(count).toBeLessThan(480)
  }
  expect(Math.min(...shares)).toBeGreaterThan(0)
  expect(Math.max(...shares)).toBeLessThan(1)
})

test('letters beyond Latin count in a hash', () => {
  expect(hashText('\u0161')).not.toBe(hashText('a'))
})

test('equal seeds draw equal sequences, other seeds others', () => {
  const take = (seed: number) => Array.from({ length: 5 }, seededDraw(seed))
  expect(take(1)).toEqual(take(1))
  expect(take(1)).not.toEqual(take(2))
})

test('hex digits come in the length asked for and do not repeat', () => {
  const random = seededDraw('ids')
  const ids = Array.from({ length: 1_000 }, () => hexDigits(random, 20))
  expect(ids.every((id) => /^[0-9a-f]{20}$/.test(id))).toBe(true)
  expect(new Set(ids).size).toBe(1_000)
})
