import { rm } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { normaliseRequest } from '../core/request/normalise.ts'
import {
  type GatewayStand,
  openGatewayStand,
  until,
  withGatewayStand,
} from '../testing/gateway-stand.ts'
import { failed, scriptedModel, scriptedProvider } from '../testing/scripted-provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import type { GatewayResult } from './result.ts'

const caller = { keyId: 'key_someone', tenant: 'here' }
const HOUR_MS = 3_600_000

const idsOf = ({ images }: GatewayResult) => images.map(({ record }) => record.id)

const withAcme = (use: (stand: GatewayStand, calls: () => number) => Promise<void>) => {
  const acme = scriptedProvider()
  return withGatewayStand({ providers: [acme] }, (stand) => use(stand, () => acme.calls.length))
}

describe('an equal request', () => {
  test('is answered with the same picture, for nothing, by nobody', () =>
    withAcme(async ({ ask }, calls) => {
      const first = await ask()
      const second = await ask()
      expect(second).toMatchObject({
        cache: 'HIT exact',
        route: 'cache',
        costNano: 0n,
        attempts: 0,
      })
      expect(idsOf(second)).toEqual(idsOf(first))
      const [bytes, same] = await Promise.all(
        [first, second].map(({ images }) => images[0]?.load()),
      )
      expect(Buffer.from(same ?? []).equals(bytes ?? Buffer.alloc(0))).toBe(true)
      expect(calls()).toBe(1)
    }))

  test('for more pictures gets the cached ones and new ones, all of them different', () =>
    withAcme(async ({ ask }, calls) => {
      const first = await ask({ n: 2 })
      const second = await ask({ n: 3 })
      expect(new Set(idsOf(second)).size).toBe(3)
      expect(idsOf(second)).toEqual(expect.arrayContaining(idsOf(first)))
      expect(calls()).toBe(2)
      expect(await ask({ n: 3 })).toMatchObject({ route: 'cache', costNano: 0n })
    }))

  test.each([
    ['spaces', { prompt: '  a   cup ' }],
    ['money limits', { maxCost: '0.5' }],
    ['deadlines', { deadlineMs: 60_000 }],
    ['tags', { tags: { team: 'x' } }],
  ])('%s make no difference', (_, change) =>
    withAcme(async ({ ask }) => {
      await ask()
      expect((await ask(change)).cache).toBe('HIT exact')
    }),
  )

  test.each([
    ['the prompt', { prompt: 'a bowl' }],
    ['the model', { model: 'painter' }],
    ['the size', { size: '48x48' }],
    ['the quality', { quality: 'high' }],
    ['the seed', { seed: 5 }],
    ['the format', { format: 'webp' as const }],
    ['the purpose', { purpose: 'hero' }],
    ['options of a provider', { providerOptions: { acme: { x: 1 } } }],
  ])('another one differs in %s', (_, change) =>
    withAcme(async ({ ask }) => {
      await ask()
      expect((await ask(change)).cache).toBe('MISS')
    }),
  )

  test('of another tenant gets nothing from the cache', () =>
    withAcme(async ({ ask }, calls) => {
      const first = await ask()
      const second = await ask({}, { tenant: 'there' })
      expect(second.cache).toBe('MISS')
      expect(idsOf(second)).not.toEqual(idsOf(first))
      expect(calls()).toBe(2)
    }))

  test('of the same user within ten minutes wants another picture', () => {
    const clock = new VirtualClock()
    const acme = scriptedProvider()
    return withGatewayStand({ providers: [acme], clock }, async ({ ask }) => {
      const ann = { endUser: 'ann' }
      const first = await ask(ann)
      const second = await ask(ann)
      expect(idsOf(second)).not.toEqual(idsOf(first))
      expect((await ask({ endUser: 'bob' })).cache).toBe('HIT exact')
      expect((await ask({ ...ann, cache: 'allow' })).cache).toBe('HIT exact')
      await clock.advance(600_001)
      expect((await ask(ann)).cache).toBe('HIT exact')
    })
  })
})

