import { describe, expect, test } from 'vitest'
import type { Delivery, ToldNotice } from '../core/notices/delivery.ts'
import type { Destination } from '../core/notices/destination.ts'
import type { Notice } from '../core/notices/notice.ts'
import { openingFacts, sampleNow } from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

const destination = (id: string, changes: Partial<Destination> = {}): Destination => ({
  ...{ id, tenant: 'a', kind: 'webhook', url: `https://${id}.example`, events: ['image.*', '*'] },
  ...{ source: 'api', generation: 1, createdAt: sampleNow },
  ...changes,
})

const notice = (changes: Partial<Notice> = {}): Notice => ({
  ...{ type: 'image.completed', tenant: 'a', at: sampleNow, data: { id: 'req_1', n: 1 } },
  ...changes,
})
const given = (id: string, changes: Partial<ToldNotice> = {}) =>
  ({ kind: 'notice-given', told: { id, notice: notice(), deliveries: [], ...changes } }) as const

const delivery = (id: string, changes: Partial<Delivery> = {}): Delivery => ({
  ...{ id, owner: 'a', destinationId: 'whk_one', state: 'pending', tries: [], tryCount: 0 },
  ...{ notice: notice(), nextAt: sampleNow },
  ...changes,
})
const owed = (...args: Parameters<typeof delivery>) =>
  given(`evt_of_${args[0]}`, { deliveries: [delivery(...args)] })

const claim = (owner: string, now: number, limit = 9, except: readonly string[] = []) => ({
  ...{ owner, now, leaseUntil: now + 1_000, limit, except },
})

/** Contract of {@link Stores.notices}. */
export function testNoticeStore(name: string, open: OpenStores): void {
  describe(`${name}: notice store`, () => {
    test('destinations are kept, changed and removed', () =>
      withStores(open, async ({ notices }) => {
        await notices.putDestination(destination('whk_one'))
        const two = destination('whk_two', {
          ...{ leastSeverity: 'warning', rotatedUntil: sampleNow + 9, createdAt: sampleNow + 1 },
          ...{ disabledAt: sampleNow, disabledReason: 'gone' },
        })
        await notices.putDestination(two)
        await notices.putDestination(destination('whk_one', { generation: 2 }))
        const one = destination('whk_one', { generation: 2 })
        expect(await notices.destinations()).toEqual([one, two])
        await notices.removeDestination('whk_one')
        expect(await notices.destinations()).toEqual([two])
      }))

    test('those of the settings follow the settings; one that is gone stays disabled', () =>
      withStores(open, async ({ notices }) => {
        const [one, two] = ['whk_one', 'whk_two'].map((id) =>
          destination(id, { source: 'settings' }),
        ) as [Destination, Destination]
        await notices.putDestination(destination('whk_api'))
        await notices.replaceSettings([one, two])
        const gone = { disabledAt: sampleNow, disabledReason: 'gone' } as const
        await notices.putDestination({ ...one, ...gone })
        await notices.replaceSettings([{ ...one, events: ['*'] }])
        const ids = (await notices.destinations()).map(({ id }) => id)
        expect(ids.toSorted()).toEqual(['whk_api', 'whk_one'])
        const kept = (await notices.destinations()).find(({ id }) => id === 'whk_one')
        expect(kept).toEqual({ ...one, events: ['*'], ...gone })
      }))

    test('what was told is read on from an id, by tenant, and only the latest is kept', () =>
      withStores(open, async ({ journal, notices }) => {
        const others = { notice: notice({ tenant: 'b' }) }
        const { tenant: _, ...nobody } = notice({ type: 'provider.down' })
        await journal.commit([given('evt_3', { notice: nobody }), given('evt_1')])
        await journal.commit([given('evt_2', others), given('evt_4')])
        await expect(journal.commit([given('evt_4')])).rejects.toMatchObject({
          contradiction: expect.any(String),
        })
        const read = async (after: string, tenant?: string, limit = 9) => {
          const whose = tenant === undefined ? {} : { tenant }
          const found = await notices.noticesAfter({ after, limit, ...whose })
          return found.map(({ id }) => id)
        }
        expect(await read('')).toEqual(['evt_1', 'evt_2', 'evt_3', 'evt_4'])
        expect(await read('evt_1', undefined, 2)).toEqual(['evt_2', 'evt_3'])
        expect(await read('', 'a')).toEqual(['evt_1', 'evt_4'])
        expect(await notices.noticesAfter({ after: 'evt_2', limit: 1 })).toEqual([
          { id: 'evt_3', notice: nobody },
        ])
        await notices.forgetNotices({ before: 'evt_2', kept: 3 })
        expect(await read('')).toEqual(['evt_2', 'evt_3', 'evt_4'])
        await notices.forgetNotices({ before: 'evt_2', kept: 2 })
        expect(await read('')).toEqual(['evt_3', 'evt_4'])
      }))
  })
  testDeliveries(name, open)
}

