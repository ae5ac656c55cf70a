import { describe, expect, test } from 'vitest'
import type { Fact } from '../core/jobs/request-record.ts'
import { type Book, closeEntry, type Hold, openEntry, settleEntry } from '../core/ledger/entry.ts'
import type { Stores } from '../ports/stores.ts'
import { fc } from './fast-check.ts'
import {
  openingFacts,
  sampleAttempt,
  sampleHold,
  sampleNow,
  sampleRequest,
  sampleSettledAttempt,
} from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

/** Contract of {@link Stores.ledger}: totals, entries, holds and the audit. */
export function testLedgerStore(name: string, open: OpenStores): void {
  describe(`${name}: ledger store`, () => {
    totals(open)
    apart(open)
    reading(open)
    anyOrder(open)
  })
}

interface Settlement {
  readonly position: number
  readonly costNano: bigint
  readonly book?: Book
}

const started = (name: string, position: number): Fact => ({
  kind: 'attempt-started',
  attempt: sampleAttempt(name, { id: `att_${name}_${position}`, position }),
})

const settled = (hold: Hold, name: string, settlement: Settlement): Fact => {
  const { position, costNano, book = 'real' } = settlement
  const id = `att_${name}_${position}`
  const attempt = sampleSettledAttempt(name, { id, position, costNano })
  const entry = settleEntry(hold, { id, costNano, book }, sampleNow + 10 + position)
  return { kind: 'attempt-settled', attempt, entry, images: [] }
}

const closed = (hold: Hold, spentNano: bigint, kind: 'release' | 'expire' = 'release'): Fact => ({
  kind: 'hold-closed',
  entry: closeEntry(hold, kind, spentNano, sampleNow + 1_000),
})

/** A request with a hold of 100 and three attempts under way. */
const opened = (name: string, hold: Hold): readonly Fact[] => [
  { kind: 'request-accepted', request: sampleRequest(name) },
  { kind: 'hold-opened', hold },
  ...[0, 1, 2].map((position) => started(name, position)),
]

function totals(open: OpenStores): void {
  const hold = sampleHold('one', { amountNano: 100n })
  const settle = (settlement: Settlement) => settled(hold, 'one', settlement)
  const cases: Readonly<Record<string, readonly [readonly Fact[], bigint, bigint]>> = {
    'an open hold is held': [[], 0n, 100n],
    'a settlement moves money from held to spent': [
      [settle({ position: 0, costNano: 30n })],
      30n,
      70n,
    ],
    'two settlements of one commit add up': [
      [settle({ position: 0, costNano: 30n }), settle({ position: 1, costNano: 50n })],
      80n,
      20n,
    ],
    'spending more than was held is booked in full and leaves nothing held': [
      [settle({ position: 0, costNano: 80n }), settle({ position: 1, costNano: 80n })],
      160n,
      0n,
    ],
    'closing releases what is left': [
      [settle({ position: 0, costNano: 30n }), closed(hold, 30n)],
      30n,
      0n,
    ],
    'an expired hold holds nothing': [[closed(hold, 0n, 'expire')], 0n, 0n],
    'a settlement after the close is spent and changes nothing held': [
      [closed(hold, 0n, 'expire'), settle({ position: 0, costNano: 30n })],
      30n,
      0n,
    ],
    'what is spent in the other book does not use the hold': [
      [settle({ position: 0, costNano: 30n, book: 'simulated' })],
      0n,
      100n,
    ],
  }
  for (const [claim, [facts, spentNano, heldNano]] of Object.entries(cases)) {
    for (const way of ['one commit', 'one commit each'] as const) {
      test(`${claim} (${way})`, () =>
        withStores(open, async ({ journal, ledger }) => {
          await journal.commit(opened('one', hold))
          if (way === 'one commit') await journal.commit(facts)
          else for (const fact of facts) await journal.commit([fact])
          expect(await ledger.balance('key_a', 'real')).toEqual({ spentNano, heldNano })
          expect(await ledger.audit()).toEqual([])
        }))
    }
  }
}

function apart(open: OpenStores): void {
  const hold = sampleHold('one', { amountNano: 100n })

  test('real and simulated spend are apart, and so are keys', () =>
    withStores(open, async ({ journal, ledger }) => {
      const simulated = sampleHold('two', { book: 'simulated', keyId: 'key_b', amountNano: 9n })
      await journal.commit([...opened('one', hold), ...opened('two', simulated)])
      const spent = { position: 0, costNano: 5n, book: 'simulated' } as const
      await journal.commit([settled(simulated, 'two', spent)])
      expect(await ledger.balance('key_a', 'real')).toEqual({ spentNano: 0n, heldNano: 100n })
      expect(await ledger.balance('key_b', 'simulated')).toEqual({ spentNano: 5n, heldNano: 4n })
      expect(await ledger.balance('key_b', 'real')).toEqual({ spentNano: 0n, heldNano: 0n })
      expect(await ledger.audit()).toEqual([])
    }))

  test('money beyond 2^53 nano-dollars stays exact', () =>
    withStores(open, async ({ journal, ledger }) => {
      const large = sampleHold('one', { amountNano: 9_007_199_254_740_993n })
      await journal.commit(opened('one', large))
      const spent = { position: 0, costNano: 9_007_199_254_740_992n }
      await journal.commit([settled(large, 'one', spent)])
      expect(await ledger.balance('key_a', 'real')).toEqual({
        spentNano: 9_007_199_254_740_992n,
        heldNano: 1n,
      })
    }))
}

