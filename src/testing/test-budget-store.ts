import { describe, expect, test } from 'vitest'
import type { BudgetClaim } from '../core/budgets/claim.ts'
import type { Fact } from '../core/jobs/request-record.ts'
import { closeEntry, settleEntry } from '../core/ledger/entry.ts'
import type { Stores } from '../ports/stores.ts'
import { sampleBudget, sampleClaim, sampleDay } from './sample-budgets.ts'
import {
  sampleAttempt,
  sampleHold,
  sampleNow,
  sampleRequest,
  sampleSettledAttempt,
} from './sample-records.ts'
import { playStorm, stormBudgets, stormWindows } from './spend-storm.ts'
import { type OpenStores, withStores } from './with-stores.ts'

/** Contract of {@link Stores.budgets}, and of what the journal does for them. */
export function testBudgetStore(name: string, open: OpenStores): void {
  describe(`${name}: budget store`, () => {
    admission(open)
    moving(open)
    changing(open)
    test('a thousand at once in five nested budgets overspend nothing, to the nano-dollar', () =>
      withStores(open, async (stores) => {
        const storm = { seed: 7, requests: 1_000 }
        for (const budget of stormBudgets(storm)) await stores.budgets.set(budget, sampleNow)
        const report = await playStorm([stores], storm)
        expect(report.admitted).toBeGreaterThan(100)
        expect(report.refused).toBeGreaterThan(100)
        expect(await stormWindows(storm, stores)).toEqual([])
        expect(await stores.ledger.audit()).toEqual([])
        const balance = { spentNano: report.spentNano, heldNano: 0n }
        expect(await stores.ledger.balance('key_a', 'real')).toEqual(balance)
      }))
  })
}

/** A request with a hold of 60 and what it claims. */
const opened = (name: string, claims: readonly BudgetClaim[]): readonly Fact[] => [
  { kind: 'request-accepted', request: sampleRequest(name) },
  { kind: 'hold-opened', hold: sampleHold(name, { amountNano: 60n }), claims },
  { kind: 'attempt-started', attempt: sampleAttempt(name) },
]

const settled = (name: string, costNano: bigint): Fact => {
  const attempt = sampleSettledAttempt(name, { costNano })
  const hold = sampleHold(name, { amountNano: 60n })
  const entry = settleEntry(hold, { ...attempt, book: 'real' }, sampleNow + 10)
  return { kind: 'attempt-settled', attempt, entry, images: [] }
}

const closed = (name: string, spentNano: bigint): Fact => ({
  kind: 'hold-closed',
  entry: closeEntry(sampleHold(name, { amountNano: 60n }), 'release', spentNano, sampleNow + 20),
})

const stateOf = async ({ budgets }: Stores, name: string) => {
  const key = { budgetId: `bud_${name}`, book: 'real', from: sampleDay.from } as const
  const [window] = await budgets.windows([key])
  return [window?.spentNano, window?.heldNano]
}

function admission(open: OpenStores): void {
  test('a hold that a budget has no room for is refused with all that came along', () =>
    withStores(open, async (stores) => {
      const { journal, budgets, requests, ledger } = stores
      await budgets.set(sampleBudget('day'), sampleNow)
      await budgets.set(sampleBudget('wide', { scope: 'team:a', limitNano: 1_000n }), sampleNow)
      const both = [sampleClaim('wide', 60n), sampleClaim('day', 60n)]
      await journal.commit(opened('one', both))
      const refused = journal.commit(opened('two', both))
      await expect(refused).rejects.toMatchObject({
        budgetRefusal: {
          ...{ budgetId: 'bud_day', book: 'real', window: sampleDay },
          ...{ limitNano: 100n, leftNano: 40n, askedNano: 60n },
        },
      })
      expect(await requests.request('req_two')).toBeUndefined()
      expect(await stateOf(stores, 'wide')).toEqual([0n, 60n])
      expect(await ledger.audit()).toEqual([])
    }))

  test('holds of one commit count together', () =>
    withStores(open, async (stores) => {
      await stores.budgets.set(sampleBudget('a', { limitNano: 100n }), sampleNow)
      const two = [...opened('1', [sampleClaim('a', 60n)]), ...opened('2', [sampleClaim('a', 60n)])]
      await expect(stores.journal.commit(two)).rejects.toThrow()
      await stores.journal.commit(opened('1', [sampleClaim('a', 60n)]))
      expect(await stateOf(stores, 'a')).toEqual([0n, 60n])
    }))

  test('of those that arrive together the first ones fit, and the others are no burden', () =>
    withStores(open, async (stores) => {
      await stores.budgets.set(sampleBudget('day'), sampleNow)
      const names = ['a', 'b', 'c', 'd']
      const commits = names.map((name, index) =>
        stores.journal.commit(opened(name, index === 2 ? [] : [sampleClaim('day', 50n)])),
      )
      const ends = await Promise.allSettled(commits)
      expect(ends.map(({ status }) => status)).toEqual([
        ...['fulfilled', 'fulfilled', 'fulfilled', 'rejected'],
      ])
    }))

  test('books and windows are apart', () =>
    withStores(open, async ({ journal, budgets }) => {
      await budgets.set(sampleBudget('day'), sampleNow)
      await journal.commit(opened('one', [sampleClaim('day', 100n)]))
      const later = { window: { from: sampleDay.to } }
      await journal.commit(opened('two', [sampleClaim('day', 100n, later)]))
      const hold = sampleHold('three', { book: 'simulated', amountNano: 60n })
      await journal.commit([
        { kind: 'request-accepted', request: sampleRequest('three') },
        { kind: 'hold-opened', hold, claims: [sampleClaim('day', 100n)] },
      ])
    }))
}

