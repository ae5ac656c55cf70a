import { expect, test } from 'vitest'
import { isTooSlow } from './latency-alarm.ts'

test.each([
  ['what is at the limit is not too slow', false, 8_000, false],
  ['what is above it is', false, 8_001, true],
  ['what was too slow still is, just below the limit', true, 7_999, true],
  ['and at four fifths of it no more', true, 6_400, false],
])('%s', (_, was, p95Ms, expected) => {
  expect(isTooSlow(was, { p95Ms, limitMs: 8_000 })).toBe(expected)
})
