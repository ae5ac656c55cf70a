import { describe, expect, test } from 'vitest'
import type { Chunk } from '../core/jobs/chunk.ts'
import { sampleNow } from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

const sampleChunk = (name: string, changes: Partial<Chunk> = {}): Chunk => ({
  ...{ id: `chk_${name}`, batchId: 'batch_a', offer: 'acme/paint', state: 'written' },
  ...{ createdAt: sampleNow, lines: [{ requestId: 'req_a', attemptId: 'att_a' }] },
  ...changes,
})

/** Contract of {@link Stores.chunks}. */
export function testChunkStore(name: string, open: OpenStores): void {
  describe(`${name}: chunk store`, () => {
    test('the chunks of a batch come back as they were left, oldest first', () =>
      withStores(open, async ({ chunks }) => {
        const later = sampleChunk('a', { createdAt: sampleNow + 1 })
        for (const each of [later, sampleChunk('b'), sampleChunk('c', { batchId: 'batch_b' })]) {
          await chunks.write(each)
        }
        expect(await chunks.ofBatch('batch_a')).toEqual([sampleChunk('b'), later])
        const job = { id: 'batch_1', pollUrl: '/batches/batch_1', facts: {} }
        const submitted = sampleChunk('b', { state: 'submitted', job, submittingAt: sampleNow })
        await chunks.update(submitted)
        expect(await chunks.ofBatch('batch_a')).toEqual([submitted, later])
      }))

    test('a chunk takes more lines until somebody begins to hand it in', () =>
      withStores(open, async ({ chunks }) => {
        const lines = ['a', 'b'].map((each) => ({
          ...{ requestId: `req_${each}`, attemptId: `att_${each}` },
        }))
        const grown = sampleChunk('a', { lines })
        await chunks.write(sampleChunk('a'))
        await chunks.write(grown)
        expect(await chunks.ofBatch('batch_a')).toEqual([grown])
        const begun = sampleChunk('a', { lines, state: 'submitting' })
        await chunks.update(begun)
        await chunks.write(sampleChunk('a'))
        expect(await chunks.ofBatch('batch_a')).toEqual([begun])
      }))

    test('a chunk that has ended stays as it is', () =>
      withStores(open, async ({ chunks }) => {
        await chunks.write(sampleChunk('a'))
        const sums = { made: 1, queued: 0, savedNano: 12_345_678_901_234_567_890n }
        const ended = sampleChunk('a', { state: 'ended', sums })
        await chunks.update(ended)
        await chunks.update(sampleChunk('a', { state: 'submitting' }))
        expect(await chunks.ofBatch('batch_a')).toEqual([ended])
      }))
  })
}
