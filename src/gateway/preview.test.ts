import { describe, expect, test } from 'vitest'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import type { PartialImage } from '../ports/provider.ts'
import {
  type GatewayStand,
  type GatewayStandOptions,
  withGatewayStand,
} from '../testing/gateway-stand.ts'
import {
  draws,
  failed,
  type Play,
  scriptedModel,
  scriptedProvider,
} from '../testing/scripted-provider.ts'

const models = (provider: string, typicalSeconds: number, hasPartials = false) => {
  const model = scriptedModel({ provider, typicalSeconds, qualities: [] })
  return [{ ...model, supports: { ...model.supports, stream: hasPartials } }]
}

/** A quick, cheap provider that draws drafts, and a slow, dear one that makes the picture. */
function stand(plays: { readonly draft?: Play; readonly picture?: Play } = {}) {
  const quick = scriptedProvider({
    ...{ id: 'quick', usd: '0.001', models: models('quick', 1) },
    play: plays.draft ?? draws(1),
  })
  const shown = Promise.withResolvers<void>()
  const fine = scriptedProvider({
    ...{ id: 'fine', usd: '0.04', models: models('fine', 10) },
    play: async (...call) => {
      // It takes its time, so that the draft is there first.
      if (plays.picture === undefined) await shown.promise
      return (plays.picture ?? draws(900))(...call)
    },
  })
  const options: GatewayStandOptions = { providers: [quick, fine] }
  return { quick, fine, options, shown: shown.resolve }
}

const wanted: Partial<RequestDraft> = {
  ...{ prompt: 'a fox', model: 'fine/painter', size: '1024x512' },
  ...{ stream: true, partialImages: 2 },
}

async function stream(
  { gateway }: GatewayStand,
  draft: Partial<RequestDraft> = {},
  shown: () => void = () => undefined,
) {
  const partials: PartialImage[] = []
  const request = normaliseRequest({ operation: 'generate', prompt: '', ...wanted, ...draft })
  const caller = { keyId: 'key_someone', tenant: 'here' }
  const onPartial = (partial: PartialImage): void => {
    partials.push(partial)
    shown()
  }
  const watch = { onPartial }
  return { partials, result: await gateway.generate(request, caller, watch) }
}