function moving(open: OpenStores): void {
  const provider = (id: string) => sampleClaim(id, 60n, { provider: id })
  const cases: Readonly<Record<string, readonly [readonly Fact[], bigint, bigint]>> = {
    'what is put aside is held': [[], 0n, 60n],
    'a settlement moves it to what is spent': [[settled('one', 20n)], 20n, 40n],
    'a close gives the rest back': [[settled('one', 20n), closed('one', 20n)], 20n, 0n],
    'more than was held is spent in full': [[settled('one', 90n)], 90n, 0n],
    'what comes after the close is spent all the same': [
      [closed('one', 0n), settled('one', 20n)],
      20n,
      0n,
    ],
  }
  for (const [claim, [facts, spentNano, heldNano]] of Object.entries(cases)) {
    test(`${claim}, and of a provider only what goes there`, () =>
      withStores(open, async (stores) => {
        const { journal, budgets, ledger } = stores
        for (const id of ['day', 'bfl', 'fal']) await budgets.set(sampleBudget(id), sampleNow)
        const claims = [sampleClaim('day', 60n), provider('bfl'), provider('fal')]
        await journal.commit(opened('one', claims))
        // Those that arrive together share a transaction.
        await Promise.all(facts.map((fact) => journal.commit([fact])))
        expect(await stateOf(stores, 'day')).toEqual([spentNano, heldNano])
        expect(await stateOf(stores, 'bfl')).toEqual([spentNano, heldNano])
        const isClosed = facts.some(({ kind }) => kind === 'hold-closed')
        expect(await stateOf(stores, 'fal')).toEqual([0n, isClosed ? 0n : 60n])
        expect(await ledger.audit()).toEqual([])
      }))
  }

  test('a life in one commit takes what it cost', () =>
    withStores(open, async (stores) => {
      await stores.budgets.set(sampleBudget('day'), sampleNow)
      const life = [...opened('one', [sampleClaim('day', 60n)]), settled('one', 7n)]
      await stores.journal.commit([...life, closed('one', 7n)])
      expect(await stateOf(stores, 'day')).toEqual([7n, 0n])
      expect(await stores.ledger.audit()).toEqual([])
    }))
}

function changing(open: OpenStores): void {
  test('another limit counts at once, a removed one no more, and what was spent stays', () =>
    withStores(open, async (stores) => {
      const { journal, budgets } = stores
      await budgets.set(sampleBudget('day'), sampleNow)
      await journal.commit(opened('one', [sampleClaim('day', 60n)]))
      await budgets.set(sampleBudget('day', { limitNano: 50n, softNano: 10n }), sampleNow)
      expect(await budgets.list()).toEqual([sampleBudget('day', { limitNano: 50n, softNano: 10n })])
      const one = [sampleClaim('day', 1n)]
      await expect(journal.commit(opened('two', one))).rejects.toMatchObject({
        budgetRefusal: { limitNano: 50n, leftNano: -10n },
      })
      expect(await budgets.remove('bud_day', sampleNow)).toBe(true)
      expect(await budgets.remove('bud_day', sampleNow)).toBe(false)
      expect(await budgets.list()).toEqual([])
      await journal.commit(opened('three', one))
      await budgets.set(sampleBudget('day', { limitNano: 61n }), sampleNow)
      await expect(journal.commit(opened('four', one))).rejects.toThrow('bud_day')
    }))

  test('each share of a window is told once, whoever tells it', () =>
    withStores(open, async ({ journal, budgets }) => {
      await budgets.set(sampleBudget('day'), sampleNow)
      const key = { budgetId: 'bud_day', book: 'real', from: sampleDay.from } as const
      expect(await budgets.tell(key, 50)).toBe(false)
      await journal.commit(opened('one', [sampleClaim('day', 60n)]))
      // Which of them is the first one, nobody knows.
      const told = await Promise.all([50, 50, 50].map((percent) => budgets.tell(key, percent)))
      expect(told.filter(Boolean)).toHaveLength(1)
      expect([await budgets.tell(key, 80), await budgets.tell(key, 50)]).toEqual([true, false])
      // Of another limit they are told anew.
      await budgets.set({ ...sampleBudget('day'), limitNano: 200n }, sampleNow)
      expect(await budgets.tell(key, 50)).toBe(true)
    }))
}
