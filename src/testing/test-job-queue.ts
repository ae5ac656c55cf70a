import { describe, expect, test } from 'vitest'
import type { QueuePlace } from '../core/jobs/queue-place.ts'
import type { Fact, RequestRecord } from '../core/jobs/request-record.ts'
import { closeEntry } from '../core/ledger/entry.ts'
import { sampleBudget } from './sample-budgets.ts'
import {
  sampleAttempt,
  sampleEndedRequest,
  sampleHold,
  sampleNow,
  sampleRequest,
} from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

const now = sampleNow + 1_000
const claim = {
  ...{ owner: 'worker-b', now, leaseUntil: now + 10_000, limit: 99 },
  exceptKeys: [] as readonly string[],
}

const placeOf = (changes: Partial<QueuePlace> = {}): QueuePlace => ({
  ...{ priority: 'normal', dueAt: sampleNow, tries: 0, fence: 0 },
  ...changes,
})

const waiting = (
  name: string,
  place: Partial<QueuePlace> = {},
  changes: Partial<RequestRecord> = {},
): RequestRecord =>
  sampleRequest(name, {
    ...{ state: 'queued', leaseOwner: undefined, leaseUntil: undefined },
    place: placeOf(place),
    ...changes,
  })

const accepted = (request: RequestRecord): Fact => ({ kind: 'request-accepted', request })
const idsOf = (requests: readonly RequestRecord[]) => requests.map(({ id }) => id)
const fenced = (request: RequestRecord, fence: number): RequestRecord => ({
  ...request,
  place: placeOf({ ...request.place, fence }),
})
const backOf = (id: string, fence: number, dueAt: number): Fact => ({
  ...{ kind: 'job-put-back', id, fence },
  back: { state: 'paused', dueAt, tries: 1 },
})

/** Contract of {@link Stores.queue}: who gets which job when, and who has lost it. */
export function testJobQueue(name: string, open: OpenStores): void {
  describe(`${name}: job queue`, () => {
    claiming(open)
    fencing(open)
    sets(open)
    batches(open)
  })
}

function claiming(open: OpenStores): void {
  test('what is due is claimed by priority, then in the order in which it became due', () =>
    withStores(open, async ({ journal, queue, requests }) => {
      const line = { id: 'batch_a', line: 7 }
      await journal.commit(
        [
          waiting('low', { priority: 'low', dueAt: sampleNow - 9, batch: line }),
          waiting('second', { dueAt: sampleNow + 2 }),
          waiting('first', { dueAt: sampleNow + 1 }, { state: 'paused' }),
          waiting('later', { priority: 'high', dueAt: now + 1 }),
          waiting('high', { priority: 'high', dueAt: now }),
          sampleRequest('running'),
        ].map(accepted),
      )
      expect(idsOf(await queue.claim({ ...claim, limit: 2 }))).toEqual(['req_high', 'req_first'])
      const rest = await queue.claim(claim)
      expect(idsOf(rest)).toEqual(['req_second', 'req_low'])
      expect(rest[1]).toMatchObject({
        ...{ state: 'running', leaseOwner: 'worker-b', leaseUntil: claim.leaseUntil },
        place: { priority: 'low', fence: 1, tries: 0, batch: line },
      })
      expect(await requests.request('req_low')).toEqual(rest[1])
      expect(await queue.claim(claim)).toEqual([])
      expect(idsOf(await queue.claim({ ...claim, now: now + 1 }))).toEqual(['req_later'])
    }))

  test('jobs of a key that has enough are left alone, and a batch may be taken by itself', () =>
    withStores(open, async ({ journal, queue }) => {
      await journal.commit(
        [
          waiting('mine', { dueAt: sampleNow + 1 }),
          waiting('theirs', {}, { keyId: 'key_b' }),
          waiting('line', { priority: 'low', batch: { id: 'batch_a', line: 0 } }),
        ].map(accepted),
      )
      const others = { ...claim, exceptKeys: ['key_a', 'key_c'] }
      expect(idsOf(await queue.claim(others))).toEqual(['req_theirs'])
      expect(idsOf(await queue.claim({ ...claim, batchId: 'batch_a' }))).toEqual(['req_line'])
      expect(idsOf(await queue.claim(claim))).toEqual(['req_mine'])
    }))

  test('callers at the same time never get the same job', () =>
    withStores(open, async ({ journal, queue }) => {
      const names = Array.from({ length: 60 }, (_, index) => `n${index}`)
      await journal.commit(names.map((each) => accepted(waiting(each))))
      const claims = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          queue.claim({ ...claim, owner: `worker-${index}`, limit: 9 }),
        ),
      )
      const ids = [...claims.flat(), ...(await queue.claim(claim))].map(({ id }) => id)
      expect(ids).toHaveLength(60)
      expect(new Set(ids).size).toBe(60)
    }))

  test('what a dead process made of one batch is taken over by itself', () =>
    withStores(open, async ({ journal, queue, requests }) => {
      const line = waiting('line', { batch: { id: 'batch_a', line: 0 } })
      await journal.commit([accepted(line), accepted(waiting('other'))])
      expect(await queue.claim(claim)).toHaveLength(2)
      const later = claim.leaseUntil + 1
      const over = { ...claim, owner: 'worker-c', now: later, leaseUntil: later + 1 }
      const taken = await requests.claimUnfinished({ ...over, batchId: 'batch_a' })
      expect(idsOf(taken)).toEqual(['req_line'])
      expect(idsOf(await requests.claimUnfinished(over))).toEqual(['req_other'])
    }))
}

