import { describe, expect, test } from 'vitest'
import { type GatewayStand, withGatewayStand } from '../testing/gateway-stand.ts'
import { scriptedProvider } from '../testing/scripted-provider.ts'

const withAcme = (use: (stand: GatewayStand, calls: () => number) => Promise<void>) => {
  const acme = scriptedProvider()
  return withGatewayStand({ providers: [acme], hasDecoder: true }, (stand) =>
    use(stand, () => acme.calls.length),
  )
}
const wordings = ['a red cup on a table', 'Please create an image of a red cup on a table'] as const

describe('the same picture in other words', () => {
  test('is answered from the cache for nothing, and says how it was found', () =>
    withAcme(async ({ ask }, calls) => {
      const first = await ask({ model: 'auto', prompt: wordings[0] })
      const second = await ask({ model: 'auto', prompt: wordings[1] })
      expect(second).toMatchObject({ cache: 'HIT normalised', route: 'cache', costNano: 0n })
      expect(second.images[0]?.record.id).toBe(first.images[0]?.record.id)
      expect(calls()).toBe(1)
    }))

  test('in another format or smaller is converted, kept, and found at once the next time', () =>
    withAcme(async ({ ask, stores }, calls) => {
      await ask({ prompt: wordings[0], size: '64x64' })
      const wanted = { prompt: wordings[1], size: '32x32', format: 'webp' } as const
      const second = await ask(wanted)
      const record = second.images[0]?.record
      expect(second.cache).toBe('HIT normalised')
      expect(record).toMatchObject({ width: 32, height: 32, format: 'webp', costNano: 0n })
      expect(await stores.requests.image(record?.id ?? '')).toMatchObject({
        requestId: second.requestId,
        state: 'published',
      })
      const third = await ask(wanted)
      expect([third.cache, third.images[0]?.record.id]).toEqual(['HIT exact', record?.id])
      expect(calls()).toBe(1)
      expect(await stores.ledger.audit()).toEqual([])
    }))

  test.each([
    ['another tenant', {}, { tenant: 'there' }],
    ['a larger size', { size: '128x128' }, {}],
    ['another shape', { size: '64x32' }, {}],
    ['a higher quality', { quality: 'high' }, {}],
    ['a seed', { seed: 7 }, {}],
    ['a purpose with a higher floor', { purpose: 'hero' }, {}],
    ['a pinned model', { model: 'painter' }, {}],
    ['negative words', { negativePrompt: 'people' }, {}],
    ['options of a provider', { providerOptions: { acme: { x: 1 } } }, {}],
    ['a transparent background', { background: 'transparent' }, {}],
    ['the cache switched off', { cache: 'off' as const }, {}],
  ])('is made anew for %s', (_, change, caller) =>
    withAcme(async ({ ask }, calls) => {
      await ask({ model: 'auto', prompt: wordings[0], size: '64x64' })
      const asked = { model: 'auto', prompt: wordings[1], size: '64x64', ...change }
      const answer = await ask(asked, caller).catch((error: unknown) => error)
      expect(answer).not.toHaveProperty('cache', 'HIT normalised')
      expect(calls()).toBeLessThanOrEqual(2)
    }),
  )

  test.each([
    ['what models make by themselves', {}],
    ['a larger display', { display: '32x32' }],
    ['a purpose that is shown larger', { purpose: 'hero' }],
    ['a resolution', { resolution: '1k' as const }],
  ])('made small, it is no answer to whoever names no size but wants %s', (_, change) =>
    withAcme(async ({ ask }) => {
      await ask({ model: 'auto', prompt: wordings[0], size: '16x16', floor: 0.95 })
      const answer = await ask({ model: 'auto', prompt: wordings[1], ...change }).catch(() => ({}))
      expect(answer).not.toHaveProperty('cache', 'HIT normalised')
    }),
  )

  test('made as usual, it is scaled to the display where it will stand', () =>
    withAcme(async ({ ask }) => {
      await ask({ model: 'auto', prompt: wordings[0] })
      const { cache, images } = await ask({ model: 'auto', prompt: wordings[1], display: '32x32' })
      expect([cache, images[0]?.record.width]).toEqual(['HIT normalised', 32])
    }))

  test('made for a low floor that its caller named, it is no answer to those who named none', () =>
    withAcme(async ({ ask }) => {
      await ask({ model: 'auto', prompt: wordings[0], floor: 0.1 })
      expect((await ask({ model: 'auto', prompt: wordings[1] })).cache).toBe('MISS')
    }))

  test('asked at the same time gets another picture', () =>
    withAcme(async ({ ask }) => {
      await ask({ prompt: wordings[0] })
      const [one, other] = await Promise.all(wordings.map((prompt) => ask({ prompt })))
      expect(one?.images[0]?.record.digest).not.toBe(other?.images[0]?.record.digest)
    }))

  test('asked again by the same user within ten minutes means that it was not liked', () =>
    withAcme(async ({ ask }) => {
      await ask({ prompt: wordings[0], endUser: 'mia' })
      expect((await ask({ prompt: wordings[1], endUser: 'mia' })).cache).toBe('MISS')
    }))
})
