import { describe, expect, test } from 'vitest'
import type { Fact, RequestRecord } from '../core/jobs/request-record.ts'
import {
  closingFacts,
  openingFacts,
  sampleAttempt,
  sampleEndedRequest,
  sampleImage,
  sampleNow,
  sampleRequest,
  settledFact,
} from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

/** Contract of {@link Stores.requests}: reading, paging, and leases that no two owners share. */
export function testRequestStore(name: string, open: OpenStores): void {
  describe(`${name}: request store`, () => {
    reading(open)
    paging(open)
    claiming(open)
    cancelling(open)
  })
}

const accepted = (name: string, changes: Partial<RequestRecord>): Fact => ({
  kind: 'request-accepted',
  request: sampleRequest(name, changes),
})

const idsOf = (requests: readonly RequestRecord[]): readonly string[] =>
  requests.map(({ id }) => id)

function reading(open: OpenStores): void {
  test('a record without its optional members comes back without them', () =>
    withStores(open, async ({ journal, requests }) => {
      const bare = sampleRequest('one', { leaseOwner: undefined, leaseUntil: undefined })
      await journal.commit([{ kind: 'request-accepted', request: bare }])
      expect(await requests.request('req_one')).toEqual(bare)
    }))

  test('a record with all members comes back the same', () =>
    withStores(open, async ({ journal, requests }) => {
      const full = sampleEndedRequest('one', {
        error: { code: 'no_provider_available', message: 'Sorry, “all” are down 🙈' },
        leaseOwner: 'worker-b',
        leaseUntil: sampleNow + 1,
        cancelAskedAt: sampleNow,
      })
      await journal.commit([{ kind: 'request-accepted', request: full }])
      expect(await requests.request('req_one')).toEqual(full)
    }))

  test('what does not exist is undefined or empty', () =>
    withStores(open, async ({ requests }) => {
      expect(await requests.request('req_none')).toBeUndefined()
      expect(await requests.image('img_none')).toBeUndefined()
      expect(await requests.attempt('att_none')).toBeUndefined()
      expect(await requests.attempts('req_none')).toEqual([])
      expect(await requests.images('req_none')).toEqual([])
    }))

  test('attempts come in their order, pictures in the order of attempts and answers', () =>
    withStores(open, async ({ journal, requests }) => {
      const second = sampleAttempt('one', { id: 'att_a', position: 1 })
      await journal.commit([...openingFacts('one'), { kind: 'attempt-started', attempt: second }])
      expect((await requests.attempts('req_one')).map(({ id }) => id)).toEqual(['att_one', 'att_a'])
      expect(await requests.attempt('att_a')).toEqual(second)
      const settle = settledFact('one')
      const pictures = (attemptId: string, ids: readonly string[]) =>
        ids.map((id) => sampleImage('one', { id, attemptId }))
      await journal.commit([
        {
          ...settle,
          attempt: { ...settle.attempt, id: 'att_a', position: 1 },
          entry: { ...settle.entry, id: 'att_a:settle', attemptId: 'att_a' },
          images: pictures('att_a', ['img_2', 'img_1']),
        },
      ])
      await journal.commit([{ ...settle, images: pictures('att_one', ['img_4', 'img_3']) }])
      expect((await requests.images('req_one')).map(({ id }) => id)).toEqual([
        'img_4',
        'img_3',
        'img_2',
        'img_1',
      ])
    }))
}

function paging(open: OpenStores): void {
  test('pages follow each other newest first, without gap or repeat, also at one instant', () =>
    withStores(open, async ({ journal, requests }) => {
      const names = Array.from({ length: 11 }, (_, index) => `n${index}`)
      await journal.commit(
        names.map((each, index) => accepted(each, { createdAt: sampleNow + (index >> 2) })),
      )
      const seen: RequestRecord[] = []
      for (let page = 0; page < 5; page += 1) {
        const after = seen.at(-1)?.id
        seen.push(...(await requests.list({ tenant: 'tenant-a', limit: 3, after })))
      }
      expect(new Set(idsOf(seen))).toEqual(new Set(names.map((each) => `req_${each}`)))
      expect(seen).toHaveLength(11)
      const instants = seen.map(({ createdAt }) => createdAt)
      expect(instants).toEqual(instants.toSorted((left, right) => right - left))
    }))

  test('a tenant sees its own requests only, also after a cursor of another', () =>
    withStores(open, async ({ journal, requests }) => {
      await journal.commit([accepted('mine', {}), accepted('other', { tenant: 'tenant-b' })])
      const list = (tenant: string, after?: string) => requests.list({ tenant, limit: 9, after })
      expect(idsOf(await list('tenant-a'))).toEqual(['req_mine'])
      expect(await list('tenant-a', 'req_other')).toEqual([])
      expect(await list('tenant-a', 'req_none')).toEqual([])
      expect(await list('tenant-c')).toEqual([])
    }))
}

