import { describe, expect, test } from 'vitest'
import type { CacheFilter } from '../core/cache/cache-filter.ts'
import type { CacheLookup } from '../core/cache/lookup.ts'
import type { Fact } from '../core/jobs/request-record.ts'
import type { Stores } from '../ports/stores.ts'
import {
  openingFacts,
  sampleCacheEntry,
  sampleImage,
  sampleNow,
  sampleRequest,
  settledFact,
} from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

const now = sampleNow + 10_000

/** A published picture of a prompt under a key of its own name. */
function cached(name: string, request: object, createdAt = sampleNow): readonly Fact[] {
  const [accepted, ...rest] = openingFacts(name)
  if (accepted?.kind !== 'request-accepted') throw new TypeError('a request begins accepted')
  return [
    { kind: 'request-accepted', request: sampleRequest(name, { request: { ...request } }) },
    ...rest,
    settledFact(name),
    { kind: 'image-judged', image: sampleImage(name, { state: 'published' }) },
    { kind: 'cache-written', entry: sampleCacheEntry(name, { key: name, createdAt }) },
  ]
}

const keysOf = async ({ cacheEntries }: Stores): Promise<readonly string[]> =>
  (await cacheEntries.list({ filter: {}, now, limit: 9 })).map(({ image }) => image.id).toSorted()

/** Contract of {@link Stores.cacheEntries}, `cacheLookups` and `similarPrompts`. */
export function testCacheEntries(name: string, open: OpenStores): void {
  describe(`${name}: entries of the cache`, () => {
    test('a filter finds what it names and nothing else, and a purge takes no more', () =>
      withStores(open, async (stores) => {
        const { cacheEntries, journal } = stores
        await journal.commit([
          ...cached('a', { prompt: 'a barn', tags: {} }),
          ...cached('b', { prompt: 'a mill', tags: { 'shop.x"': '50%' } }),
          ...cached('c', { prompt: 'a dam' }, sampleNow - 1),
        ])
        const filters: readonly (readonly [CacheFilter, string])[] = [
          [{ imageId: 'img_a' }, 'a'],
          [{ prompt: ' A Barn' }, 'a'],
          [{ tag: { name: 'shop.x"', value: '50%' } }, 'b'],
          [{ tag: { name: 'shop.x"', value: '5' } }, ''],
          [{ tag: { name: 'shop.x"' } }, 'b'],
          [{ before: sampleNow }, 'c'],
          [{ tenant: 'nobody' }, ''],
          [{ tenant: 'tenant-a', prompt: 'a mill' }, 'b'],
        ]
        for (const [filter, wanted] of filters) {
          const found = await cacheEntries.list({ filter, now, limit: 9 })
          expect(found.map(({ image }) => image.id.slice(4)).join('')).toBe(wanted)
        }
        expect(await cacheEntries.evict({ tag: { name: 'shop.x"' } })).toBe(1)
        expect(await keysOf(stores)).toEqual(['img_a', 'img_c'])
        expect(await cacheEntries.evict({})).toBe(2)
        expect(await keysOf(stores)).toEqual([])
      }))

    test('what is pinned never expires and goes only by its name; unpinned it ends as before', () =>
      withStores(open, async (stores) => {
        const { cacheEntries, cache, journal } = stores
        await journal.commit(cached('a', { prompt: 'a barn' }))
        const far = sampleNow + 400 * 86_400_000
        const find = () => cache.find({ key: 'a', now: far, limit: 1 })
        expect(await find()).toEqual([])
        expect(await cacheEntries.pin({ imageId: 'img_a', isPinned: true })).toBe(1)
        expect(await cacheEntries.pin({ imageId: 'img_a', isPinned: true })).toBe(0)
        await cache.purge(far, 9)
        await cacheEntries.evict({})
        expect(await find()).toHaveLength(1)
        expect(await cacheEntries.size(far)).toEqual({ entries: 1, pictures: 1, pinned: 1 })
        const [listed] = await cacheEntries.list({ filter: {}, now: far, limit: 1 })
        expect(listed).toMatchObject({ isPinned: true, prompt: 'a barn', keys: 1 })
        expect(await cacheEntries.pin({ imageId: 'img_a', isPinned: false })).toBe(1)
        expect(await find()).toEqual([])
        await cacheEntries.pin({ imageId: 'img_a', isPinned: true })
        expect(await cacheEntries.evict({ imageId: 'img_a' })).toBe(1)
      }))
  })
  lookups(name, open)
  prompts(name, open)
  uploads(name, open)
  sums(name, open)
}

