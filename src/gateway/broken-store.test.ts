import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createFallbackStore } from '../adapters/files/fallback-image-store.ts'
import { createFileImageStore } from '../adapters/files/file-image-store.ts'
import type { ImageStore } from '../ports/image-store.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { scriptedProvider } from '../testing/scripted-provider.ts'

const full = (store: ImageStore): ImageStore => ({
  ...store,
  put: () => Promise.reject(new Error('ENOSPC')),
})

describe('a store that cannot be written', () => {
  test('the picture goes to the second one, and nobody notices', async () => {
    const spare = await mkdtemp(join(tmpdir(), 'keeprate-spare-'))
    const reasons: unknown[] = []
    const images = (store: ImageStore) =>
      createFallbackStore(full(store), createFileImageStore(spare), (error) => reasons.push(error))
    await withGatewayStand({ providers: [scriptedProvider()], images }, async (stand) => {
      const result = await stand.ask()
      expect(result.warnings).toEqual([])
      expect(reasons).toHaveLength(1)
      const digest = result.images[0]?.record.digest ?? ''
      expect(await stand.images.get(digest)).toEqual(await result.images[0]?.load())
      expect((await stand.ask()).cache).toBe('HIT exact')
    })
    await rm(spare, { recursive: true })
  })

  test('when both fail the answer carries the bytes, the cost is booked and the caller is told', async () => {
    const acme = scriptedProvider()
    await withGatewayStand({ providers: [acme], images: full }, async ({ ask, stores, events }) => {
      const result = await ask({ n: 2 })
      expect(result.images).toHaveLength(2)
      for (const image of result.images) expect((await image.load()).length).toBeGreaterThan(0)
      expect(result.costNano).toBe(20_000_000n)
      expect(result.warnings).toMatchObject([{ code: 'not_stored_yet' }])
      expect(await stores.requests.request(result.requestId)).toMatchObject({
        state: 'completed',
        costNano: 20_000_000n,
      })
      expect(await stores.ledger.audit()).toEqual([])
      const failures = events.filter(({ kind }) => kind === 'write-failed')
      expect(failures).toMatchObject([{ what: 'picture' }, { what: 'picture' }])
      expect((await ask({ n: 2 })).cache).toBe('MISS')
      expect(acme.calls).toHaveLength(2)
    })
  })
})
