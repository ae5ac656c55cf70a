import { describe, expect, test } from 'vitest'
import { bookRow, FeedStand } from '../../../../testing/feed-stand.ts'
import { addTallies, type Bill, type BillTally, tallyOf } from '../bill-tally.ts'
import { anySelector, slotKey } from '../feed-entry.ts'
import type { SourceRef } from '../trust.ts'
import { readBills } from './bills.ts'

const source: SourceRef = { id: 'bills', kind: 'learned-from-bills', trust: 'charged' }
const at = Date.parse('2026-10-30T08:00:00Z')
const selector = { ...anySelector, quality: 'high', size: '1024x1024' }

function tally(count: number, billed: readonly bigint[], change: Partial<Bill> = {}): BillTally {
  const bills = Array.from({ length: count }, (_, index): Bill => {
    const billedNano = billed[index % billed.length] ?? 0n
    const slot = { offer: 'acme/painter', operation: 'generate', selector }
    const money = { billedNano, expectedNano: 40_000_000n }
    return { ...slot, images: 1, ...money, at: at + index * 60_000, ...change }
  })
  return bills.flatMap((bill) => tallyOf(bill) ?? []).reduce(addTallies)
}

const read = (tallies: readonly BillTally[], inForce: ReadonlySet<string> = new Set()) =>
  readBills(tallies, { source: source.id, inForce })

test('twenty bills that agree with each other and not with the book make a price', () => {
  expect(read([tally(20, [60_000_000n])]).entries).toMatchObject([
    {
      components: [{ kind: 'per_image', usd: '0.06' }],
      selector,
      validFrom: '2026-10-30',
      confidence: 'derived',
    },
  ])
})

describe('no price comes of', () => {
  test.each<[string, BillTally]>([
    ['nineteen bills', tally(19, [60_000_000n])],
    ['bills that differ among each other', tally(40, [60_000_000n, 70_000_000n])],
    ['bills that the book foresaw', tally(40, [40_500_000n])],
  ])('%s', (_, tallied) => {
    const { entries, skipped } = read([tallied])
    expect(entries).toEqual([])
    expect(skipped).toMatchObject([{ code: 'not_settled' }])
  })

  test('a bill of nothing, or for no image', () => {
    const bill = { offer: 'a/b', operation: 'generate', selector, expectedNano: 1n, at }
    expect(tallyOf({ ...bill, images: 1, billedNano: 0n })).toBeUndefined()
    expect(tallyOf({ ...bill, images: 0, billedNano: 5n })).toBeUndefined()
  })
})

test('what was learned is kept, although the book foresees it now', () => {
  const tallied = tally(40, [60_000_000n], { expectedNano: 60_000_000n })
  expect(read([tallied]).entries).toEqual([])
  expect(read([tallied], new Set([slotKey(tallied)])).entries).toHaveLength(1)
})

test('what was charged wins over the book, until a newer price is published', () => {
  const stand = new FeedStand([bookRow('0.04', { when: { ...selector } })])
  stand.read(source, read([tally(20, [60_000_000n])]).entries)
  expect(stand.usd()).toBe('0.06')
  const newer = new FeedStand([
    bookRow('0.05', { when: { ...selector }, valid_from: '2026-11-20' }),
  ])
  newer.now = Date.parse('2026-11-21')
  const { entries } = read([tally(20, [60_000_000n])])
  const input = { kind: 'reading', source, reading: { entries, skipped: [] } } as const
  expect(newer.take(input).verdicts).toMatchObject([{ losers: [{ reason: 'bills_are_older' }] }])
  expect(newer.usd()).toBe('0.05')
})

test('tallies can be added in any order', () => {
  const [first, second] = [tally(3, [60_000_000n]), tally(5, [50_000_000n])]
  expect(addTallies(first, second)).toEqual(addTallies(second, first))
})
