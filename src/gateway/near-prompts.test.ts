import { describe, expect, test } from 'vitest'
import { reportTiers } from '../core/cache/lookup.ts'
import { type GatewayStandOptions, until, withGatewayStand } from '../testing/gateway-stand.ts'
import { scriptedProvider } from '../testing/scripted-provider.ts'
import { takeVerdict } from './feedback-desk.ts'

const PROMPT = 'a lighthouse on a cliff above the sea'
const MISTYPED = 'a lighthuose on a cliff above the sea'
const rule = { threshold: 0.7, maxWrong: 0.01, verify: 0 }

/** A stand whose first picture, of {@link PROMPT}, is kept for near prompts. */
const withFirst = (
  options: Partial<GatewayStandOptions>,
  use: (
    stand: Parameters<Parameters<typeof withGatewayStand>[1]>[0],
    parts: { readonly calls: () => number; readonly first: string },
  ) => Promise<void>,
) => {
  const acme = scriptedProvider()
  return withGatewayStand({ providers: [acme], similarity: rule, ...options }, async (stand) => {
    const { images } = await stand.ask({ prompt: PROMPT })
    // The prompt is kept after the answer.
    await until(() => stand.ask({ prompt: MISTYPED, cache: 'only' }).catch(() => undefined))
    await use(stand, { calls: () => acme.calls.length, first: images[0]?.record.id ?? '' })
  })
}

/** Shown as large as the pictures of this stand are. */
const SMALL = { display: { width: 32, height: 32 }, pixel_ratio: 1 }

describe('near prompts', () => {
  test('a mistyped prompt is answered at no cost, and the receipt says by what', () =>
    withFirst({}, async (stand, { calls, first }) => {
      const result = await stand.ask({ prompt: MISTYPED, endUser: 'other' })
      expect(result.images[0]?.record.id).toBe(first)
      expect(result).toMatchObject({
        costNano: 0n,
        cache: expect.stringMatching(/^HIT semantic 0/),
      })
      const { summary } = (await stand.stores.requests.request(result.requestId)) ?? {}
      expect(summary?.matched).toMatchObject([{ image: first, prompt: PROMPT }])
      expect(calls()).toBe(1)
    }))

  test.each([
    ['another tenant', {}, { tenant: 'elsewhere' }],
    ['a seed', { seed: 4 }, {}],
    ['another colour', { prompt: 'a red lighthuose on a cliff above the sea' }, {}],
    ['another pinned model', { model: 'm2' }, {}],
  ])('%s is never answered by it', (_title, draft, caller) =>
    withFirst({}, async (stand) => {
      const asked = stand.ask({ prompt: MISTYPED, cache: 'only', ...draft }, caller)
      await expect(asked).rejects.toMatchObject({
        code: expect.stringMatching(/cache_miss|model_not_found/),
      })
    }),
  )

  test.each([
    ['stricter than the hit: no hit', { cacheThreshold: 0.999 }, 'cache_miss'],
    ['looser than the gateway: refused', { cacheThreshold: 0.69 }, 'invalid_request'],
    ['of a stricter purpose: no hit', { purpose: 'strict' }, 'cache_miss'],
  ])('a threshold, %s', (_title, draft, code) =>
    withFirst(
      { purposes: { plain: SMALL, strict: { ...SMALL, cache_threshold: 0.999 } } },
      async (stand) => {
        const only = { prompt: MISTYPED, cache: 'only' } as const
        expect((await stand.ask({ ...only, purpose: 'plain' })).cache).toMatch(/^HIT semantic/)
        const asked = stand.ask({ ...only, ...draft })
        await expect(asked).rejects.toMatchObject({ code })
      },
    ),
  )

  test('tenants of one pool share it, each with a picture of its own name', () =>
    withFirst({ cachePools: { shop: ['here', 'elsewhere'] } }, async (stand, { calls, first }) => {
      const { images, cache } = await stand.ask({ prompt: PROMPT }, { tenant: 'elsewhere' })
      expect(cache).toBe('HIT exact')
      expect(images[0]?.record).toMatchObject({ tenant: 'elsewhere', costNano: 0n })
      expect(images[0]?.record.id).not.toBe(first)
      const subject = images[0]?.record.id ?? ''
      const no = { subject, tenant: 'elsewhere', rater: 'they', isAccepted: false }
      await takeVerdict(no, stand.gateway.deps)
      await expect(stand.ask({ prompt: PROMPT, cache: 'only' })).rejects.toMatchObject({
        code: 'cache_miss',
      })
      expect(calls()).toBe(1)
    }))

  test('a rejected picture answers no near prompt any more, and its hit counts as wrong', () =>
    withFirst({}, async (stand) => {
      const { requestId } = await stand.ask({ prompt: MISTYPED, endUser: 'other' })
      const no = { subject: requestId, tenant: 'here', rater: 'they', isAccepted: false }
      await takeVerdict(no, stand.gateway.deps)
      await expect(stand.ask({ prompt: MISTYPED, cache: 'only' })).rejects.toMatchObject({
        code: 'cache_miss',
      })
      const range = { from: 0, to: stand.clock.now() + 1 }
      const tiers = reportTiers(await stand.stores.cacheLookups.sums(range))
      const semantic = tiers.find(({ result }) => result === 'semantic')
      expect(semantic).toMatchObject({ rejected: 1, wrongRate: 1, wrongUpper95: 1 })
      expect(semantic?.lostNano).toBeGreaterThan(0n)
    }))

  test('what is to be verified is made anew, and the receipt names what it is compared with', () =>
    withFirst({ similarity: { ...rule, verify: 1 } }, async (stand, { first }) => {
      const result = await stand.ask({ prompt: MISTYPED })
      expect(result.cache).toBe('MISS')
      const { summary } = (await stand.stores.requests.request(result.requestId)) ?? {}
      expect(summary?.compared).toMatchObject([{ image: first, prompt: PROMPT }])
    }))
})
