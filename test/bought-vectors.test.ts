import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOpenAIEmbedder } from '../src/adapters/openai-compatible/openai-embedder.ts'
import { createSafeFetch } from '../src/adapters/safe-fetch/client.ts'
import type { Embedder } from '../src/ports/embedder.ts'
import { createReferee, REFEREE_MODEL, REFEREE_PRICE } from '../src/sandbox/referee.ts'
import { type Sandbox, startSandbox } from '../src/sandbox/server.ts'
import {
  type GatewayStand,
  openGatewayStand,
  until,
  withGatewayStand,
} from '../src/testing/gateway-stand.ts'
import { scriptedProvider } from '../src/testing/scripted-provider.ts'
import { VirtualClock } from '../src/testing/virtual-clock.ts'

const PROMPT = 'a bureau in an old library'
const REPHRASED = 'a desk in an old library'
const similarity = { threshold: 0.5, maxWrong: 0.01, verify: 0 }

const http = createSafeFetch()
let sandbox: Sandbox
beforeAll(async () => {
  const emulators = [createReferee({ isGood: () => undefined })]
  sandbox = await startSandbox({ emulators, speed: 1_000, seed: 'vectors' })
})
afterAll(async () => {
  await sandbox.close()
  await http.close()
})

/** A stand whose embedder charges for each call; what it was asked stands in the trace. */
async function withEmbedder(
  use: (stand: GatewayStand, parts: { readonly trace: string[] }) => Promise<void>,
  baseUrl = sandbox.baseUrl('referee'),
) {
  const trace: string[] = []
  const server = { http, baseUrl, allowPrivate: true, model: REFEREE_MODEL, price: REFEREE_PRICE }
  const real = createOpenAIEmbedder(server)
  const cacheEmbedder: Embedder = {
    ...real,
    embed: (inputs, signal) => {
      trace.push('asked the embedder')
      return real.embed(inputs, signal)
    },
  }
  const providers = [scriptedProvider()]
  await withGatewayStand({ providers, similarity, cacheEmbedder, trace }, (stand) =>
    use(stand, { trace }),
  )
}

const asked = (trace: readonly string[]) => trace.filter((line) => line.startsWith('asked'))

describe('vectors that cost money', () => {
  test('are paid like a call, before it, and near prompts are answered with them', () =>
    withEmbedder(async ({ ask, stores, gateway }, { trace }) => {
      const billed = sandbox.bill().length
      const first = await ask({ prompt: PROMPT })
      expect(trace.slice(0, 2)).toEqual([
        expect.stringMatching(/request-accepted.*hold-opened/),
        expect.stringMatching(/attempt-started/),
      ])
      expect(trace[2]).toBe('asked the embedder')
      await gateway.deps.lookups.flush(gateway.deps)
      let near = await ask({ prompt: REPHRASED })
      // The prompt is kept after the answer.
      await until(async () => {
        near = await ask({ prompt: REPHRASED })
        return near.cache.startsWith('HIT')
      })
      expect(near.images[0]?.record.id).toBe(first.images[0]?.record.id)
      expect(sandbox.bill().length - billed).toBe(2)
      const attempts = await stores.requests.attempts(first.requestId)
      expect(attempts.map(({ offer, costBasis }) => [offer, costBasis])).toEqual([
        ['acme/painter', 'book'],
        [`embedder/${REFEREE_MODEL}`, 'book'],
      ])
      const fee = attempts.find(({ call }) => call.kind === 'look')?.costNano ?? 0n
      expect(fee).toBeGreaterThan(0n)
      expect(first.costNano).toBe(fee + (attempts[0]?.costNano ?? 0n))
      expect(await stores.ledger.audit()).toEqual([])
    }))

  test.each([
    ['nothing may be bought', { cache: 'only' as const }],
    ['the limit of the request leaves no room', { maxCost: '0.015' }],
    ['a seed asks for one picture', { seed: 3 }],
  ])('are not bought when %s', (_title, draft) =>
    withEmbedder(async ({ ask }, { trace }) => {
      await ask({ prompt: PROMPT, ...draft }).catch(() => undefined)
      expect(asked(trace)).toEqual([])
    }),
  )

  test('an embedder that fails fails no request, and is left alone for a while', () =>
    withEmbedder(async ({ ask, stores, clock, logged }, { trace }) => {
      for (const prompt of [PROMPT, REPHRASED]) {
        expect((await ask({ prompt })).images).toHaveLength(1)
      }
      expect(asked(trace)).toHaveLength(1)
      expect(logged).toContainEqual(expect.objectContaining({ message: 'a tool gave no answer' }))
      await clock.advance(30_001)
      expect((await ask({ prompt: 'a chest in an old library' })).images).toHaveLength(1)
      expect(asked(trace)).toHaveLength(2)
      expect(await stores.ledger.audit()).toEqual([])
    }, `${sandbox.origin}/nowhere`))

  test('one that a crash cut off is booked at its ceiling, and no more is bought', async () => {
    const asked = Promise.withResolvers<void>()
    const silent: Embedder = {
      ...{ id: 'silent-1', takesImages: false, account: 'embedder/silent-1' },
      ...{ ceilingNano: 2_000n, isSimulated: false },
      embed: () => {
        asked.resolve()
        return new Promise(() => undefined)
      },
    }
    const painter = scriptedProvider()
    const options = { providers: [painter], similarity, cacheEmbedder: silent }
    const dying = await openGatewayStand(options)
    void dying.ask({ prompt: PROMPT })
    await asked.promise
    await dying.stores.close()
    const clock = new VirtualClock(dying.clock.now() + dying.gateway.deps.limits.leaseMs + 1)
    const second = { ...options, home: dying.home, clock, seed: 2 }
    await withGatewayStand(second, async ({ stores }) => {
      const record = await until(async () => {
        const [request] = await stores.requests.list({ tenant: 'here', limit: 1 })
        return request?.state === 'running' ? undefined : request
      })
      expect(record).toMatchObject({ state: 'failed', costNano: 2_000n })
      const attempts = await stores.requests.attempts(record.id)
      expect(attempts.map(({ offer, costBasis }) => [offer, costBasis])).toEqual([
        ['embedder/silent-1', 'suspected'],
      ])
      expect(painter.calls).toEqual([])
      const { heldNano, spentNano } = await stores.ledger.balance('key_someone', 'real')
      expect([heldNano, spentNano]).toEqual([0n, 2_000n])
      expect(await stores.ledger.audit()).toEqual([])
    })
  })
})