function lookups(name: string, open: OpenStores): void {
  const line: CacheLookup = {
    ...{ requestId: 'req_a', position: 0, tenant: 't', result: 'semantic', imageId: 'img_a' },
    ...{ similarity: 0.97, savedNano: 30n, latencyMs: 1.5, ageMs: 2_000, at: sampleNow },
  }

  test(`${name}: look-ups are summed by result; the last hit of a rejected picture is lost`, () =>
    withStores(open, async ({ cacheLookups }) => {
      await cacheLookups.note([
        line,
        { ...line, requestId: 'req_b', at: sampleNow + 1 },
        { ...line, requestId: 'req_c', tenant: 'other', at: sampleNow + 2 },
        { ...line, requestId: 'req_d', result: 'miss', savedNano: 0n },
        { ...line, requestId: 'req_e', at: sampleNow - 1 },
      ])
      await cacheLookups.note([line])
      const no = { imageId: 'img_a', tenant: 't', isAccepted: false }
      expect(await cacheLookups.judge(no)).toEqual(['semantic'])
      expect(await cacheLookups.judge({ ...no, imageId: 'img_none' })).toEqual([])
      await cacheLookups.judge({
        ...{ imageId: 'img_a', tenant: 't', requestId: 'req_a', isAccepted: true },
      })
      const range = { from: sampleNow, to: sampleNow + 9 }
      const sums = await cacheLookups.sums({ ...range, tenant: 't' })
      expect(sums.toSorted((a, b) => (a.result < b.result ? -1 : 1))).toEqual([
        {
          ...{ result: 'miss', lookups: 1, accepted: 0, rejected: 0, savedNano: 0n },
          ...{ lostNano: 0n, latencyMs: 1.5, ageMs: 2_000 },
        },
        {
          ...{ result: 'semantic', lookups: 2, accepted: 1, rejected: 1, savedNano: 30n },
          ...{ lostNano: 30n, latencyMs: 3, ageMs: 4_000 },
        },
      ])
      const all = await cacheLookups.sums(range)
      expect(all.reduce((sum, each) => sum + each.lookups, 0)).toBe(4)
      expect(await cacheLookups.purge(sampleNow, 9)).toBe(1)
    }))
}

function uploads(name: string, open: OpenStores): void {
  test(`${name}: uploads come in the order they were seen in, and an owner keeps the newest`, () =>
    withStores(open, async ({ knownUploads }) => {
      const upload = (name: string, seenAt: number, owner = 'o') => ({
        ...{ owner, name, seenAt },
        look: {
          size: { width: 3, height: 2 },
          hash: { bits: 'f0', detail: 60, grid: [[0.1, -7.25, 1e-9] as const] },
          cells: Uint8Array.of(0, 128, 255),
        },
      })
      for (const each of [upload('a', 1), upload('b', 2), upload('c', 2), upload('d', 3)]) {
        await knownUploads.put(each)
      }
      await knownUploads.put(upload('a', 4))
      await knownUploads.put(upload('z', 1, 'other'))
      const list = (seenAt: number, after: string, limit = 9) =>
        knownUploads.list({ owner: 'o', after: { seenAt, name: after }, limit })
      expect(await list(2, 'b', 2)).toEqual([upload('c', 2), upload('d', 3)])
      const names = async () => (await list(0, '')).map((each) => each.name).join('')
      expect(await names()).toBe('bcda')
      expect(await knownUploads.purge({ kept: 3, before: 0, limit: 9 })).toBe(1)
      expect(await names()).toBe('cda')
      expect(await knownUploads.purge({ kept: 3, before: 3, limit: 9 })).toBe(2)
      expect(await names()).toBe('da')
    }))
}

