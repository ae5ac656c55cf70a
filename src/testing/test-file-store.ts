import { describe, expect, test } from 'vitest'
import type { StoredFile } from '../core/jobs/batch.ts'
import { sampleNow } from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

/** A file of lines, made on the day of all samples. */
export const sampleFile = (name: string, changes: Partial<StoredFile> = {}): StoredFile => ({
  ...{ id: `file_${name}`, tenant: 'tenant-a', purpose: 'batch', filename: `${name}.jsonl` },
  ...{ digest: `digest of ${name}`, byteLength: 7, createdAt: sampleNow, expiresAt: undefined },
  ...changes,
})

const idsOf = (files: readonly StoredFile[]) => files.map(({ id }) => id)

/** Contract of {@link Stores.files}. */
export function testFileStore(name: string, open: OpenStores): void {
  describe(`${name}: file store`, () => {
    test('files are listed by their tenant alone, newest first, page by page', () =>
      withStores(open, async ({ files }) => {
        const output = sampleFile('c', { createdAt: sampleNow + 2, purpose: 'batch_output' })
        const twin = sampleFile('d', { createdAt: sampleNow + 2, expiresAt: sampleNow + 9 })
        const others = [sampleFile('a'), sampleFile('theirs', { tenant: 'tenant-b' })]
        for (const file of [...others, output, twin]) await files.create(file)
        expect(await files.file('file_c', 'tenant-a')).toEqual(output)
        expect(await files.file('file_d', 'tenant-a')).toEqual(twin)
        expect(await files.file('file_c', 'tenant-b')).toBeUndefined()
        const mine = { tenant: 'tenant-a', limit: 2 }
        expect(idsOf(await files.list(mine))).toEqual(['file_d', 'file_c'])
        expect(idsOf(await files.list({ ...mine, after: 'file_c' }))).toEqual(['file_a'])
        expect(await files.list({ ...mine, after: 'file_theirs' })).toEqual([])
        expect(idsOf(await files.list({ ...mine, purpose: 'batch_output' }))).toEqual(['file_c'])
      }))

    test('bytes that two files share are free when the second one is removed', () =>
      withStores(open, async ({ files }) => {
        const [first, second] = ['a', 'b'].map((each) => sampleFile(each, { digest: 'same' }))
        for (const file of [first!, second!]) await files.create(file)
        expect(await files.remove(first!)).toBe(false)
        expect(await files.file('file_a', 'tenant-a')).toBeUndefined()
        expect(await files.remove(second!)).toBe(true)
      }))

    test('what has expired is found by its time, a few at a time, and nothing else', () =>
      withStores(open, async ({ files }) => {
        const times = [3, 1, undefined, 2, 4].map((after) => after && sampleNow + after)
        for (const [index, expiresAt] of times.entries()) {
          const tenant = `tenant-${index}`
          await files.create(sampleFile(`n${index}`, { tenant, expiresAt }))
        }
        const due = { now: sampleNow + 3, limit: 9 }
        expect(idsOf(await files.expired(due))).toEqual(['file_n1', 'file_n3', 'file_n0'])
        expect(idsOf(await files.expired({ ...due, limit: 1 }))).toEqual(['file_n1'])
        expect(await files.expired({ ...due, now: sampleNow })).toEqual([])
      }))
  })
}
