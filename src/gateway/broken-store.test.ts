import { describe, expect, test } from 'vitest'
import type { ImageStore } from '../ports/image-store.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { scriptedProvider } from '../testing/scripted-provider.ts'

const full = (store: ImageStore): ImageStore => ({
  ...store,
  put: () => Promise.reject(new Error('ENOSPC')),
})

describe('a store that cannot be written', () => {
  test('the picture goes to the second one, and nobody notices', async () => {
    const options = { providers: [scriptedProvider()], images: full, hasSpareFolder: true }
    await withGatewayStand(options, async (stand) => {
      const result = await stand.ask()
      expect(result.warnings).toEqual([])
      expect(stand.logged).toMatchObject([{ message: 'picture went to the spare folder' }])
      const digest = result.images[0]?.record.digest ?? ''
      expect(await stand.images.get(digest)).toEqual(await result.images[0]?.load())
      expect((await stand.ask()).cache).toBe('HIT exact')
    })
  })

  test('when both fail the answer has the bytes, a warning, and its cost is booked', async () => {
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