function sums(name: string, open: OpenStores): void {
  test(`${name}: what is stored counts each content once, and a day the mean of its looks`, () =>
    withStores(open, async ({ journal, kept }) => {
      await journal.commit([...cached('a', {}), ...cached('b', {})])
      const one = sampleImage('a').byteLength
      expect(await kept.stored()).toEqual({ pictures: 2, bytes: 2 * one })
      const digest = 'served'.padEnd(64, '0')
      const converted = { digest, byteLength: 7, originalByteLength: one }
      const image = sampleImage('a', { state: 'published', ...converted })
      await journal.commit([{ kind: 'image-judged', image }])
      const rendition = { source: digest, width: 64, format: 'png' as const, createdAt: 1 }
      await kept.addRendition({ ...rendition, digest: 'small', byteLength: 3 })
      await kept.addRendition({ ...rendition, width: 96, digest: 'small', byteLength: 3 })
      expect(await kept.stored()).toEqual({ pictures: 2, bytes: 2 * one + 7 + 3 })
      for (const bytes of [10, 30]) await kept.noteStored({ day: '2026-11-02', bytes })
      await kept.noteStored({ day: '2026-11-01', bytes: 5 })
      const first = { day: '2026-11-01', bytes: 5 }
      expect(await kept.storedDays(9)).toEqual([first, { day: '2026-11-02', bytes: 20 }])
      expect(await kept.storedDays(1)).toEqual([{ day: '2026-11-02', bytes: 20 }])
    }))
}

function prompts(name: string, open: OpenStores): void {
  test(`${name}: a lost picture leaves cache and sums, and comes back as it was judged`, () =>
    withStores(open, async ({ kept, cacheEntries, journal }) => {
      const converted = { digest: 'f'.repeat(64), originalByteLength: 7 }
      await journal.commit([...cached('a', { prompt: 'a barn' }), ...cached('b', {})])
      await journal.commit([
        { kind: 'image-judged', image: sampleImage('b', { state: 'refused', refusal: 'blank' }) },
        { kind: 'image-judged', image: sampleImage('a', { state: 'published', ...converted }) },
      ])
      const list = async () => {
        const images = await kept.list({ after: '', limit: 9 })
        return images.map(({ state, originalDigest }) => [state, originalDigest])
      }
      const [[, originalOfA] = [], [, originalOfB] = []] = await list()
      expect(originalOfA).toBe(sampleImage('a').digest)
      for (const id of ['img_a', 'img_b']) await kept.markLost(id)
      expect((await list()).map(([state]) => state)).toEqual(['lost', 'lost'])
      expect(await kept.stored()).toMatchObject({ pictures: 0 })
      expect(await cacheEntries.list({ filter: {}, now, limit: 9 })).toEqual([])
      for (const id of ['img_a', 'img_b']) await kept.markFound(id)
      expect(await list()).toEqual([
        ['published', originalOfA],
        ['refused', originalOfB],
      ])
      await kept.forgetOriginal('img_a')
      expect((await list())[0]).toEqual(['published', converted.digest])
    }))
  test(`${name}: prompts come in their order from a place on, of one partition and lens`, () =>
    withStores(open, async ({ similarPrompts }) => {
      const prompt = (key: string, createdAt: number, changes = {}) => ({
        ...{ partition: 'p', lens: 'l', key, prompt: `prompt ${key}`, createdAt },
        ...{ vector: Int8Array.of(127, -127, 0), expiresAt: createdAt + 100, ...changes },
      })
      await similarPrompts.put(prompt('b', 5))
      await similarPrompts.put(prompt('a', 5))
      await similarPrompts.put(prompt('c', 4))
      await similarPrompts.put(prompt('d', 6, { lens: 'other' }))
      await similarPrompts.put(prompt('e', 6, { partition: 'other' }))
      await similarPrompts.put(prompt('c', 9, { prompt: 'later' }))
      const list = (createdAt: number, key: string, limit = 9) =>
        similarPrompts.list({ partition: 'p', lens: 'l', after: { createdAt, key }, limit })
      expect(await list(0, '', 2)).toEqual([prompt('c', 4, { expiresAt: 109 }), prompt('a', 5)])
      expect((await list(5, 'a')).map(({ key }) => key)).toEqual(['b'])
      const place = { partition: 'p', lens: 'l', key: 'c' }
      expect(await similarPrompts.promptOf(place)).toBe('prompt c')
      expect(await similarPrompts.purge(105, 1)).toBe(1)
      expect(await similarPrompts.purge(108, 9)).toBe(3)
      expect(await similarPrompts.promptOf(place)).toBe('prompt c')
    }))
}