describe('the mode', () => {
  test('`refresh` makes a new picture, which later requests get', () =>
    withAcme(async ({ ask }, calls) => {
      await ask()
      const second = await ask({ cache: 'refresh' })
      expect(second.cache).toBe('MISS')
      expect(idsOf(await ask())).toEqual(idsOf(second))
      expect(calls()).toBe(2)
    }))

  test('`off` neither reads nor writes', () =>
    withAcme(async ({ ask }, calls) => {
      expect((await ask({ cache: 'off' })).cache).toBe('OFF')
      expect((await ask()).cache).toBe('MISS')
      expect((await ask({ cache: 'off' })).cache).toBe('OFF')
      expect(calls()).toBe(3)
    }))

  test('`only` never pays: what is not there is `cache_miss`', () =>
    withAcme(async ({ ask, stores }, calls) => {
      await expect(ask({ cache: 'only' })).rejects.toMatchObject({ code: 'cache_miss' })
      await ask()
      expect((await ask({ cache: 'only' })).cache).toBe('HIT exact')
      await expect(ask({ cache: 'only', n: 2 })).rejects.toMatchObject({ code: 'cache_miss' })
      expect(calls()).toBe(1)
      expect(await stores.requests.list({ tenant: 'here', limit: 9 })).toHaveLength(2)
    }))
})

describe('how long', () => {
  test.each([
    ['the usual time', {}, 72 * HOUR_MS],
    ['the time the request names', { cacheTtlMs: HOUR_MS }, HOUR_MS],
  ])('%s', (_, draft, ttlMs) => {
    const clock = new VirtualClock()
    // So long that the background work has one turn only in all that time.
    const limits = { leaseMs: 1_000 * HOUR_MS, lookForWorkMs: 1_000 * HOUR_MS }
    const options = { providers: [scriptedProvider()], clock, limits }
    return withGatewayStand(options, async ({ ask }) => {
      await ask(draft)
      await clock.advance(ttlMs - 1)
      expect((await ask()).cache).toBe('HIT exact')
      await clock.advance(1)
      expect((await ask()).cache).toBe('MISS')
    })
  })

  test('a time of zero keeps nothing', () =>
    withAcme(async ({ ask }) => {
      await ask({ cacheTtlMs: 0 })
      expect((await ask()).cache).toBe('MISS')
    }))
})

describe('parallel identical requests', () => {
  test('get different pictures, from the cache as far as it reaches', () =>
    withAcme(async ({ ask }, calls) => {
      await ask({ n: 2 })
      const results = await Promise.all(Array.from({ length: 5 }, () => ask()))
      expect(new Set(results.flatMap(idsOf)).size).toBe(5)
      expect(calls()).toBe(4)
    }))

  test('share when each of them says that the cache may answer', () =>
    withAcme(async ({ ask }, calls) => {
      await ask()
      const asked = Array.from({ length: 3 }, () => ask({ cache: 'allow' }))
      const results = await Promise.all(asked)
      expect(new Set(results.flatMap(idsOf)).size).toBe(1)
      expect(calls()).toBe(1)
    }))

  test.each([
    ['of a split call, another one', {}, true, 'MISS'],
    ['of a split call that names a seed, that very one', { seed: 5 }, true, 'HIT exact'],
    [
      'of a split call that names a cache mode, the same one',
      { cache: 'allow' },
      true,
      'HIT exact',
    ],
    ['that is a real repeat, the same one', {}, false, 'HIT exact'],
  ] as const)('get, right after the answer to a part %s', (_, change, mayBeSplit, cache) =>
    withAcme(async ({ gateway }) => {
      const request = normaliseRequest({ operation: 'generate', prompt: 'a cup', ...change })
      const ask = () => gateway.generate(request, caller, { mayBeSplit })
      const first = await ask()
      const second = await ask()
      expect(second.cache).toBe(cache)
      expect(idsOf(first)[0] === idsOf(second)[0]).toBe(cache === 'HIT exact')
    }),
  )

  test('one that fails gives back what it had taken', async () => {
    await withGatewayStand({ providers: [scriptedProvider()] }, async ({ ask }) => {
      await ask()
      await expect(ask({ cache: 'only', n: 2 })).rejects.toMatchObject({ code: 'cache_miss' })
      expect((await ask()).cache).toBe('HIT exact')
    })
  })
})