function reading(open: OpenStores): void {
  test('entries come back as they were written, opening first and closing last', () =>
    withStores(open, async ({ journal, ledger }) => {
      const hold = sampleHold('one', { amountNano: 100n, openedAt: sampleNow + 1_000 })
      await journal.commit(opened('one', hold))
      const first = settled(hold, 'one', { position: 0, costNano: 30n })
      const second = settled(hold, 'one', { position: 1, costNano: 20n })
      const close = closed(hold, 50n)
      await journal.commit([second, close, first])
      const entries = [first, second, close].map((fact) => ('entry' in fact ? fact.entry : fact))
      const written = await ledger.entries('req_one')
      expect(written).toHaveLength(4)
      expect(written).toEqual(expect.arrayContaining([openEntry(hold), ...entries]))
      // The opening and the close share an instant here: the kind decides.
      expect(written.slice(-2).map(({ kind }) => kind)).toEqual(['hold', 'release'])
      expect(await ledger.entries('req_unknown')).toEqual([])
    }))

  test('a hold says whether it is open', () =>
    withStores(open, async ({ journal, ledger }) => {
      expect(await ledger.hold('req_one')).toBeUndefined()
      await journal.commit(openingFacts('one'))
      const hold = sampleHold('one')
      expect(await ledger.hold('req_one')).toEqual({ ...hold, isOpen: true })
      await journal.commit([closed(hold, 0n)])
      expect(await ledger.hold('req_one')).toEqual({ ...hold, isOpen: false })
    }))

  test('the newest hold of a request is its hold', () =>
    withStores(open, async ({ journal, ledger }) => {
      const again = sampleHold('one', { id: 'hld_again', openedAt: sampleNow + 1 })
      await journal.commit(openingFacts('one'))
      await journal.commit([
        closed(sampleHold('one'), 0n, 'expire'),
        { kind: 'hold-opened', hold: again },
      ])
      expect(await ledger.hold('req_one')).toEqual({ ...again, isOpen: true })
      expect(await ledger.audit()).toEqual([])
    }))

  test('the audit tells of a hold that was released short', () =>
    withStores(open, async ({ journal, ledger }) => {
      await journal.commit(openingFacts('one'))
      const { entry } = closed(sampleHold('one'), 0n) as Extract<Fact, { kind: 'hold-closed' }>
      await journal.commit([{ kind: 'hold-closed', entry: { ...entry, amountNano: 1n } }])
      expect(await ledger.audit()).toEqual([expect.stringContaining('hld_one')])
    }))

  test('the audit tells of an attempt that was booked at another cost', () =>
    withStores(open, async ({ journal, ledger }) => {
      const hold = sampleHold('one')
      await journal.commit(opened('one', hold))
      const fact = settled(hold, 'one', { position: 0, costNano: 5n })
      const settle = fact as Extract<Fact, { kind: 'attempt-settled' }>
      await journal.commit([{ ...settle, attempt: { ...settle.attempt, costNano: 6n } }])
      expect(await ledger.audit()).toEqual([expect.stringContaining('att_one_0')])
    }))
}

function anyOrder(open: OpenStores): void {
  const life = fc.record({
    amount: fc.bigInt({ min: 0n, max: 200n }),
    costs: fc.array(fc.bigInt({ min: 0n, max: 150n }), { maxLength: 3 }),
    closeAfter: fc.option(fc.nat(3), { nil: undefined }),
    book: fc.constantFrom<Book>('real', 'simulated'),
  })

  test('totals equal the sum of the entries after any lives in any groups', () =>
    withStores(open, async (stores) => {
      let run = 0
      await fc.assert(
        fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 6 }), async (lives) => {
          run += 1
          const keyId = `key_${run}`
          await Promise.all(
            lives.map(({ amount: amountNano, book, costs, closeAfter }, index) =>
              live(stores, `${run}_${index}`, { keyId, amountNano, book, costs, closeAfter }),
            ),
          )
          for (const book of ['real', 'simulated'] as const) {
            const mine = lives.filter((each) => each.book === book)
            expect(await stores.ledger.balance(keyId, book)).toEqual({
              spentNano: mine.flatMap(({ costs }) => costs).reduce((sum, cost) => sum + cost, 0n),
              heldNano: mine.reduce((sum, each) => sum + heldAfter(each), 0n),
            })
          }
          expect(await stores.ledger.audit()).toEqual([])
        }),
        { numRuns: 25 },
      )
    }))
}

interface Life {
  readonly costs: readonly bigint[]
  /** How many attempts are settled before the hold is closed; undefined = it stays open. */
  readonly closeAfter: number | undefined
}

const heldAfter = ({ amount, costs, closeAfter }: Life & { readonly amount: bigint }): bigint => {
  if (closeAfter !== undefined) return 0n
  const spent = costs.reduce((sum, cost) => sum + cost, 0n)
  return amount > spent ? amount - spent : 0n
}

/** Commits a life fact by fact, awaiting none: the journal keeps their order. */
async function live(
  { journal }: Stores,
  name: string,
  {
    keyId,
    amountNano,
    book,
    costs,
    closeAfter,
  }: Life & Pick<Hold, 'keyId' | 'amountNano' | 'book'>,
): Promise<void> {
  const hold = sampleHold(name, { keyId, amountNano, book })
  const settles = costs.map((costNano, position) =>
    settled(hold, name, { position, costNano, book }),
  )
  if (closeAfter !== undefined) {
    const spent = costs.slice(0, closeAfter).reduce((sum, cost) => sum + cost, 0n)
    settles.splice(closeAfter, 0, closed(hold, spent))
  }
  await Promise.all([
    journal.commit(opened(name, hold)),
    ...settles.map((fact) => journal.commit([fact])),
  ])
}
