import { describe, expect, test } from 'vitest'
import { failure } from '../core/errors/provider-failure.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { noisePng } from '../testing/noise-png.ts'
import {
  draws,
  inTurn,
  type Play,
  pictureOf,
  produced,
  scriptedModel,
  scriptedProvider,
} from '../testing/scripted-provider.ts'

const size = { width: 64, height: 64 }
const good = noisePng(size, 1)
/** So few bytes for so many pixels that only a look tells. */
const large = { width: 512, height: 512 }
const square = { width: 1024, height: 1024 }

/** The same answer every time. */
const answers =
  (...pictures: readonly Uint8Array[]): Play =>
  () =>
    produced(pictures)

const withProviders = (play: Play) => [
  scriptedProvider({ id: 'cheap', play }),
  scriptedProvider({ id: 'dear', usd: '0.05', play: draws(900) }),
]

describe('what is no picture is refused: paid, kept, never served or cached', () => {
  test.each<[string, Uint8Array, string]>([
    ['text', Buffer.from('this is no picture'), 'not_an_image'],
    ['a web page', Buffer.from('<!doctype html><title>Sorry</title>'), 'not_an_image'],
    ['nothing at all', new Uint8Array(), 'not_an_image'],
    ['a picture that breaks off', good.subarray(0, good.length - 40), 'truncated'],
    ['a picture of another size', noisePng({ width: 64, height: 48 }, 2), '64x48 pixels instead'],
  ])('%s', async (_, bytes, reason) => {
    const providers = withProviders(answers(bytes))
    await withGatewayStand({ providers }, async ({ ask, stores, images }) => {
      const result = await ask({ size: '64x64' })
      expect(result).toMatchObject({ provider: 'dear', route: 'fallback:2' })
      expect(result.costNano).toBe(60_000_000n)
      const [refused, served] = await stores.requests.images(result.requestId)
      expect(refused).toMatchObject({ state: 'refused', refusal: expect.stringContaining(reason) })
      expect(await images.size(refused?.digest ?? '')).toBe(bytes.length)
      expect(served).toMatchObject({ state: 'published', provider: 'dear' })
      const again = await ask({ size: '64x64' })
      expect(again.cache).toBe('HIT exact')
      expect(again.images.map(({ record }) => record.id)).toEqual([served?.id])
    })
  })

  test('a picture of the wrong shape, where only a shape was asked of the provider', async () => {
    const sizes = { kind: 'aspect', aspects: ['1:1', '16:9'], pixels: 4_096 } as const
    const wide = scriptedModel({ provider: 'acme', sizes })
    const play = inTurn(answers(noisePng({ width: 64, height: 64 }, 3)))
    const acme = scriptedProvider({ models: [wide], play })
    await withGatewayStand({ providers: [acme] }, async ({ ask }) => {
      const asked = ask({ aspect: '16:9' })
      await expect(asked).rejects.toMatchObject({
        code: 'no_provider_available',
        message: expect.stringContaining('instead of the shape 16:9'),
      })
    })
  })

  test('a blank picture, looked at because it has so few bytes', async () => {
    const blank = noisePng(large, 1, 128)
    const providers = withProviders(answers(blank))
    await withGatewayStand({ providers, hasDecoder: true }, async ({ ask, stores }) => {
      const { requestId } = await ask({ size: '512x512' })
      const [first] = await stores.requests.images(requestId)
      expect(first).toMatchObject({ state: 'refused', refusal: 'a blank picture' })
    })
  })

  // What withheld pictures look like where a provider answers 200 all the same.
  test.each(['png', 'jpeg', 'webp'] as const)('a black picture as %s', async (format) => {
    let black: Uint8Array = noisePng(square, 1, 0)
    const providers = withProviders(() => produced([black]))
    await withGatewayStand({ providers, hasDecoder: true }, async ({ ask, stores, gateway }) => {
      black = await gateway.deps.decoder.convert(black, { format })
      const asked = await ask({ size: '1024x1024', format })
      expect(asked.provider).toBe('dear')
      const [first] = await stores.requests.images(asked.requestId)
      expect(first).toMatchObject({ state: 'refused', refusal: 'a blank picture' })
    })
  })

  test('a picture whose bytes are few and cannot be decoded', async () => {
    const providers = withProviders(answers(noisePng(large, 1, 128)))
    await withGatewayStand({ providers }, async ({ ask, stores, logged }) => {
      const { requestId } = await ask({ size: '512x512' })
      const [first] = await stores.requests.images(requestId)
      expect(first).toMatchObject({ state: 'refused' })
      expect(logged.map(({ message }) => message)).toContain('picture could not be decoded')
    })
  })
})

