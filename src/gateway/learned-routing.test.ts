import { describe, expect, test } from 'vitest'
import { neverOpen } from '../core/breaker/breaker.ts'
import { fromBudgetBody } from '../core/budgets/wire.ts'
import type { Tier } from '../core/catalog/model.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import { type GatewayStand, withGatewayStand } from '../testing/gateway-stand.ts'
import { scriptedModel, scriptedProvider } from '../testing/scripted-provider.ts'
import { setBudget } from './budget-admin.ts'
import { explainRoute } from './explain-route.ts'
import { takeVerdict } from './feedback-desk.ts'
import { giveOrder, takeOrderBack } from './route-orders.ts'

const HOUR_MS = 3_600_000

const provider = (id: string, usd: string, tier: Tier, model = 'painter') =>
  scriptedProvider({
    ...{ id, usd },
    models: [scriptedModel({ id: model, provider: id, tier, typicalSeconds: 2, qualities: [] })],
  })

/** From a toy to the best, each at a provider of its own. */
const market = () => [
  provider('toy', '0.0002', 'budget'),
  provider('cheap', '0.003', 'budget'),
  provider('middle', '0.012', 'standard'),
  provider('prime', '0.04', 'premium'),
]

const withMarket = (use: (stand: GatewayStand) => Promise<void>) =>
  withGatewayStand({ providers: market(), breaker: neverOpen }, use)

const caller = { keyId: 'key_someone', tenant: 'here' }
const wanted = (draft: Partial<RequestDraft>) =>
  normaliseRequest({ operation: 'generate', prompt: 'a cup', size: '32x32', ...draft })

const routeOf = async ({ gateway }: GatewayStand, draft: Partial<RequestDraft>) => {
  const { plan } = await explainRoute(wanted(draft), caller, gateway.deps)
  return plan?.steps[0]?.model.provider
}

let prompts = 0
/** Asks for different pictures of a kind; somebody keeps those of some providers. */
async function askFor(
  stand: GatewayStand,
  kind: { readonly prompt: string; readonly purpose: string; readonly floor?: number },
  { times, keeps }: { readonly times: number; readonly keeps: (provider: string) => boolean },
): Promise<readonly string[]> {
  const made: string[] = []
  for (let time = 0; time < times; time += 1) {
    prompts += 1
    const prompt = `${kind.prompt} number ${prompts}`
    const { images, provider: maker } = await stand.ask({ ...kind, prompt, size: '32x32' })
    made.push(maker)
    const subject = images[0]?.record.id ?? ''
    await takeVerdict({ subject, rater: 'me', isAccepted: keeps(maker) }, stand.gateway.deps)
  }
  return made
}

test('what a cold start takes for each purpose: the tier speaks, a toy only draws drafts', () =>
  withMarket(async (stand) => {
    const taken: Record<string, string | undefined> = {}
    for (const { name } of stand.gateway.deps.purposes.all) {
      taken[name] = await routeOf(stand, { purpose: name })
    }
    expect(taken).toEqual({
      ...{ hero: 'prime', product: 'prime', blog: 'prime', social: 'prime', general: 'prime' },
      ...{ print: 'prime', marketing: 'prime', text: 'prime', edit: 'prime' },
      ...{ og_image: 'middle', thumbnail: 'middle', preview: 'toy', placeholder: 'toy' },
    })
  }))

describe('what people say', () => {
  test('thumbnails drift to the cheapest offer that is kept, and receipts show it', () =>
    withMarket(async (stand) => {
      const kind = { prompt: 'a cup', purpose: 'thumbnail', floor: 0.5 }
      const made = await askFor(stand, kind, { times: 30, keeps: (maker) => maker !== 'toy' })
      expect(made[0]).toBe('toy')
      expect(new Set(made.slice(-10))).toEqual(new Set(['cheap']))
      const { requestId } = await stand.ask({ ...kind, prompt: 'the last cup', size: '32x32' })
      const record = await stand.stores.requests.request(requestId)
      expect(record?.plan).toMatchObject({
        traits: { purpose: 'thumbnail', floor: 0.5, basis: { purpose: 'asked', floor: 'asked' } },
        decision: { floor: { asked: 0.5, reachable: true }, propensity: expect.any(Number) },
      })
      const rows = record?.plan.offers as readonly Record<string, never>[]
      const shareOf = (maker: string) =>
        rows.find(({ offer }) => String(offer).startsWith(maker))?.acceptance as unknown as {
          readonly mean: number
          readonly own: number
        }
      expect(shareOf('cheap').mean).toBeGreaterThan(shareOf('toy').mean)
      expect(shareOf('cheap').own).toBeGreaterThan(10)
    }))

  test('a model that fails on glass is avoided for glass, and stays where it is liked', () =>
    withMarket(async (stand) => {
      const product = { purpose: 'product', floor: 0.4 }
      const plain = { ...product, prompt: 'a wooden spoon' }
      const glass = { ...product, prompt: 'a glass bottle' }
      await askFor(stand, plain, { times: 20, keeps: () => true })
      const before = await routeOf(stand, glass)
      await askFor(stand, glass, { times: 25, keeps: (maker) => maker !== before })
      expect(await routeOf(stand, glass)).not.toBe(before)
      expect(await routeOf(stand, plain)).toBe(before)
    }))

  test('asking again for the same picture counts as a rejection, once', () =>
    withMarket(async (stand) => {
      const draft = { purpose: 'preview', endUser: 'joe', cache: 'off', size: '32x32' } as const
      const first = await stand.ask(draft)
      await stand.ask(draft)
      await stand.clock.advance(0)
      const id = first.images[0]?.record.id ?? ''
      const kept = await stand.stores.beliefs.sighting(id)
      expect(kept?.sighting.outcome).toEqual({ fate: 'reject', weight: 0.7 })
      await takeVerdict({ subject: id, rater: 'joe', isAccepted: true }, stand.gateway.deps)
      const spoken = await stand.stores.beliefs.sighting(id)
      expect(spoken?.sighting.outcome).toEqual({ fate: 'accept', weight: 1 })
    }))
})

