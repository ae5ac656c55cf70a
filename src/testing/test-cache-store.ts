import { describe, expect, test } from 'vitest'
import type { CacheEntry, Fact, ImageRecord } from '../core/jobs/request-record.ts'
import {
  openingFacts,
  sampleCacheEntry,
  sampleImage,
  sampleNow,
  settledFact,
} from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

const KEY = 'k'.repeat(64)

/** A stored and judged picture with its cache entry. */
function cached(
  name: string,
  entry: Partial<CacheEntry>,
  state: ImageRecord['state'] = 'published',
): readonly Fact[] {
  return [
    ...openingFacts(name),
    settledFact(name),
    { kind: 'image-judged', image: sampleImage(name, { state }) },
    { kind: 'cache-written', entry: sampleCacheEntry(name, { key: KEY, ...entry }) },
  ]
}

/** Contract of {@link Stores.cache}: what answers a key, and what is purged. */
export function testCacheStore(name: string, open: OpenStores): void {
  describe(`${name}: cache store`, () => {
    finding(open)
    purging(open)
  })
}

function finding(open: OpenStores): void {
  const now = sampleNow + 10_000

  test('entries of a key come newest first, with their pictures, up to the limit', () =>
    withStores(open, async ({ journal, cache }) => {
      await journal.commit(cached('b', { createdAt: sampleNow + 2 }))
      await journal.commit(cached('a', { createdAt: sampleNow + 3 }))
      await journal.commit(cached('c', { createdAt: sampleNow + 1 }))
      await journal.commit(cached('other', { key: 'other' }))
      const found = await cache.find({ key: KEY, now, limit: 2 })
      expect(found).toEqual([
        {
          entry: sampleCacheEntry('a', { key: KEY, createdAt: sampleNow + 3 }),
          image: sampleImage('a', { state: 'published' }),
        },
        {
          entry: sampleCacheEntry('b', { key: KEY, createdAt: sampleNow + 2 }),
          image: sampleImage('b', { state: 'published' }),
        },
      ])
      expect(await cache.find({ key: 'unknown', now, limit: 2 })).toEqual([])
    }))

  test('an entry answers until the millisecond before it expires', () =>
    withStores(open, async ({ journal, cache }) => {
      await journal.commit(cached('a', { expiresAt: now }))
      expect(await cache.find({ key: KEY, now: now - 1, limit: 9 })).toHaveLength(1)
      expect(await cache.find({ key: KEY, now, limit: 9 })).toEqual([])
    }))

  test('a picture that is not published is not served, also when it was once', () =>
    withStores(open, async ({ journal, cache }) => {
      await journal.commit([
        ...cached('a', {}, 'refused'),
        ...cached('b', {}),
        ...cached('c', {}, 'stored'),
      ])
      const find = () => cache.find({ key: KEY, now, limit: 9 })
      expect((await find()).map(({ image }) => image.id)).toEqual(['img_b'])
      await journal.commit([
        { kind: 'image-judged', image: sampleImage('b', { state: 'refused' }) },
      ])
      expect(await find()).toEqual([])
    }))

  test('one picture may answer several keys', () =>
    withStores(open, async ({ journal, cache }) => {
      const second: Fact = {
        kind: 'cache-written',
        entry: sampleCacheEntry('a', { key: 'second' }),
      }
      await journal.commit([...cached('a', {}), second])
      expect(await cache.find({ key: KEY, now, limit: 9 })).toHaveLength(1)
      expect(await cache.find({ key: 'second', now, limit: 9 })).toHaveLength(1)
    }))
}

function purging(open: OpenStores): void {
  test('purge removes expired entries, oldest first, up to its limit, and no pictures', () =>
    withStores(open, async ({ journal, cache, requests }) => {
      const expiries = [4, 2, 3, 1]
      await journal.commit(
        expiries.flatMap((after, index) =>
          cached(`n${index}`, { expiresAt: sampleNow + after * 1_000 }),
        ),
      )
      const now = sampleNow + 3_000
      expect(await cache.purge(now, 2)).toBe(2)
      const found = await cache.find({ key: KEY, now: sampleNow, limit: 9 })
      expect(found.map(({ image }) => image.id).toSorted()).toEqual(['img_n0', 'img_n2'])
      expect(await cache.purge(now, 9)).toBe(1)
      expect(await cache.purge(now, 9)).toBe(0)
      expect(await requests.image('img_n1')).toBeDefined()
    }))
}
