import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOpenAIClassifier } from '../src/adapters/openai-compatible/openai-classifier.ts'
import { createSafeFetch } from '../src/adapters/safe-fetch/client.ts'
import { neverOpen } from '../src/core/breaker/breaker.ts'
import { fromBudgetBody } from '../src/core/budgets/wire.ts'
import { normaliseRequest } from '../src/core/request/normalise.ts'
import { setBudget } from '../src/gateway/budget-admin.ts'
import { explainRoute, printRoute } from '../src/gateway/explain-route.ts'
import type { Classifier } from '../src/ports/classifier.ts'
import { createReferee, REFEREE_MODEL, REFEREE_PRICE } from '../src/sandbox/referee.ts'
import { type Sandbox, startSandbox } from '../src/sandbox/server.ts'
import {
  type GatewayStand,
  type GatewayStandOptions,
  withGatewayStand,
} from '../src/testing/gateway-stand.ts'
import { scriptedProvider } from '../src/testing/scripted-provider.ts'

/** The rules read English; the emulated classifier knows these words. */
const UNCLEAR = 'ein Produktfoto, grüne Flasche'
const http = createSafeFetch()
let sandbox: Sandbox
beforeAll(async () => {
  const emulators = [createReferee({ isGood: () => undefined })]
  sandbox = await startSandbox({ emulators, speed: 1_000, seed: 'classes' })
})
afterAll(async () => {
  await sandbox.close()
  await http.close()
})

/** A stand with a classifier that charges; what it was asked stands in the trace. */
async function withClassifier(
  use: (stand: GatewayStand, parts: { readonly asked: () => number }) => Promise<void>,
  parts: { readonly baseUrl?: string; readonly isSimulated?: boolean } = {},
  options: Partial<GatewayStandOptions> = {},
) {
  const { baseUrl = sandbox.baseUrl('referee'), isSimulated = false } = parts
  const server = { http, baseUrl, allowPrivate: true, model: REFEREE_MODEL, price: REFEREE_PRICE }
  const real = createOpenAIClassifier({ ...server, isSimulated, timeoutMs: 2_000 })
  const trace: string[] = []
  const classifier: Classifier = {
    ...real,
    classify: (...question) => {
      trace.push('asked the classifier')
      return real.classify(...question)
    },
  }
  const stand = { providers: [scriptedProvider()], breaker: neverOpen, classifier, trace }
  await withGatewayStand({ ...stand, ...options }, (opened) =>
    use(opened, { asked: () => trace.filter((line) => line.startsWith('asked')).length }),
  )
}

const ask = ({ ask }: GatewayStand, draft: Parameters<GatewayStand['ask']>[0] = {}) =>
  ask({ prompt: UNCLEAR, size: '32x32', cache: 'off', ...draft })

const traitsOf = async ({ stores }: GatewayStand, id: string) =>
  (await stores.requests.request(id))?.plan.traits

