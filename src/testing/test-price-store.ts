import { describe, expect, test } from 'vitest'
import type { BillTally } from '../core/pricebook/feed/bill-tally.ts'
import { anySelector } from '../core/pricebook/feed/feed-entry.ts'
import { emptyFeedState } from '../core/pricebook/feed/feed-state.ts'
import type { RecordedChange } from '../core/pricebook/feed/recorded-change.ts'
import { type OpenStores, withStores } from './with-stores.ts'

const NOON = Date.UTC(2026, 10, 20, 12)

const changeOf = (number: number, changes: Partial<RecordedChange['change']> = {}) =>
  ({
    change: {
      ...{ id: `chg_${number}`, subject: 'price', kind: 'raised', offer: 'acme/painter' },
      ...{ old: null, new: null, source: 'ours', foundAt: NOON, effectiveFrom: '2026-11-20' },
      ...{ state: 'applied', reasons: [], operation: 'generate', selector: anySelector },
      ...{ factor: { low: 1.5, high: 1.5, compared: 3 }, rows: [] },
      ...changes,
    },
    impact: { calls: 3, sampled: 2, monthlyNano: 9_007_199_254_740_993n, reroutes: [] },
    recordedAt: NOON + number,
  }) as RecordedChange

const tallyOf = (billedNano: bigint): BillTally => ({
  ...{ offer: 'acme/painter', operation: 'generate', selector: anySelector },
  ...{ bills: 1, images: 2, billedNano, expectedNano: 20n, leastNano: 5n, mostNano: 15n },
  ...{ firstAt: NOON, lastAt: NOON },
})

/** Contract of {@link Stores.prices}. */
export function testPriceStore(name: string, open: OpenStores): void {
  describe(`${name}: price store`, () => {
    test('a step is taken from the revision it began at, by one of all who try', () =>
      withStores(open, async ({ prices }) => {
        expect(await prices.feed()).toEqual({ state: emptyFeedState, revision: 0 })
        const step = { from: 0, state: emptyFeedState, changes: [changeOf(1)] }
        const taken = await Promise.all(Array.from({ length: 5 }, () => prices.advance(step)))
        expect(taken.filter(Boolean)).toHaveLength(1)
        expect((await prices.feed()).revision).toBe(1)
        expect(await prices.advance({ ...step, changes: [changeOf(2)] })).toBe(false)
        expect(await prices.changes({ limit: 9 })).toEqual([changeOf(1)])
        expect(await prices.advance({ ...step, from: 1, changes: [changeOf(2)] })).toBe(true)
        expect((await prices.feed()).revision).toBe(2)
      }))

    test('changes come newest first, by pages and by what they are', () =>
      withStores(open, async ({ prices }) => {
        const changes = [
          changeOf(1),
          changeOf(2, { kind: 'cut' }),
          changeOf(3, { offer: 'acme/other', state: 'quarantined' }),
        ]
        await prices.advance({ from: 0, state: emptyFeedState, changes })
        const ids = async (query: Parameters<typeof prices.changes>[0]) =>
          (await prices.changes(query)).map(({ change }) => change.id)
        expect(await ids({ limit: 2 })).toEqual(['chg_3', 'chg_2'])
        expect(await ids({ limit: 2, after: 'chg_2' })).toEqual(['chg_1'])
        expect(await ids({ limit: 9, kind: 'cut' })).toEqual(['chg_2'])
        expect(await ids({ limit: 9, offer: 'acme/other' })).toEqual(['chg_3'])
        expect(await ids({ limit: 9, state: 'applied' })).toEqual(['chg_2', 'chg_1'])
      }))

    test('a source is claimed by one, until it is due again', () =>
      withStores(open, async ({ prices }) => {
        const claim = { id: 'ours', now: NOON, until: NOON + 1_000 }
        const first = await Promise.all(Array.from({ length: 5 }, () => prices.claimSource(claim)))
        expect(first.filter(Boolean)).toHaveLength(1)
        expect(await prices.claimSource({ ...claim, now: NOON + 999 })).toBe(false)
        expect(await prices.claimSource({ ...claim, now: NOON + 1_000 })).toBe(true)
        const status = {
          ...{ id: 'ours', version: { etag: '"1"' }, fetchedAt: NOON, failures: 2 },
          ...{ failedAt: NOON + 1, error: 'down\0', dueAt: NOON + 2 },
        }
        await prices.noteSource(status)
        expect(await prices.sources()).toEqual([{ ...status, error: 'down\u{FFFD}' }])
      }))

    test('bills of several processes and days add up, and the same put twice counts once', () =>
      withStores(open, async ({ prices }) => {
        const put = (day: string, owner: string, nano: bigint) =>
          prices.putBills({ day, owner, tallies: [tallyOf(nano)] })
        await put('2026-11-19', 'one', 1n)
        await put('2026-11-20', 'one', 10n)
        await put('2026-11-20', 'one', 20n)
        await put('2026-11-20', 'two', 100n)
        const [all] = await prices.bills('2026-11-01')
        expect(all).toMatchObject({ bills: 3, billedNano: 121n, offer: 'acme/painter' })
        await prices.purgeBills('2026-11-20')
        expect(await prices.bills('2026-11-01')).toMatchObject([{ bills: 2, billedNano: 120n }])
      }))
  })
}