function fencing(open: OpenStores): void {
  test('a job that is begun has its plan, and one that is put back is claimed when due', () =>
    withStores(open, async ({ journal, queue, requests }) => {
      await journal.commit([accepted(waiting('one', {}, { plan: {}, book: 'simulated' }))])
      const [job] = await queue.claim(claim)
      const begun = { ...job!, plan: { steps: ['x'] }, book: 'real' as const, listCostNano: 7n }
      await journal.commit([
        { kind: 'job-begun', request: begun },
        { kind: 'hold-opened', hold: sampleHold('one') },
      ])
      expect(await requests.request('req_one')).toEqual(begun)
      const entry = closeEntry(sampleHold('one'), 'release', 0n, now)
      await journal.commit([backOf('req_one', 1, now + 5), { kind: 'hold-closed', entry }])
      expect(await requests.request('req_one')).toMatchObject({
        ...{ state: 'paused', leaseOwner: undefined },
        place: { dueAt: now + 5, tries: 1, fence: 1 },
      })
      expect(await queue.claim(claim)).toEqual([])
      const [again] = await queue.claim({ ...claim, now: now + 5 })
      expect(again).toMatchObject({ state: 'running', place: { fence: 2 } })
    }))

  test('a job that a budget has paused is due when that budget is changed, and no other is', () =>
    withStores(open, async ({ journal, queue, requests, budgets }) => {
      for (const each of ['day', 'week']) await budgets.set(sampleBudget(each), sampleNow)
      await journal.commit(['day', 'week'].map((each) => accepted(waiting(each))))
      await queue.claim(claim)
      const later = now + 60_000
      const backs = ['day', 'week'].map((each): Fact => {
        const back = { state: 'paused', dueAt: later, tries: 0, pausedBy: `bud_${each}` } as const
        return { kind: 'job-put-back', id: `req_${each}`, fence: 1, back }
      })
      await journal.commit(backs)
      await budgets.set(sampleBudget('day', { limitNano: 200n }), now + 1)
      expect(await queue.claim(claim)).toEqual([])
      const [woken, ...others] = await queue.claim({ ...claim, now: now + 1 })
      expect([woken?.id, woken?.place?.pausedBy, others]).toEqual(['req_day', 'bud_day', []])
      expect((await requests.request('req_week'))?.place).toMatchObject({ dueAt: later })
      await budgets.remove('bud_week', now + 2)
      expect(idsOf(await queue.claim({ ...claim, now: now + 2 }))).toEqual(['req_week'])
    }))

  test('a process that has lost a job writes no call, no end and no return of it', () =>
    withStores(open, async ({ journal, queue, requests, ledger }) => {
      await journal.commit([accepted(waiting('one'))])
      const [lost] = await queue.claim(claim)
      const later = claim.leaseUntil + 1
      const [taken] = await requests.claimUnfinished({ ...claim, owner: 'worker-c', now: later })
      expect([lost?.place?.fence, taken?.place?.fence]).toEqual([1, 2])
      const lateFacts: readonly (readonly Fact[])[] = [
        [
          { kind: 'job-begun', request: lost! },
          { kind: 'attempt-started', attempt: sampleAttempt('one') },
        ],
        [{ kind: 'request-ended', request: fenced(sampleEndedRequest('one'), 1) }],
        [backOf('req_one', 1, later)],
      ]
      for (const facts of lateFacts) {
        await expect(journal.commit(facts)).rejects.toMatchObject({
          contradiction: expect.any(String),
        })
      }
      expect(await requests.attempts('req_one')).toEqual([])
      await journal.commit([
        { kind: 'request-ended', request: fenced(sampleEndedRequest('one'), 2) },
      ])
      expect(await requests.request('req_one')).toMatchObject({ state: 'completed' })
      expect(await ledger.audit()).toEqual([])
    }))
}

