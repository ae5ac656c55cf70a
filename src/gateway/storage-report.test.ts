import { expect, test } from 'vitest'
import type { KeptPictures } from '../ports/kept-pictures.ts'
import { printStorageReport, reportStorage } from './storage-report.ts'

const GIGABYTE = 1e9
const clock = { now: () => Date.UTC(2026, 10, 15), monotonicMs: () => 0 }
const kept = {
  stored: async () => ({ pictures: 2, bytes: 3 * GIGABYTE }),
  storedDays: async () => [{ day: '2026-11-06', bytes: 3 * GIGABYTE }],
  traffic: async () => [
    { month: '2026-11', bytes: 2 * GIGABYTE },
    { month: '2026-10', bytes: GIGABYTE },
  ],
} as unknown as KeptPictures
const report = async (prices: Parameters<typeof reportStorage>[0]) =>
  printStorageReport(await reportStorage(prices, { stores: { kept }, clock: clock as never }))

test('a month costs what lay there on its days until today, and what was sent', async () => {
  const prices = { monthGigabyteNano: 30_000_000n, sentGigabyteNano: 90_000_000n }
  expect(await report(prices)).toEqual({
    ...{ object: 'storage.usage', pictures: 2, bytes: 3 * GIGABYTE, cost_per_month: '0.09' },
    months: [
      {
        ...{ month: '2026-11', byte_months: '1000000000', kept_cost: '0.03' },
        ...{ sent_bytes: 2 * GIGABYTE, sent_cost: '0.18', cost: '0.21' },
      },
      {
        ...{ month: '2026-10', byte_months: '0', kept_cost: '0' },
        ...{ sent_bytes: GIGABYTE, sent_cost: '0.09', cost: '0.09' },
      },
    ],
  })
})

test('a price that nobody said makes a cost unknown, and never zero', async () => {
  expect(await report({ sentGigabyteNano: 90_000_000n })).toMatchObject({
    cost_per_month: null,
    months: [
      { kept_cost: null, sent_cost: '0.18', cost: null },
      { kept_cost: null, sent_cost: '0.09', cost: null },
    ],
  })
})
