import { describe, expect, test } from 'vitest'
import type { OwedAnswer } from '../core/answers/owed-answer.ts'
import type { Fact } from '../core/jobs/request-record.ts'
import {
  openingFacts,
  sampleIdempotencyKey,
  sampleNow,
  sampleOwedAnswer,
} from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

/** Contract of {@link Stores.answers}: what is owed, who waits for it, and what names lead to. */
export function testAnswerStore(name: string, open: OpenStores): void {
  describe(`${name}: answer store`, () => {
    owing(open)
    taking(open)
    naming(open)
    purging(open)
  })
}

const { keyId, fingerprint } = sampleOwedAnswer('any')
const equal = (now = sampleNow) => ({ keyId, fingerprint, now, limit: 9 })

const owe = (name: string, changes: Partial<OwedAnswer> = {}): Fact => ({
  kind: 'answer-owed',
  answer: sampleOwedAnswer(name, changes),
})

const free = { holder: undefined } as const
const minute = 60_000

function owing(open: OpenStores): void {
  test('equal requests of one virtual key are owed together, the oldest first', () =>
    withStores(open, async ({ journal, answers }) => {
      await journal.commit([owe('b'), owe('a'), owe('other', { fingerprint: 'other' })])
      await journal.commit([owe('stranger', { keyId: 'key_b' })])
      expect(await answers.owed(equal())).toEqual([sampleOwedAnswer('a'), sampleOwedAnswer('b')])
      expect(await answers.owed({ ...equal(), limit: 1 })).toEqual([sampleOwedAnswer('a')])
    }))

  test('what was closed is owed no more, and may be closed again', () =>
    withStores(open, async ({ journal, answers }) => {
      const answer = sampleOwedAnswer('a')
      await journal.commit([owe('a'), owe('b')])
      await journal.commit([{ kind: 'answer-closed', answer }])
      await journal.commit([{ kind: 'answer-closed', answer }])
      expect(await answers.owed(equal())).toEqual([sampleOwedAnswer('b')])
    }))

  test('what was kept long enough is owed no more', () =>
    withStores(open, async ({ journal, answers }) => {
      await journal.commit([owe('a', { keptUntil: sampleNow + minute })])
      expect(await answers.owed(equal(sampleNow + minute - 1))).toHaveLength(1)
      expect(await answers.owed(equal(sampleNow + minute))).toEqual([])
    }))

  test('one that became ready late is kept from then on', () =>
    withStores(open, async ({ journal, answers }) => {
      await journal.commit([owe('a'), owe('b')])
      await answers.keepUntil('req_a', sampleNow + 90 * minute)
      expect(await answers.owed(equal(sampleNow + 80 * minute))).toEqual([
        sampleOwedAnswer('a', { keptUntil: sampleNow + 90 * minute }),
      ])
    }))

  test('one that is offered is without a holder, whether it was closed before or not', () =>
    withStores(open, async ({ journal, answers }) => {
      await journal.commit([owe('a'), owe('b')])
      await journal.commit([{ kind: 'answer-closed', answer: sampleOwedAnswer('b') }])
      const keptUntil = sampleNow + minute
      for (const name of ['a', 'b']) await answers.offer(sampleOwedAnswer(name), keptUntil)
      expect(await answers.owed(equal())).toEqual([
        sampleOwedAnswer('a', { ...free, keptUntil }),
        sampleOwedAnswer('b', { ...free, keptUntil }),
      ])
    }))
}

