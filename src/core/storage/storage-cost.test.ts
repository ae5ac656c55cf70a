import { describe, expect, test } from 'vitest'
import { byteMonths, costOfBytes, keepingCost, storedMonths } from './storage-cost.ts'

const GB = 1_000_000_000
/** Dollars of nano-dollars. */
const usd = (nano: bigint): number => Number(nano) / 1e9
// 0.023 $ a GB-month and 0.09 $ a GB sent: list prices of S3 Standard, us-east-1
// (https://aws.amazon.com/s3/pricing/, read 2026-11-26).
const KEPT = 23_000_000n
const SENT = 90_000_000n

describe('keeping', () => {
  // Worked out by hand: bytes of each day, added up, by the days of the month, by the price.
  test.each([
    ['1 GB for all 30 days of November', [['2026-11-01', 1]], '2026-11-30', { '2026-11': 0.023 }],
    ['1 GB from its middle on', [['2026-11-16', 1]], '2026-11-30', { '2026-11': 0.0115 }],
    ['a month that is a third over', [['2026-11-01', 3]], '2026-11-10', { '2026-11': 0.023 }],
    [
      '10 GB from 20 January on, over a short February',
      [['2027-01-20', 10]],
      '2027-02-28',
      // 12 of 31 days: 0.23 × 12 / 31; then the whole month.
      { '2027-01': 0.089032258, '2027-02': 0.23 },
    ],
    [
      'a leap day counts',
      [['2028-02-29', 29]],
      '2028-02-29',
      // 29 GB on one of 29 days.
      { '2028-02': 0.023 },
    ],
    [
      'what grew, with a day on which nobody looked',
      [
        ['2026-11-27', 2],
        ['2026-11-29', 5],
      ],
      '2026-11-30',
      // 2 + 2 + 5 + 5 = 14 GB days of 30.
      { '2026-11': 0.010733333 },
    ],
    [
      'what was removed',
      [
        ['2026-11-01', 30],
        ['2026-11-02', 0],
      ],
      '2026-11-30',
      { '2026-11': 0.023 },
    ],
    ['nothing known', [], '2026-11-30', {}],
  ] as const)('%s', (_title, days, today, wanted) => {
    const stored = days.map(([day, gigabytes]) => ({ day, bytes: gigabytes * GB }))
    const months = storedMonths(stored, today)
    const costs = months.map((month) => [month.month, usd(keepingCost(month, KEPT))])
    expect(Object.fromEntries(costs)).toEqual(wanted)
  })

  test('byte months times the price is what the month costs', () => {
    const [month] = storedMonths([{ day: '2026-11-16', bytes: 7 * GB }], '2026-11-30')
    expect(month && byteMonths(month)).toBe(3_500_000_000n)
    expect(month && keepingCost(month, KEPT)).toBe(costOfBytes(3_500_000_000n, KEPT))
  })
})

test.each([
  [0, 0],
  [1, 0.00000000009],
  [1_500_000, 0.000135],
  [250 * GB, 22.5],
])('sending %d bytes costs %d dollars', (bytes, dollars) => {
  expect(usd(costOfBytes(bytes, SENT))).toBeCloseTo(dollars, 9)
})