describe('an answer never shows one picture twice', () => {
  test('within a call', async () => {
    const providers = withProviders(answers(good, good, noisePng(size, 2)))
    await withGatewayStand({ providers }, async ({ ask }) => {
      const result = await ask({ size: '64x64', n: 3 })
      const makers = result.images.map(({ record }) => record.provider)
      expect(makers).toEqual(['cheap', 'cheap', 'dear'])
      expect(new Set(result.images.map(({ record }) => record.digest)).size).toBe(3)
    })
  })

  test('over calls that run side by side', async () => {
    const models = [scriptedModel({ provider: 'cheap', maxImagesPerCall: 1 })]
    const cheap = scriptedProvider({ id: 'cheap', models, play: answers(good) })
    const dear = scriptedProvider({ id: 'dear', usd: '0.05', play: draws(900) })
    await withGatewayStand({ providers: [cheap, dear] }, async ({ ask }) => {
      const result = await ask({ size: '64x64', n: 3 })
      const makers = result.images.map(({ record }) => record.provider)
      expect(makers).toEqual(['cheap', 'dear', 'dear'])
    })
  })

  test('over the steps of a plan', async () => {
    const cheap = scriptedProvider({ id: 'cheap', play: answers(good) })
    const dear = scriptedProvider({ id: 'dear', usd: '0.05', play: answers(good) })
    await withGatewayStand({ providers: [cheap, dear] }, async ({ ask }) => {
      const result = await ask({ size: '64x64', n: 2 })
      expect(result.images).toHaveLength(1)
      expect(result.warnings).toMatchObject([{ code: 'fewer_images' }])
    })
  })

  test('from the cache and from a provider', async () => {
    const acme = scriptedProvider({ play: inTurn(answers(good), answers(good, noisePng(size, 2))) })
    await withGatewayStand({ providers: [acme] }, async ({ ask }) => {
      await ask({ size: '64x64' })
      const result = await ask({ size: '64x64', n: 2 })
      expect(result.cache).toBe('HIT exact')
      const digests = result.images.map(({ record }) => record.digest)
      expect(digests).toEqual([pictureOf(good).digest, pictureOf(noisePng(size, 2)).digest])
    })
  })

  test('when it was cached twice under one key', async () => {
    const acme = scriptedProvider({ play: inTurn(answers(good), answers(good), draws(70)) })
    await withGatewayStand({ providers: [acme] }, async ({ ask }) => {
      await ask({ size: '64x64' })
      await ask({ size: '64x64', cache: 'refresh' })
      const result = await ask({ size: '64x64', n: 2 })
      expect(new Set(result.images.map(({ record }) => record.digest)).size).toBe(2)
      expect(acme.calls.map(({ n }) => n)).toEqual([1, 1, 1])
    })
  })
})

test('fewer pictures than asked of a lone provider are delivered with a warning', async () => {
  const acme = scriptedProvider({ play: answers(good) })
  await withGatewayStand({ providers: [acme] }, async ({ ask }) => {
    const result = await ask({ size: '64x64', n: 4 })
    expect(result.images).toHaveLength(1)
    expect(result.warnings).toMatchObject([
      { code: 'fewer_images', param: 'n', message: '1 of 4 images could be made.' },
    ])
  })
})

describe('an answer of 200 that has no picture is a failure', () => {
  test('without a word about it: it is paid, and the next offer makes the picture', async () => {
    const providers = withProviders(answers())
    await withGatewayStand({ providers }, async ({ ask, stores }) => {
      const result = await ask({ size: '64x64' })
      expect(result).toMatchObject({ provider: 'dear', costNano: 60_000_000n })
      const [first] = await stores.requests.attempts(result.requestId)
      expect(first).toMatchObject({ outcome: 'empty', costNano: 10_000_000n })
    })
  })

  test('because all were withheld: it is a refusal, and no other offer sees it', async () => {
    const withheld = [failure('content_policy_output', 'filtered')]
    const providers = withProviders(() => produced([], { withheld }))
    await withGatewayStand({ providers }, async ({ ask }) => {
      const asked = ask({ size: '64x64' })
      await expect(asked).rejects.toMatchObject({ code: 'content_policy_violation' })
    })
  })
})

test('more pictures than asked for are paid and kept, not delivered', async () => {
  const acme = scriptedProvider({ play: answers(good, noisePng(size, 2), noisePng(size, 3)) })
  await withGatewayStand({ providers: [acme] }, async ({ ask, stores }) => {
    const result = await ask({ size: '64x64', n: 2 })
    expect(result.images).toHaveLength(2)
    expect(await stores.requests.images(result.requestId)).toHaveLength(3)
    expect(await stores.ledger.audit()).toEqual([])
  })
})