describe('a prompt that the rules cannot tell', () => {
  test('is classified before it is planned; the call is written before it and booked after', () =>
    withClassifier(async (stand) => {
      const billed = sandbox.bill().length
      const { requestId, costNano } = await ask(stand)
      const [first, second, third] = stand.trace
      expect(first).toMatch(/request-accepted.*hold-opened.*attempt-started/)
      expect(second).toBe('asked the classifier')
      expect(third).toMatch(/attempt-settled.*hold-closed/)
      expect(await traitsOf(stand, requestId)).toMatchObject({
        ...{ purpose: 'product', category: 'glass', complexity: 'texture' },
        basis: { purpose: 'classifier', category: 'classifier', complexity: 'classifier' },
      })
      const attempts = await stand.stores.requests.attempts(requestId)
      const paid = attempts.find(({ call }) => call.kind === 'classify')
      expect(paid).toMatchObject({ offer: `classifier/${REFEREE_MODEL}`, costBasis: 'book' })
      expect(paid?.costNano).toBeGreaterThan(0n)
      expect(costNano).toBe(attempts.reduce((sum, each) => sum + each.costNano, 0n))
      expect(sandbox.bill().length - billed).toBe(1)
      expect(await stand.stores.ledger.audit()).toEqual([])
    }))

  test('is asked about once, in whatever words of one form; a dry run asks nobody', () =>
    withClassifier(async (stand, { asked }) => {
      const caller = { keyId: 'key_someone', tenant: 'here' }
      const wanted = normaliseRequest({ operation: 'generate', prompt: UNCLEAR })
      const basisOf = async () => {
        const route = await explainRoute(wanted, caller, stand.gateway.deps)
        return (printRoute(route).traits as { basis: { purpose: string } }).basis.purpose
      }
      expect(await basisOf()).toBe('default')
      expect(asked()).toBe(0)
      await Promise.all([ask(stand), ask(stand)])
      await ask(stand, { prompt: `  ${UNCLEAR.toUpperCase()} ` })
      expect([asked(), await basisOf()]).toEqual([1, 'classifier'])
    }))

  test('is not asked about where that decides nothing, or where there is no room for it', () =>
    withClassifier(async (stand, { asked }) => {
      const drafts = {
        'a named model': { model: 'painter' },
        'a most that it may cost': { maxCost: '0.5' },
        'a deadline that is near': { deadlineMs: 3_000 },
        'words that say all': { prompt: 'product photo of a bottle' },
        'purpose and category said': { purpose: 'blog', category: 'food' },
      }
      for (const [title, draft] of Object.entries(drafts)) {
        await ask(stand, draft)
        expect(asked(), title).toBe(0)
      }
    }))

  test('is not asked about beyond so many a minute, nor by a tool of the other book', async () => {
    await withClassifier(async (stand, { asked }) => {
      for (const each of ['Hut', 'Haus', 'Hund']) await ask(stand, { prompt: each })
      expect(asked()).toBe(2)
      await stand.clock.advance(60_000)
      await ask(stand, { prompt: 'Hafen' })
      expect(asked()).toBe(3)
    })
    await withClassifier(
      async (stand, { asked }) => {
        await ask(stand)
        expect(asked()).toBe(0)
      },
      { isSimulated: true },
    )
  })
})

describe('what goes wrong with it', () => {
  test('fails no request, is booked as far as it may have cost, and is left alone a while', () =>
    withClassifier(
      async (stand, { asked }) => {
        const { requestId, images } = await ask(stand)
        expect(images).toHaveLength(1)
        expect((await ask(stand, { prompt: 'ein Hut' })).images).toHaveLength(1)
        expect(asked()).toBe(1)
        expect(await traitsOf(stand, requestId)).toMatchObject({ basis: { purpose: 'default' } })
        expect(await stand.stores.ledger.audit()).toEqual([])
      },
      { baseUrl: `${sandbox.origin}/nowhere` },
    ))

  test('where a budget has no room for the question, it is not asked', () =>
    withClassifier(async (stand, { asked }) => {
      const body = { scope: 'total', per: 'hour', limit: '0.0000001' } as const
      await setBudget(fromBudgetBody(body), stand.gateway.deps)
      await expect(ask(stand)).rejects.toMatchObject({ code: 'insufficient_quota' })
      expect(asked()).toBe(0)
    }))

  test('a request without an offer ends as failed, with what the question cost', () =>
    withClassifier(
      async (stand) => {
        await expect(ask(stand)).rejects.toMatchObject({ code: 'offer_forbidden' })
        const [record] = await stand.stores.requests.list({ tenant: 'here', limit: 1 })
        expect(record).toMatchObject({ state: 'failed' })
        expect(record?.costNano).toBeGreaterThan(0n)
        expect(await stand.stores.ledger.audit()).toEqual([])
      },
      {},
      { rules: { dataPolicy: () => 'nobody may see it' } },
    ))
})
