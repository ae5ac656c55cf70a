import { describe, expect, test } from 'vitest'
import type { Batch } from '../core/jobs/batch.ts'
import { sampleNow } from './sample-records.ts'
import { sampleFile } from './test-file-store.ts'
import { type OpenStores, withStores } from './with-stores.ts'

/** A batch of a day, made on the day of all samples. */
export const sampleBatch = (name: string, changes: Partial<Batch> = {}): Batch => ({
  ...{ id: `batch_${name}`, tenant: 'tenant-a', keyId: 'key_a', state: 'validating', total: 0 },
  ...{ createdAt: sampleNow, expiresAt: sampleNow + 86_400_000, fence: 0, progress: {} },
  terms: {
    ...{ endpoint: '/v1/images/generations', inputFileId: 'file_a', window: '24h' },
    ...{ priority: 'low', baseUrl: 'http://here', metadata: { night: 'first' } },
  },
  ...changes,
})

const claim = { owner: 'a', now: sampleNow, leaseUntil: sampleNow + 10_000, limit: 9 }
const idsOf = (batches: readonly Batch[]) => batches.map(({ id }) => id)

/** Contract of {@link Stores.batches}: who drives which batch, and what its driver may write. */
export function testBatchStore(name: string, open: OpenStores): void {
  describe(`${name}: batch store`, () => {
    reading(open)
    driving(open)
    ending(open)
  })
}

function reading(open: OpenStores): void {
  test('batches are listed by their tenant alone, newest first, page by page', () =>
    withStores(open, async ({ batches }) => {
      const newest = sampleBatch('c', { createdAt: sampleNow + 1 })
      const theirs = sampleBatch('theirs', { tenant: 'tenant-b' })
      for (const each of [sampleBatch('a'), sampleBatch('b'), newest, theirs]) {
        await batches.create(each)
      }
      expect(await batches.batch('batch_c', 'tenant-a')).toEqual(newest)
      expect(await batches.batch('batch_c', 'tenant-b')).toBeUndefined()
      const mine = { tenant: 'tenant-a', limit: 2 }
      expect(idsOf(await batches.list(mine))).toEqual(['batch_c', 'batch_b'])
      expect(idsOf(await batches.list({ ...mine, after: 'batch_b' }))).toEqual(['batch_a'])
      expect(await batches.list({ ...mine, after: 'batch_theirs' })).toEqual([])
    }))
}

function driving(open: OpenStores): void {
  test('a batch has one driver, until its lease runs out; the next one has a higher fence', () =>
    withStores(open, async ({ batches }) => {
      for (const each of ['a', 'b']) await batches.create(sampleBatch(each))
      const both = await Promise.all(
        ['p', 'q'].map((owner) => batches.claim({ ...claim, owner, limit: 1 })),
      )
      expect(both.flatMap(idsOf).toSorted()).toEqual(['batch_a', 'batch_b'])
      expect(await batches.claim({ ...claim, id: 'batch_a' })).toEqual([])
      const later = claim.leaseUntil
      await batches.renew({ owner: 'p', ids: ['batch_a', 'batch_b'], leaseUntil: later + 1 })
      const free = await batches.claim({ ...claim, now: later })
      expect(free).toMatchObject([{ id: both[1]?.[0]?.id, fence: 2 }])
      expect(idsOf(await batches.claim({ ...claim, now: later + 1, owner: 'r' }))).toHaveLength(2)
    }))

  test('who has lost a batch changes nothing of it', () =>
    withStores(open, async ({ batches, files }) => {
      await batches.create(sampleBatch('a'))
      await batches.claim(claim)
      await batches.claim({ ...claim, now: claim.leaseUntil })
      const lost = { id: 'batch_a', fence: 1 }
      const end = { state: 'completed', endedAt: sampleNow } as const
      expect(await batches.update(lost, end, [sampleFile('out')])).toBe(false)
      expect(await files.file('file_out', 'tenant-a')).toBeUndefined()
      expect(await batches.update({ ...lost, fence: 2 }, { total: 5 })).toBe(true)
      expect(await batches.batch('batch_a', 'tenant-a')).toMatchObject({
        ...{ state: 'validating', total: 5, endedAt: undefined },
      })
    }))
}

function ending(open: OpenStores): void {
  test('a batch ends once, with its files, and is claimed and cancelled no more', () =>
    withStores(open, async ({ batches, files }) => {
      await batches.create(sampleBatch('a'))
      await batches.claim(claim)
      const driver = { id: 'batch_a', fence: 1 }
      const progress = { finalizingAt: sampleNow + 5 }
      const end = { endedAt: sampleNow + 6, progress, outputFileId: 'file_out', total: 2 }
      const made = sampleFile('out', { purpose: 'batch_output' })
      expect(await batches.update(driver, { ...end, state: 'completed' }, [made])).toBe(true)
      expect(await files.file('file_out', 'tenant-a')).toEqual(made)
      expect(await batches.update(driver, { state: 'failed' })).toBe(false)
      expect(await batches.cancel('batch_a', sampleNow + 7)).toBe(false)
      expect(await batches.claim({ ...claim, now: claim.leaseUntil })).toEqual([])
      expect(await batches.batch('batch_a', 'tenant-a')).toEqual(
        sampleBatch('a', { ...end, state: 'completed', fence: 1 }),
      )
    }))

  test('a cancel that comes while the lines are checked is not written over', () =>
    withStores(open, async ({ batches }) => {
      await batches.create(sampleBatch('a'))
      await batches.claim(claim)
      expect(await batches.cancel('batch_a', sampleNow + 1)).toBe(true)
      const driver = { id: 'batch_a', fence: 1 }
      expect(await batches.update(driver, { state: 'in_progress', total: 3 })).toBe(false)
      expect(await batches.batch('batch_a', 'tenant-a')).toMatchObject({
        ...{ state: 'cancelling', cancellingAt: sampleNow + 1, total: 0 },
      })
      expect(await batches.cancel('batch_a', sampleNow + 2)).toBe(false)
    }))
}