function sets(open: OpenStores): void {
  const inGroup = (group: string) => ({ request: { ...sampleRequest('x').request, group } })

  test('all jobs of a group are asked to be cancelled at once, of its tenant alone', () =>
    withStores(open, async ({ journal, queue, requests }) => {
      await journal.commit(
        [
          waiting('waits', { dueAt: now + 99_000 }, inGroup('page')),
          sampleRequest('runs', inGroup('page')),
          waiting('other', {}, inGroup('page 2')),
          waiting('theirs', {}, { ...inGroup('page'), tenant: 'tenant-b' }),
          sampleEndedRequest('ended', inGroup('page')),
        ].map(accepted),
      )
      const group = { tenant: 'tenant-a', group: 'page' }
      expect(await queue.askCancelAll(group, now)).toBe(2)
      expect(await queue.askCancelAll(group, now + 1)).toBe(0)
      expect(await queue.askCancelAll({ ...group, group: '' }, now)).toBe(0)
      expect(await requests.cancelAsked('worker-a')).toEqual(['req_runs'])
      const claimed = await queue.claim(claim)
      expect(
        claimed.filter(({ cancelAskedAt }) => cancelAskedAt === now).map(({ id }) => id),
      ).toEqual(['req_waits'])
      expect((await requests.request('req_ended'))?.cancelAskedAt).toBeUndefined()
      const stopped = { state: 'cancelled', summary: { cancelled: { saved: '0.04' } } } as const
      const lost = ['a', 'b'].map((each) => sampleEndedRequest(each, inGroup('page')))
      await journal.commit(lost.map((each) => accepted({ ...each, ...stopped })))
      const real = { jobs: 2, savedNano: 80_000_000n }
      expect(await queue.sumCancelled(group, 'real')).toEqual(real)
      expect(await queue.sumCancelled(group, 'simulated')).toEqual({ jobs: 0, savedNano: 0n })
    }))
}

function batches(open: OpenStores): void {
  test('a batch has each line once, counts and sums them, and is cancelled as a whole', () =>
    withStores(open, async ({ journal, queue }) => {
      const lineOf = (line: number) =>
        waiting(`line${line}`, { priority: 'low', batch: { id: 'batch_a', line } })
      await journal.commit([2, 0, 1].map((line) => accepted(lineOf(line))))
      const twin = { ...lineOf(1), id: 'req_twin' }
      await expect(journal.commit([accepted(twin)])).rejects.toMatchObject({
        contradiction: expect.any(String),
      })
      const late = { counts: new Map([['queued', 3]]), oldestMs: 1_000 }
      expect(await queue.depth(now)).toEqual(late)
      const lines = await queue.lines('batch_a', { from: 1, limit: 9 })
      expect(idsOf(lines)).toEqual(['req_line1', 'req_line2'])
      await queue.claim({ ...claim, limit: 1 })
      const counts = new Map([
        ['queued', 2],
        ['running', 1],
      ])
      expect(await queue.countBatch('batch_a')).toEqual(counts)
      expect(await queue.depth(now)).toEqual({ counts, oldestMs: 1_000 })
      expect(await queue.lastLine('batch_a')).toBe(2)
      expect(await queue.lastLine('batch_b')).toBe(0)
      const sums = { counts, costNano: 0n, savedNano: 0n, images: 0, cached: 0, retried: 0 }
      expect(await queue.sumBatch('batch_a')).toEqual(sums)
      const [running] = await queue.lines('batch_a', { from: 0, limit: 1 })
      const back = { state: 'paused', dueAt: now + 9, tries: 1, pausedBy: 'bud_a' } as const
      const { id = '', place } = running ?? {}
      await journal.commit([{ kind: 'job-put-back', id, fence: place?.fence ?? 0, back }])
      expect(await queue.budgetsPausing('batch_a')).toEqual(['bud_a'])
      expect(await queue.budgetsPausing('batch_b')).toEqual([])
      expect(await queue.sumBatch('batch_a')).toEqual({
        ...{ ...sums, retried: 1, pausedUntil: now + 9 },
        counts: new Map([
          ['paused', 1],
          ['queued', 2],
        ]),
      })
      expect(await queue.askCancelAll({ batchId: 'batch_a' }, now)).toBe(3)
      expect(await queue.claim(claim)).toHaveLength(3)
    }))
}
