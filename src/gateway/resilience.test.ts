import { describe, expect, test } from 'vitest'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { draws, failed, scriptedProvider } from '../testing/scripted-provider.ts'

const dead = (id = 'cheap') =>
  scriptedProvider({ id, usd: '0.010', play: () => failed('overloaded') })
const good = (id = 'dear') => scriptedProvider({ id, usd: '0.020' })

describe('an outage of the cheapest provider', () => {
  test('costs no request, and soon nobody is sent there any more', () =>
    withGatewayStand({ providers: [dead(), good()] }, async (stand) => {
      const routes: string[] = []
      for (let index = 0; index < 20; index += 1) {
        const result = await stand.ask({ prompt: `cup ${index}` })
        result.release()
        routes.push(result.route)
      }
      expect(routes.filter((route) => route === 'fallback:2')).toHaveLength(5)
      expect(routes.slice(5)).toEqual(Array(15).fill('direct'))
      const down = stand.events.filter(({ kind }) => kind === 'provider-down')
      expect(down).toMatchObject([
        { provider: 'cheap', cause: 'failures' },
        { offer: 'cheap/painter' },
      ])
    }))

  test('is in the plan of those that come after it, with the reason', () =>
    withGatewayStand({ providers: [dead(), good()] }, async (stand) => {
      let last = ''
      for (let index = 0; index < 6; index += 1) {
        const result = await stand.ask({ prompt: `cup ${index}` })
        result.release()
        last = result.requestId
      }
      const record = await stand.stores.requests.request(last)
      expect(JSON.stringify(record?.plan)).toContain('its circuit breaker is open for another 10 s')
    }))

  test('ends by itself: one probe, then all', () =>
    withGatewayStand({ providers: [healing(), good()] }, async (stand) => {
      for (let index = 0; index < 6; index += 1) {
        const result = await stand.ask({ prompt: `cup ${index}` })
        result.release()
      }
      await stand.clock.advance(10_000)
      const probe = await stand.ask({ prompt: 'a probe' })
      probe.release()
      expect([probe.provider, probe.route]).toEqual(['cheap', 'direct'])
      expect(stand.events.map(({ kind }) => kind)).toContain('provider-up')
    }))
})

/** Fails five times and works then. */
const healing = () =>
  scriptedProvider({
    id: 'cheap',
    usd: '0.010',
    play: (call, context, index) =>
      index < 5 ? failed('overloaded') : draws()(call, context, index),
  })

describe('an outage of all providers', () => {
  test('is answered at once, with the time to come back, and nothing is sent or held', () =>
    withGatewayStand({ providers: [dead('cheap'), dead('dear')] }, async (stand) => {
      let calls = 0
      for (let index = 0; index < 30; index += 1) {
        await expect(stand.ask({ prompt: `cup ${index}` })).rejects.toMatchObject({
          code: 'no_provider_available',
        })
      }
      for (const event of stand.events) if (event.kind === 'attempt-settled') calls += 1
      expect(calls).toBeLessThanOrEqual(30 * 1.25)
      const last = await stand.ask({ prompt: 'the last' }).catch((error: unknown) => error)
      expect(last).toMatchObject({ code: 'no_provider_available' })
      expect((last as { retryAfterMs?: number }).retryAfterMs).toBeGreaterThan(0)
      expect(await stand.stores.ledger.balance('key_someone', 'real')).toMatchObject({
        spentNano: 0n,
        heldNano: 0n,
      })
    }))

  test('of a model that was asked for by name says when to come back', () =>
    withGatewayStand({ providers: [dead()] }, async (stand) => {
      for (let index = 0; index < 5; index += 1) {
        await stand.ask({ model: 'painter', prompt: `cup ${index}` }).catch(() => undefined)
      }
      await expect(stand.ask({ model: 'painter' })).rejects.toMatchObject({
        code: 'no_provider_available',
        retryAfterMs: 10_000,
      })
    }))
})

test('a refusal of content opens no breaker', () =>
  withGatewayStand(
    { providers: [scriptedProvider({ play: () => failed('content_policy_input') })] },
    async (stand) => {
      for (let index = 0; index < 20; index += 1) {
        await expect(stand.ask({ prompt: `cup ${index}` })).rejects.toMatchObject({
          code: 'content_policy_violation',
        })
      }
    },
  ))

test('calls beyond what a provider takes at a time wait instead of being refused', () =>
  withGatewayStand(
    {
      providers: [{ ...scriptedProvider({ play: slow() }), limits: { parallelCalls: 2 } }],
    },
    async (stand) => {
      const all = Promise.all(
        Array.from({ length: 6 }, (_, index) => stand.ask({ prompt: `cup ${index}` })),
      )
      for (let step = 0; step < 40; step += 1) await stand.clock.advance(500)
      const results = await all
      for (const result of results) result.release()
      expect(results.map(({ images }) => images.length)).toEqual(Array(6).fill(1))
      expect(most).toBe(2)
    },
  ))

let running = 0
let most = 0

/** Takes a turn of the event loop, and notes how many run at a time. */
function slow() {
  return async (
    ...args: Parameters<ReturnType<typeof draws>>
  ): Promise<Awaited<ReturnType<ReturnType<typeof draws>>>> => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    return draws()(...args)
  }
}