function cancelling(open: OpenStores): void {
  test('a request is asked to be cancelled once, and only while it goes on', () =>
    withStores(open, async ({ journal, requests }) => {
      await journal.commit([...openingFacts('one'), ...openingFacts('ended')])
      await journal.commit(closingFacts('ended'))
      for (const id of ['req_one', 'req_ended', 'req_none']) {
        await requests.askCancel(id, sampleNow + 1)
        await requests.askCancel(id, sampleNow + 2)
      }
      expect((await requests.request('req_one'))?.cancelAskedAt).toBe(sampleNow + 1)
      expect((await requests.request('req_ended'))?.cancelAskedAt).toBeUndefined()
    }))

  test('its owner finds it until it has ended, and nobody else does', () =>
    withStores(open, async ({ journal, requests }) => {
      await journal.commit([...openingFacts('one'), ...openingFacts('other')])
      await requests.askCancel('req_one', sampleNow)
      expect(await requests.cancelAsked('worker-a')).toEqual(['req_one'])
      expect(await requests.cancelAsked('worker-b')).toEqual([])
      await journal.commit(closingFacts('one'))
      expect(await requests.cancelAsked('worker-a')).toEqual([])
    }))

  test('a list may be of one group, newest first; who has none is in no group', () =>
    withStores(open, async ({ journal, requests }) => {
      const of = (name: string, group: string, more: Partial<RequestRecord> = {}) => {
        const createdAt = sampleNow + Number(name)
        const request = { prompt: 'x', ...(group === '' ? {} : { group }) }
        return accepted(name, { createdAt, request, state: 'completed', ...more })
      }
      await journal.commit([
        ...[of('1', 'spring'), of('2', 'autumn'), of('3', ''), of('4', 'spring')],
        ...[of('5', 'spring', { tenant: 'tenant-b' }), of('6', 'spring', { state: 'failed' })],
      ])
      const list = (group: string) =>
        requests.list({ tenant: 'tenant-a', group, state: 'completed', limit: 9 })
      expect(idsOf(await list('spring'))).toEqual(['req_4', 'req_1'])
      expect(await list('')).toEqual([])
    }))

  test('a list may be of one state, also behind a cursor', () =>
    withStores(open, async ({ journal, requests }) => {
      const at = (createdAt: number, state: RequestRecord['state']) => ({ createdAt, state })
      await journal.commit([
        accepted('a', at(sampleNow + 1, 'failed')),
        accepted('b', at(sampleNow + 2, 'completed')),
        accepted('c', at(sampleNow + 3, 'failed')),
      ])
      const query = { tenant: 'tenant-a', state: 'failed', limit: 9 } as const
      expect(idsOf(await requests.list(query))).toEqual(['req_c', 'req_a'])
      expect(idsOf(await requests.list({ ...query, after: 'req_c' }))).toEqual(['req_a'])
      expect(await requests.list({ ...query, state: 'paused' })).toEqual([])
    }))
}

function claiming(open: OpenStores): void {
  const now = sampleNow + 100_000
  const claim = { owner: 'worker-b', now, leaseUntil: now + 60_000, limit: 9 }

  test('what has no lease or one that has run out is claimed, oldest first', () =>
    withStores(open, async ({ journal, requests }) => {
      const at = (createdAt: number, leaseUntil?: number) => ({ createdAt, leaseUntil })
      await journal.commit([
        accepted('young', at(sampleNow + 3, now)),
        accepted('old', { ...at(sampleNow + 1), leaseOwner: undefined }),
        accepted('waiting', { ...at(sampleNow), state: 'queued', leaseOwner: undefined }),
        accepted('middle', at(sampleNow + 2, now - 1)),
        accepted('leased', at(sampleNow, now + 1)),
        ...openingFacts('ended'),
        ...closingFacts('ended'),
      ])
      const claimed = await requests.claimUnfinished({ ...claim, limit: 2 })
      expect(idsOf(claimed)).toEqual(['req_old', 'req_middle'])
      expect(claimed[0]).toMatchObject({ leaseOwner: 'worker-b', leaseUntil: now + 60_000 })
      expect(await requests.request('req_old')).toEqual(claimed[0])
      expect(idsOf(await requests.claimUnfinished(claim))).toEqual(['req_young'])
      expect(await requests.claimUnfinished(claim)).toEqual([])
    }))

  test('callers at the same time never get the same request', () =>
    withStores(open, async ({ journal, requests }) => {
      const names = Array.from({ length: 30 }, (_, index) => `n${index}`)
      await journal.commit(names.map((each) => accepted(each, {})))
      const claims = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          requests.claimUnfinished({ ...claim, owner: `worker-${index}`, limit: 5 }),
        ),
      )
      const left = await requests.claimUnfinished({ ...claim, limit: 99 })
      const ids = [...claims.flatMap(idsOf), ...idsOf(left)]
      expect(ids).toHaveLength(30)
      expect(new Set(ids).size).toBe(30)
    }))

  test('what its owner gives back is nobody’s, and free from the instant it names', () =>
    withStores(open, async ({ journal, requests }) => {
      await journal.commit([accepted('mine', {}), accepted('ended', { state: 'failed' })])
      const from = now + 1
      await requests.giveBack({ id: 'req_mine', owner: 'worker-b', from })
      expect(await requests.request('req_mine')).toMatchObject({ leaseOwner: 'worker-a' })
      await requests.giveBack({ id: 'req_mine', owner: 'worker-a', from })
      await requests.giveBack({ id: 'req_ended', owner: 'worker-a', from })
      await requests.renewLeases('worker-a', now + 99)
      expect(await requests.request('req_ended')).toMatchObject({ leaseOwner: 'worker-a' })
      expect(await requests.claimUnfinished(claim)).toEqual([])
      expect(idsOf(await requests.claimUnfinished({ ...claim, now: from }))).toEqual(['req_mine'])
    }))

  test('a lease is renewed for its owner alone, and not on what has ended', () =>
    withStores(open, async ({ journal, requests }) => {
      await journal.commit([
        accepted('mine', {}),
        accepted('other', { leaseOwner: 'worker-b' }),
        accepted('ended', { state: 'failed' }),
      ])
      await requests.renewLeases('worker-a', now)
      const until = async (id: string) => (await requests.request(id))?.leaseUntil
      expect(await until('req_mine')).toBe(now)
      expect(await until('req_other')).toBe(sampleNow + 60_000)
      expect(await until('req_ended')).toBe(sampleNow + 60_000)
    }))
}