describe('a stream of a model without partial images', () => {
  test('shows a cheap draft of low resolution, held, booked and in the receipt', async () => {
    const { quick, fine, options, shown } = stand()
    await withGatewayStand(options, async (open) => {
      const { partials, result } = await stream(open, {}, shown)
      expect(partials.map(({ index }) => index)).toEqual([0])
      expect(quick.calls).toMatchObject([{ settings: { size: { width: 512, height: 256 } } }])
      expect(result).toMatchObject({ provider: 'fine', route: 'direct', attempts: 2 })
      expect(result.costNano).toBe(41_000_000n)
      expect(result.warnings).toMatchObject([
        { code: 'parameter_approximated', param: 'partial_images' },
      ])
      expect(result.warnings[0]?.message).toContain(
        'a draft by quick/painter at 512x256, for $0.001',
      )
      const { stores } = open
      const record = await stores.requests.request(result.requestId)
      expect(record?.plan).toMatchObject({
        hold: '0.041',
        preview: { offer: 'quick/painter', size: '512x256', expected_cost: '0.001', share: 0.025 },
      })
      const attempts = await stores.requests.attempts(result.requestId)
      expect(attempts.map(({ offer, call }) => [offer, call.preview])).toEqual([
        ['fine/painter', undefined],
        ['quick/painter', true],
      ])
      expect(await stores.ledger.audit()).toEqual([])
      expect((await stores.ledger.balance('key_someone', 'real')).heldNano).toBe(0n)
      expect(fine.calls).toHaveLength(1)
    })
  })

  test('keeps the draft as what it is, and never for the picture', async () => {
    const { quick, fine, options, shown } = stand()
    await withGatewayStand(options, async (open) => {
      const first = await stream(open, {}, shown)
      const again = await stream(open)
      expect(again.result.cache).toBe('HIT exact')
      expect(again.result.images.map(({ record }) => record.id)).toEqual(
        first.result.images.map(({ record }) => record.id),
      )
      // Another picture by the same words is shown the same draft, for nothing.
      const other = await stream(open, { seed: 7 })
      expect([other.partials.length, other.result.costNano]).toEqual([1, 40_000_000n])
      const draft = { model: 'auto:cheapest', purpose: 'preview', quality: 'low' } as const
      const alone = await open.ask({ ...draft, prompt: 'a fox', size: '512x256' })
      expect([alone.cache, alone.provider]).toEqual(['HIT exact', 'quick'])
      expect([quick.calls.length, fine.calls.length]).toEqual([1, 2])
    })
  })

  test.each<[string, Partial<RequestDraft>, Partial<GatewayStandOptions>]>([
    ['that asks for none', { partialImages: 0 }, {}],
    ['whose draft would be too dear a share', {}, { rules: { previews: { mostShare: 0.01 } } }],
    ['that may not cost more', { maxCost: '0.04' }, {}],
    ['whose picture is as quick', { model: 'quick/painter' }, {}],
  ])('buys no draft for one %s', async (_, draft, more) => {
    const { quick, options } = stand({ picture: draws(900) })
    await withGatewayStand({ ...options, ...more }, async (open) => {
      const { partials, result } = await stream(open, draft)
      expect([partials.length, result.attempts]).toEqual([0, 1])
      expect(quick.calls).toHaveLength(result.provider === 'quick' ? 1 : 0)
    })
  })

  test('has no draft bought where the model shows partial images itself', async () => {
    const { quick } = stand()
    const fine = scriptedProvider({
      ...{ id: 'fine', usd: '0.04', models: models('fine', 10, true), play: draws(900) },
    })
    await withGatewayStand({ providers: [quick, fine] }, async (open) => {
      await stream(open)
      expect(quick.calls).toEqual([])
    })
  })
})

describe('what becomes of the draft', () => {
  test('when it comes too late: it is paid, told and not shown', async () => {
    const slow = Promise.withResolvers<void>()
    const { options } = stand({
      picture: draws(900),
      draft: async (call, context, index) => {
        await slow.promise
        return draws(1)(call, context, index)
      },
    })
    await withGatewayStand(options, async (open) => {
      const { partials, result } = await stream(open)
      expect(result.warnings).toContainEqual(
        expect.objectContaining({ code: 'hedged', param: 'partial_images' }),
      )
      slow.resolve()
      await open.gateway.close()
      expect(partials).toEqual([])
      const record = await open.stores.requests.request(result.requestId)
      expect(record?.costNano).toBe(41_000_000n)
      expect(await open.stores.ledger.audit()).toEqual([])
    })
  })

  test('when it fails: nothing is shown and nothing else changes', async () => {
    const { options } = stand({ draft: () => failed('overloaded'), picture: draws(900) })
    await withGatewayStand(options, async (open) => {
      const { partials, result } = await stream(open)
      expect([partials.length, result.provider, result.route]).toEqual([0, 'fine', 'direct'])
    })
  })

  test('when its content is refused: no further offer sees the request', async () => {
    const late: Play = async () => {
      for (let turn = 0; turn < 200; turn += 1) await new Promise((next) => setImmediate(next))
      return failed('overloaded')
    }
    const { quick, fine, options } = stand({
      draft: () => failed('content_policy_input'),
      picture: late,
    })
    const third = scriptedProvider({ ...{ id: 'third', usd: '0.05', models: models('third', 10) } })
    await withGatewayStand({ ...options, providers: [quick, fine, third] }, async (open) => {
      const asked = stream(open, { model: 'auto:best', quality: null })
      await asked.catch(() => undefined)
      const tried = [quick, fine, third].map(({ calls }) => calls.length)
      expect(tried[0]).toBe(1)
      expect((tried[1] ?? 0) + (tried[2] ?? 0)).toBe(1)
    })
  })
})
