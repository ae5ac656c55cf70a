import { expect, test } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

test.each([
  ['milliseconds win over seconds', { 'retry-after-ms': '1500', 'retry-after': '9' }, 1_500],
  ['seconds', { 'retry-after': '20' }, 20_000],
  ['parts of a second round up', { 'retry-after': '0.0005' }, 1],
  [
    'a date counts from the date of the answer',
    { 'retry-after': 'Fri, 20 Nov 2026 10:00:30 GMT', date: 'Fri, 20 Nov 2026 10:00:00 GMT' },
    30_000,
  ],
  [
    'a date in the past is no pause',
    { 'retry-after': 'Fri, 20 Nov 2026 09:00:00 GMT', date: 'Fri, 20 Nov 2026 10:00:00 GMT' },
    0,
  ],
  [
    'a date without a date to count from',
    { 'retry-after': 'Fri, 20 Nov 2026 10:00:30 GMT' },
    undefined,
  ],
  ['a negative number', { 'retry-after': '-5' }, undefined],
  ['nonsense', { 'retry-after': 'soon' }, undefined],
  ['nothing', {}, undefined],
])('%s', (_claim, headers: Record<string, string>, expected) => {
  expect(retryAfterMs(headers)).toBe(expected)
})
