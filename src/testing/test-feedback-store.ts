import { describe, expect, test } from 'vitest'
import type { Verdict } from '../core/feedback/verdict.ts'
import {
  openingFacts,
  sampleCacheEntry,
  sampleImage,
  sampleNow,
  settledFact,
} from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

const KEY = 'v'.repeat(64)

const verdict = (changes: Partial<Verdict> = {}): Verdict => {
  const image = sampleImage('a')
  return {
    ...{ imageId: image.id, requestId: image.requestId, tenant: image.tenant, rater: 'ann' },
    ...{ isAccepted: true, at: sampleNow },
    ...changes,
  }
}
const facts = [
  ...openingFacts('a'),
  settledFact('a'),
  { kind: 'image-judged', image: sampleImage('a', { state: 'published' }) },
  { kind: 'cache-written', entry: sampleCacheEntry('a', { key: KEY }) },
] as const

/** Contract of {@link Stores.feedback}. */
export function testFeedbackStore(name: string, open: OpenStores): void {
  describe(`${name}: feedback store`, () => {
    test('the last word of each rater counts, and the one before is told', () =>
      withStores(open, async ({ journal, feedback }) => {
        await journal.commit(facts)
        expect(await feedback.put(verdict({ score: 0.25 }))).toBeUndefined()
        const changed = verdict({ isAccepted: false, reason: 'blurred', at: sampleNow + 1 })
        expect(await feedback.put(changed)).toEqual(verdict({ score: 0.25 }))
        const other = verdict({ rater: 'bob', at: sampleNow + 2 })
        await feedback.put(other)
        expect(await feedback.ofImage(changed.imageId)).toEqual([changed, other])
        expect(await feedback.ofImage('img_none')).toEqual([])
      }))

    test('pictures that gates looked at come with how many said what of them', () =>
      withStores(open, async ({ journal, feedback }) => {
        const quality = { verdict: 'passed', gates: [{ gate: 'judge' }], cost: '0' } as const
        const noted = { ...quality, milliseconds: 1 }
        for (const each of ['a', 'b', 'c']) {
          await journal.commit([...openingFacts(each), settledFact(each)])
          const looked = each === 'c' ? {} : { quality: noted }
          await journal.commit([{ kind: 'image-judged', image: sampleImage(each, looked) }])
          const { id: imageId, requestId } = sampleImage(each)
          await feedback.put(
            verdict({ imageId, requestId, at: sampleNow + (each === 'b' ? 9 : 0) }),
          )
        }
        await feedback.put(verdict({ rater: 'bob', isAccepted: false }))
        const query = { purpose: '', book: 'real', limit: 9 } as const
        expect(await feedback.judgedNotes(query)).toEqual([
          { quality: noted, judged: 1, accepted: 1 },
          { quality: noted, judged: 2, accepted: 1 },
        ])
        expect(await feedback.judgedNotes({ ...query, limit: 1 })).toHaveLength(1)
        expect(await feedback.judgedNotes({ ...query, purpose: 'hero' })).toEqual([])
        expect(await feedback.judgedNotes({ ...query, book: 'simulated' })).toEqual([])
      }))

    test('words are counted by stretches of time, provider and purpose', () =>
      withStores(open, async ({ journal, feedback }) => {
        await journal.commit(facts)
        await feedback.put(verdict())
        await feedback.put(verdict({ rater: 'bob', isAccepted: false, at: sampleNow + 99 }))
        await feedback.put(verdict({ rater: 'cy', at: sampleNow + 100 }))
        const range = { from: sampleNow, to: sampleNow + 200, stretchMs: 100 }
        const { provider } = sampleImage('a')
        const counts = await feedback.count({ ...range, book: 'real' })
        const own = { provider, purpose: '' }
        expect(counts.toSorted((one, other) => one.stretch - other.stretch)).toEqual([
          { ...own, stretch: 0, judged: 2, accepted: 1 },
          { ...own, stretch: 1, judged: 1, accepted: 1 },
        ])
        expect(await feedback.count({ ...range, book: 'simulated' })).toEqual([])
      }))

    test('an accepted picture stays in the cache, a rejected one leaves it', () =>
      withStores(open, async ({ journal, feedback, cache }) => {
        await journal.commit(facts)
        const found = async () =>
          (await cache.find({ key: KEY, now: sampleNow + 10_000, limit: 9 })).length
        await feedback.put(verdict())
        expect(await found()).toBe(1)
        await feedback.put(verdict({ isAccepted: false }))
        expect(await found()).toBe(0)
      }))
  })
}
