import { expect, test } from 'vitest'
import { rateReportOf } from './rate-headers.ts'

const now = 1_790_000_000_000

test.each<[string, Record<string, string>, object | undefined]>([
  [
    "OpenAI's durations",
    { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m1.5s' },
    { remaining: 0, resetMs: 361_500 },
  ],
  [
    'milliseconds',
    { 'x-ratelimit-remaining-requests': '7', 'x-ratelimit-reset-requests': '120ms' },
    { remaining: 7, resetMs: 120 },
  ],
  [
    'seconds',
    { 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '12' },
    { remaining: 3, resetMs: 12_000 },
  ],
  [
    'an epoch',
    { 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '1790000030' },
    { remaining: 3, resetMs: 30_000 },
  ],
  [
    'an epoch that has passed',
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1780000000' },
    { remaining: 0, resetMs: 0 },
  ],
  ['no headers', {}, undefined],
  ['half of them', { 'x-ratelimit-remaining': '3' }, undefined],
  ['nonsense', { 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': 'soon' }, undefined],
  [
    'a word among numbers',
    { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '3 fortnights' },
    undefined,
  ],
])('%s', (_claim, headers, expected) => {
  const report = rateReportOf(headers, now)
  if (expected === undefined) expect(report).toBeUndefined()
  else expect(report).toEqual({ kind: 'remaining', ...expected })
})
