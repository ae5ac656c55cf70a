import { expect, test } from 'vitest'
import { callTimeoutMs } from './call-timeout.ts'

const ALLOWED_MS = 300_000
const calls = (count: number, durationMs: number) => Array<number>(count).fill(durationMs)

test.each([
  ['nothing measured: what the model allows', [], ALLOWED_MS],
  ['too little measured: what the model allows', calls(199, 1_000), ALLOWED_MS],
  ['quick calls: two minutes all the same', calls(200, 1_000), 120_000],
  ['three times the slowest usual call', calls(200, 50_000), 150_000],
  ['never more than the model allows', calls(200, 200_000), ALLOWED_MS],
  ['one slow call of two hundred is not usual', [...calls(199, 50_000), 290_000], 150_000],
  ['two of them are', [...calls(198, 50_000), 90_000, 90_000], 270_000],
])('%s', (_, durationsMs, expected) => {
  expect(callTimeoutMs(durationsMs, ALLOWED_MS)).toBe(expected)
})

test('a model that allows less than two minutes keeps its limit', () => {
  expect(callTimeoutMs(calls(200, 1_000), 60_000)).toBe(60_000)
})
