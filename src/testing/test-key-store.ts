import { describe, expect, test } from 'vitest'
import type { VirtualKey } from '../core/ledger/virtual-key.ts'
import { sampleNow } from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

const sampleKey = (name: string, changes: Partial<VirtualKey> = {}): VirtualKey => ({
  id: `key_${name}`,
  name: `key of ${name}`,
  tenant: 'tenant-a',
  digest: `digest-${name}`.padEnd(64, '0'),
  prefix: 'sk-keeprate-ab',
  lastFour: 'wxyz',
  scopes: ['images:write', 'images:read'],
  createdAt: sampleNow,
  ...changes,
})

/** Contract of {@link Stores.keys}. */
export function testKeyStore(name: string, open: OpenStores): void {
  describe(`${name}: key store`, () => {
    test('a key is found by the digest of its secret, whole', () =>
      withStores(open, async ({ keys }) => {
        await keys.create(sampleKey('a'))
        expect(await keys.byDigest(sampleKey('a').digest)).toEqual(sampleKey('a'))
        expect(await keys.byDigest('unknown')).toBeUndefined()
      }))

    test('an id or a digest that is taken is a contradiction', () =>
      withStores(open, async ({ keys }) => {
        await keys.create(sampleKey('a'))
        const contradiction = { contradiction: expect.any(String) }
        const sameId = sampleKey('b', { id: 'key_a' })
        const sameDigest = sampleKey('b', { digest: sampleKey('a').digest })
        await expect(keys.create(sameId)).rejects.toMatchObject(contradiction)
        await expect(keys.create(sameDigest)).rejects.toMatchObject(contradiction)
        expect(await keys.list()).toEqual([sampleKey('a')])
      }))

    test('keys are listed in the order they were made', () =>
      withStores(open, async ({ keys }) => {
        await keys.create(sampleKey('a', { createdAt: sampleNow + 1 }))
        await keys.create(sampleKey('b'))
        expect((await keys.list()).map(({ id }) => id)).toEqual(['key_b', 'key_a'])
      }))

    test('a revocation counts at once, and only the first', () =>
      withStores(open, async ({ keys }) => {
        await keys.create(sampleKey('a'))
        expect(await keys.revoke('key_a', sampleNow + 1)).toBe(true)
        expect(await keys.revoke('key_a', sampleNow + 2)).toBe(false)
        expect(await keys.revoke('key_none', sampleNow)).toBe(false)
        const revoked = sampleKey('a', { revokedAt: sampleNow + 1 })
        expect(await keys.byDigest(revoked.digest)).toEqual(revoked)
      }))
  })
}