function testDeliveries(name: string, open: OpenStores): void {
  describe(`${name}: deliveries`, () => {
    test('a delivery is written with its fact or not at all', () =>
      withStores(open, async ({ journal, notices }) => {
        await journal.commit([...openingFacts('one'), owed('msg_1')])
        await expect(journal.commit([...openingFacts('one'), owed('msg_2')])).rejects.toThrow()
        await expect(journal.commit([owed('msg_1')])).rejects.toMatchObject({
          contradiction: expect.any(String),
        })
        expect(await notices.delivery('msg_1')).toEqual(delivery('msg_1'))
        expect(await notices.delivery('msg_2')).toBeUndefined()
      }))

    test('what is due is leased to one, again when his lease has run out', () =>
      withStores(open, async ({ journal, notices }) => {
        const later = { nextAt: sampleNow + 500 }
        const other = { destinationId: 'whk_busy' }
        const loose = { destinationId: undefined, url: 'https://x.example' } as never
        await journal.commit([owed('msg_1'), owed('msg_2', later), owed('msg_3', other)])
        await journal.commit([owed('msg_4', loose), owed('msg_5', { state: 'dead' })])
        const ids = async (...args: Parameters<typeof claim>) =>
          (await notices.claimDeliveries(claim(...args))).map(({ id }) => id)
        expect(await ids('a', sampleNow, 1, ['whk_busy'])).toEqual(['msg_1'])
        expect(await ids('b', sampleNow, 9, ['whk_busy'])).toEqual(['msg_4'])
        expect(await ids('b', sampleNow + 500)).toEqual(['msg_3', 'msg_2'])
        expect(await ids('b', sampleNow + 999)).toEqual([])
        expect(await ids('b', sampleNow + 1_000)).toEqual(['msg_1', 'msg_4'])
      }))

    test('what came of a try is written by who holds the lease alone', () =>
      withStores(open, async ({ journal, notices }) => {
        await journal.commit([owed('msg_1')])
        await notices.claimDeliveries(claim('a', sampleNow))
        const one = { at: sampleNow, result: 503, durationMs: 12 }
        const tried = delivery('msg_1', { tries: [one], tryCount: 1, nextAt: sampleNow + 5_000 })
        expect(await notices.recordDelivery(tried, 'b')).toBe(false)
        expect(await notices.recordDelivery(tried, 'a')).toBe(true)
        expect(await notices.delivery('msg_1')).toEqual(tried)
        expect(await notices.claimDeliveries(claim('b', sampleNow + 4_999))).toEqual([])
        expect(await notices.claimDeliveries(claim('b', sampleNow + 5_000))).toEqual([tried])
        expect(await notices.replayDelivery('msg_1', sampleNow + 5_001)).toBe(false)
        const dead = { ...tried, state: 'dead', endedAt: sampleNow + 6_000 } as const
        await notices.recordDelivery(dead, 'b')
        expect(await notices.replayDelivery('msg_1', sampleNow + 7_000)).toBe(true)
        const { endedAt: _, ...anew } = dead
        const replayed = { ...anew, state: 'pending', tryCount: 0, nextAt: sampleNow + 7_000 }
        expect(await notices.delivery('msg_1')).toEqual(replayed)
      }))

    test('lists are by owner, newest first, and what ended long ago goes', () =>
      withStores(open, async ({ journal, notices }) => {
        const ended = { state: 'delivered', endedAt: sampleNow + 1 } as const
        await journal.commit([owed('msg_1', ended), owed('msg_2', { owner: 'b' }), owed('msg_3')])
        const one = { id: 'whk_one', tenant: 'a' }
        expect(await notices.hasDelivered(one, sampleNow + 1)).toBe(true)
        expect(await notices.hasDelivered(one, sampleNow + 2)).toBe(false)
        expect(await notices.hasDelivered({ ...one, tenant: 'b' }, sampleNow)).toBe(false)
        const list = async (query: object) =>
          (await notices.deliveries({ owners: ['a'], limit: 9, ...query })).map(({ id }) => id)
        expect(await list({})).toEqual(['msg_3', 'msg_1'])
        expect(await list({ owners: ['a', 'b'], limit: 2 })).toEqual(['msg_3', 'msg_2'])
        expect(await list({ after: 'msg_3' })).toEqual(['msg_1'])
        expect(await list({ state: 'delivered', destinationId: 'whk_one' })).toEqual(['msg_1'])
        expect(await list({ owners: [] })).toEqual([])
        expect(await notices.purgeDeliveries(sampleNow, 9)).toBe(0)
        expect(await notices.purgeDeliveries(sampleNow + 1, 9)).toBe(1)
        expect(await list({})).toEqual(['msg_3'])
      }))
  })
}