describe('what is not there any more', () => {
  test('a cached picture whose bytes were deleted is made anew', () =>
    withAcme(async ({ ask, images }, calls) => {
      const first = await ask({ n: 2 })
      await images.remove(first.images[0]?.record.digest ?? '')
      const second = await ask({ n: 2 })
      expect(second.images).toHaveLength(2)
      const loaded = await Promise.all(second.images.map((image) => image.load()))
      expect(loaded.every((bytes) => bytes.length > 0)).toBe(true)
      expect(calls()).toBe(2)
    }))

  test('a failed request leaves nothing in the cache', async () => {
    const acme = scriptedProvider({ play: () => failed('overloaded') })
    await withGatewayStand({ providers: [acme] }, async ({ ask }) => {
      await expect(ask()).rejects.toBeDefined()
      await expect(ask({ cache: 'only' })).rejects.toMatchObject({ code: 'cache_miss' })
    })
  })
})

describe('seeds', () => {
  test('with one picture a call, each is found again by its own seed', async () => {
    const models = [scriptedModel({ provider: 'acme', maxImagesPerCall: 1 })]
    const acme = scriptedProvider({ models })
    await withGatewayStand({ providers: [acme] }, async ({ ask }) => {
      const two = await ask({ seed: 5, n: 2 })
      expect(two.images.map(({ record }) => record.seed)).toEqual([5, 6])
      expect(idsOf(await ask({ seed: 5 }))).toEqual(idsOf(two).slice(0, 1))
      const three = await ask({ seed: 5, n: 3 })
      expect(three.images.map(({ record }) => record.seed)).toEqual([5, 6, 7])
      expect(acme.calls.map(({ settings }) => settings.seed)).toEqual([5, 6, 7])
    })
  })
})

test('a stand on the same folder answers from the same cache', async () => {
  const first = await openGatewayStand({ providers: [scriptedProvider()] })
  const made = await first.ask()
  await first.close()
  const second = await openGatewayStand({
    providers: [scriptedProvider()],
    home: first.home,
    seed: 2,
  })
  expect(idsOf(await second.ask())).toEqual(idsOf(made))
  await second.close()
  await rm(first.home, { recursive: true })
})

test('more than there is memory for is answered 429 before anything is held', async () => {
  const clock = new VirtualClock()
  const { promise: open, resolve: letGo } = Promise.withResolvers<void>()
  const drawing = scriptedProvider()
  const acme = scriptedProvider({
    play: async (call, context) => {
      await open
      return drawing.call(call, context)
    },
  })
  const limits = { bytesInFlight: 2_000, waitForBytesMs: 1_000 }
  await withGatewayStand({ providers: [acme], clock, limits }, async ({ ask, stores, gateway }) => {
    const first = ask()
    await until(() => acme.calls.length === 1)
    const second = ask({ prompt: 'a bowl' }).catch((error: unknown) => error)
    await until(() => clock.sleeping > 1)
    await clock.advance(1_000)
    expect(await second).toMatchObject({ code: 'overloaded', retryAfterMs: 1_000, retryable: true })
    expect(await stores.requests.list({ tenant: 'here', limit: 9 })).toHaveLength(1)
    letGo()
    const result = await first
    expect(gateway.deps.bytes.inFlight).toBeGreaterThan(0)
    result.release()
    expect(gateway.deps.bytes.inFlight).toBe(0)
  })
})