function taking(open: OpenStores): void {
  const claim = (holder: string, now = sampleNow) => ({
    answer: sampleOwedAnswer('a'),
    holder,
    now,
    heldUntil: now + minute,
  })

  test('one without a holder is taken by one of all who want it', () =>
    withStores(open, async ({ journal, answers }) => {
      await journal.commit([owe('a', free)])
      const names = Array.from({ length: 20 }, (_, index) => `worker-${index}`)
      const taken = await Promise.all(names.map((name) => answers.take(claim(name))))
      expect(taken.filter((isTaken) => isTaken)).toHaveLength(1)
      const [answer] = await answers.owed(equal())
      expect(answer).toMatchObject({
        holder: names[taken.indexOf(true)],
        heldUntil: sampleNow + minute,
      })
    }))

  test('one with a living holder is not, until its lease runs out', () =>
    withStores(open, async ({ journal, answers }) => {
      const { heldUntil } = sampleOwedAnswer('a')
      await journal.commit([owe('a')])
      expect(await answers.take(claim('worker-b', heldUntil - 1))).toBe(false)
      expect(await answers.take(claim('worker-b', heldUntil))).toBe(true)
    }))

  test('a sign of life renews the leases of one holder and of no other', () =>
    withStores(open, async ({ journal, answers }) => {
      await journal.commit([owe('a'), owe('b', { holder: 'worker-b' }), owe('c', free)])
      const lease = { heldUntil: sampleNow + minute, keptUntil: sampleNow + 30 * minute }
      await answers.renew({ holder: 'worker-a', ...lease })
      const earlier = { heldUntil: sampleNow + 1, keptUntil: sampleNow + 2 }
      await answers.renew({ holder: 'worker-a', ...earlier })
      expect(await answers.owed(equal())).toEqual([
        sampleOwedAnswer('a', lease),
        sampleOwedAnswer('b', { holder: 'worker-b' }),
        sampleOwedAnswer('c', free),
      ])
    }))

  test('what nobody owes can not be taken', () =>
    withStores(open, async ({ answers }) => {
      expect(await answers.take(claim('worker-b'))).toBe(false)
    }))
}

function naming(open: OpenStores): void {
  const used = (name: string, changes = {}): Fact => ({
    kind: 'key-used',
    key: sampleIdempotencyKey(name, changes),
  })
  const label = sampleIdempotencyKey('any').name
  const named = (now = sampleNow) => ({ keyId, name: label, now })

  test('a name leads to its request until it expires', () =>
    withStores(open, async ({ journal, answers }) => {
      await journal.commit([used('one')])
      const { expiresAt } = sampleIdempotencyKey('one')
      expect(await answers.named(named(expiresAt - 1))).toEqual(sampleIdempotencyKey('one'))
      expect(await answers.named(named(expiresAt))).toBeUndefined()
      expect(await answers.named({ ...named(), keyId: 'key_b' })).toBeUndefined()
    }))

  test('of many that take up one name at once a single one succeeds', () =>
    withStores(open, async ({ journal, answers, requests }) => {
      const names = Array.from({ length: 20 }, (_, index) => `r${index}`)
      const ends = await Promise.allSettled(
        names.map((name) => journal.commit([used(name), ...openingFacts(name)])),
      )
      const won = names.filter((_, index) => ends[index]?.status === 'fulfilled')
      expect(won).toHaveLength(1)
      expect(await answers.named(named())).toMatchObject({ requestId: `req_${won[0]}` })
      const written = await Promise.all(names.map((name) => requests.request(`req_${name}`)))
      expect(written.filter((request) => request !== undefined)).toHaveLength(1)
    }))

  test('a name that has expired, or was given up, can be used again', () =>
    withStores(open, async ({ journal, answers }) => {
      await journal.commit([used('one')])
      const { expiresAt } = sampleIdempotencyKey('one')
      const later = { usedAt: expiresAt, expiresAt: expiresAt + minute }
      await journal.commit([used('two', later)])
      const second = sampleIdempotencyKey('two', later)
      expect(await answers.named(named(expiresAt))).toEqual(second)
      await answers.free(sampleIdempotencyKey('one'))
      expect(await answers.named(named(expiresAt))).toEqual(second)
      await answers.free(second)
      await journal.commit([used('three')])
      expect(await answers.named(named())).toEqual(sampleIdempotencyKey('three'))
    }))
}

function purging(open: OpenStores): void {
  test('only what is over is purged, up to the limit of each', () =>
    withStores(open, async ({ journal, answers }) => {
      const now = sampleNow + 25 * 60 * minute
      await journal.commit([
        ...['a', 'b', 'c'].map((name) => owe(name)),
        owe('d', { keptUntil: now + 1 }),
        ...['e', 'f'].map((name): Fact => {
          const key = sampleIdempotencyKey(name, { name })
          return { kind: 'key-used', key }
        }),
        { kind: 'key-used', key: sampleIdempotencyKey('g', { name: 'g', expiresAt: now + 1 }) },
      ])
      expect(await answers.purge(now, 2)).toBe(4)
      expect(await answers.purge(now, 2)).toBe(1)
      expect(await answers.purge(now, 2)).toBe(0)
      expect(await answers.owed(equal(now))).toHaveLength(1)
      expect(await answers.named({ keyId, name: 'g', now })).toBeDefined()
    }))
}