test('a group is told the model that it is held to, and asking fixes none', () => {
  const providers = [
    provider('toy', '0.0002', 'budget', 'sketch'),
    provider('prime', '0.04', 'premium', 'master'),
  ]
  return withGatewayStand({ providers, breaker: neverOpen }, async (stand) => {
    const spring = { group: 'spring', consistent: true, prompt: 'a hare', purpose: 'hero' }
    expect(await routeOf(stand, spring)).toBe('prime')
    await stand.ask({ ...spring, purpose: 'preview', size: '32x32' })
    expect(await routeOf(stand, spring)).toBe('toy')
    expect(await routeOf(stand, { ...spring, group: 'autumn' })).toBe('prime')
  })
})

describe('what changes', () => {
  const preview = { purpose: 'preview' }

  test('a dearer price acts in the next decision', () =>
    withMarket(async (stand) => {
      expect(await routeOf(stand, preview)).toBe('toy')
      const [row] = stand.prices.snapshot().book.rows.filter(({ offer }) => /^toy/.test(offer))
      if (row === undefined) throw new Error('the toy has no price')
      const dearer = { ...row, components: [{ kind: 'per_image' as const, usd: '0.2' }] }
      await stand.prices.replaceLayer('override', [{ name: 'test', rows: [dearer] }])
      expect(await routeOf(stand, preview)).toBe('cheap')
    }))

  test('a budget that is spent too fast makes plans cheaper, until its window ends', () =>
    withMarket(async (stand) => {
      const { deps } = stand.gateway
      const product = { purpose: 'product', floor: 0.3 }
      expect(await routeOf(stand, product)).toBe('middle')
      await setBudget(fromBudgetBody({ scope: 'total', per: 'hour', limit: '1' }), deps)
      for (let time = 0; time < 20; time += 1) {
        await stand.ask({ prompt: `cup ${time}`, model: 'prime/painter', size: '32x32' })
      }
      const { requestId, provider } = await stand.ask({ ...product, size: '32x32' })
      expect(provider).toBe('toy')
      const record = await stand.stores.requests.request(requestId)
      expect(record?.plan.decision).toMatchObject({
        ...{ money_price: expect.any(Number), floor: { reachable: true } },
        money_reason: expect.stringContaining('faster than its time'),
      })
      await stand.clock.advance(HOUR_MS)
      expect(await routeOf(stand, product)).toBe('middle')
    }))

  test('a pin and a ban act at once, and are taken back', () =>
    withMarket(async (stand) => {
      const { deps } = stand.gateway
      await giveOrder({ kind: 'ban', offer: 'toy', purpose: 'preview' }, deps)
      expect(await routeOf(stand, preview)).toBe('cheap')
      await giveOrder({ kind: 'pin', offer: 'prime/painter' }, deps)
      expect(await routeOf(stand, preview)).toBe('prime')
      await takeOrderBack({ kind: 'pin', offer: 'prime/painter' }, deps)
      await takeOrderBack({ kind: 'ban', offer: 'toy', purpose: 'preview' }, deps)
      expect(await routeOf(stand, preview)).toBe('toy')
      await expect(giveOrder({ kind: 'pin', offer: 'nobody' }, deps)).rejects.toThrow(
        /offer must be/,
      )
    }))

  test('a ban holds for whoever names the model, and for every auto; a pin for auto alone', () =>
    withMarket(async (stand) => {
      const { deps } = stand.gateway
      const cheapest = { ...preview, model: 'auto:cheapest' }
      await giveOrder({ kind: 'pin', offer: 'prime/painter' }, deps)
      expect(await routeOf(stand, cheapest)).toBe('toy')
      await giveOrder({ kind: 'ban', offer: 'toy' }, deps)
      expect(await routeOf(stand, cheapest)).toBe('cheap')
      const named = stand.ask({ model: 'toy/painter', size: '32x32' })
      await expect(named).rejects.toMatchObject({
        ...{ code: 'offer_forbidden', param: 'model' },
        message: expect.stringContaining('toy/painter: an operator banned it'),
      })
      await giveOrder({ kind: 'ban', offer: 'prime' }, deps)
      await expect(routeOf(stand, preview)).rejects.toMatchObject({ code: 'offer_forbidden' })
    }))

  test('a group that is held together has one model, whatever is learned meanwhile', () =>
    withMarket(async (stand) => {
      const draft = { ...preview, group: 'spring', consistent: true, size: '32x32' }
      const first = await stand.ask({ ...draft, prompt: 'one' })
      await giveOrder({ kind: 'pin', offer: 'prime', purpose: 'hero' }, stand.gateway.deps)
      const later = await stand.ask({ ...draft, prompt: 'two', purpose: 'blog' })
      expect(later.model).toBe(first.model)
    }))
})

test('what exploring costs is counted where all replicas add theirs', () =>
  withMarket(async (stand) => {
    await stand.ask({ purpose: 'preview', size: '32x32' })
    const { requests, knownNano, extraNano } = await stand.stores.beliefs.spend('real')
    expect(requests).toBe(1)
    expect(extraNano).toBeLessThanOrEqual(0.05 * 51 * knownNano)
  }))
