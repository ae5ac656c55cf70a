import { describe, expect, test } from 'vitest'
import type { GatewayError } from '../core/errors/gateway-error.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import type { Provider } from '../ports/provider.ts'
import {
  type GatewayStand,
  openGatewayStand,
  until,
  withGatewayStand,
} from '../testing/gateway-stand.ts'
import { heldPlay } from '../testing/held-play.ts'
import { draws, failed, scriptedModel, scriptedProvider } from '../testing/scripted-provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import type { Watch } from './run.ts'

const caller = { keyId: 'key_someone', tenant: 'here' }

const requestOf = (draft: Partial<RequestDraft> = {}) =>
  normaliseRequest({ operation: 'generate', prompt: 'a cup', cache: 'off', ...draft })

/** Starts a request whose caller can go away. */
function begin({ gateway }: GatewayStand, draft: Partial<RequestDraft> = {}, watch: Watch = {}) {
  const client = new AbortController()
  const ticket = gateway.submit(requestOf(draft), caller, { ...watch, gone: client.signal })
  const end = ticket.result.then(
    (result) => ({ code: 'none', images: result.images.length }),
    (error: GatewayError) => ({ code: error.code, images: 0 }),
  )
  return { ...ticket, end, goAway: () => client.abort() }
}

/** Draws when the test says so. */
const held = () => heldPlay((call, context, index) => draws(index * 10 + 1)(call, context, index))

const spent = async ({ stores }: GatewayStand) => stores.ledger.balance(caller.keyId, 'real')

describe('a caller that has gone', () => {
  test('while it waited for memory pays nothing, and the saving is told', async () => {
    const { play, open } = held()
    const acme = scriptedProvider({ play })
    const limits = { bytesInFlight: 1, waitForBytesMs: 60_000 }
    await withGatewayStand({ providers: [acme], limits }, async (stand) => {
      const first = begin(stand)
      await until(() => acme.calls.length === 1)
      const second = begin(stand, { n: 3, model: acme.models[0]?.id })
      second.goAway()
      expect(await second.end).toEqual({ code: 'cancelled', images: 0 })
      open()
      await first.end
      const record = await stand.stores.requests.request(second.requestId)
      expect(record).toMatchObject({
        state: 'cancelled',
        costNano: 0n,
        savedNano: 0n,
        error: { code: 'cancelled' },
        summary: { cancelled: { images: 3, saved: '0.03' }, attempts: 0 },
      })
      const [told] = stand.events.filter((event) => event.kind === 'request-ended')
      expect(told).toMatchObject({ cancelledNano: 30_000_000n, request: { state: 'cancelled' } })
      expect(acme.calls).toHaveLength(1)
      expect(await stand.stores.ledger.audit()).toEqual([])
    })
  })

  test('while it waited for room at the provider pays nothing', async () => {
    const { play, open } = held()
    const acme: Provider = { ...scriptedProvider({ play }), limits: { parallelCalls: 1 } }
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const first = begin(stand)
      const second = begin(stand)
      const waits = () => stand.gateway.deps.bytes.inFlight > 0
      await until(waits)
      second.goAway()
      expect(await second.end).toEqual({ code: 'cancelled', images: 0 })
      open()
      expect(await first.end).toEqual({ code: 'none', images: 1 })
      expect(await spent(stand)).toEqual({ spentNano: 10_000_000n, heldNano: 0n })
    })
  })

  test('keeps the call that runs, and gets no further one after it', async () => {
    const gate = Promise.withResolvers<void>()
    const cheap = scriptedProvider({
      id: 'cheap',
      play: async () => {
        await gate.promise
        return failed('overloaded')
      },
    })
    const dear = scriptedProvider({ id: 'dear', usd: '0.05' })
    await withGatewayStand({ providers: [cheap, dear] }, async (stand) => {
      const asked = begin(stand)
      await until(() => cheap.calls.length === 1)
      asked.goAway()
      gate.resolve()
      expect(await asked.end).toEqual({ code: 'cancelled', images: 0 })
      expect(dear.calls).toHaveLength(0)
      const [attempt] = await stand.stores.requests.attempts(asked.requestId)
      expect(attempt).toMatchObject({ outcome: 'overloaded', costNano: 0n })
      expect(await stand.stores.ledger.audit()).toEqual([])
    })
  })

  test('pays what was begun and keeps its pictures; calls without room are left out', async () => {
    const { play, open } = held()
    const models = [scriptedModel({ provider: 'acme', maxImagesPerCall: 1 })]
    const acme: Provider & { readonly calls: readonly unknown[] } = {
      ...scriptedProvider({ play, models }),
      limits: { parallelCalls: 2 },
    }
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const asked = begin(stand, { n: 3 })
      await until(() => acme.calls.length === 2)
      asked.goAway()
      open()
      expect(await asked.end).toEqual({ code: 'none', images: 2 })
      const record = await stand.stores.requests.request(asked.requestId)
      expect(record).toMatchObject({
        state: 'cancelled',
        costNano: 20_000_000n,
        summary: { cancelled: { images: 1, saved: '0.01' } },
        made: { images: 2 },
      })
      expect(await stand.stores.ledger.audit()).toEqual([])
    })
  })

  test('after its last call began has a request that ends as any other', async () => {
    const { play, open } = held()
    const acme = scriptedProvider({ play })
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const asked = begin(stand)
      await until(() => acme.calls.length === 1)
      asked.goAway()
      open()
      expect(await asked.end).toEqual({ code: 'none', images: 1 })
      const record = await stand.stores.requests.request(asked.requestId)
      expect(record?.state).toBe('completed')
      expect(record?.summary).not.toHaveProperty('cancelled')
    })
  })

  test('and whose only call failed has a request that failed, and was not cancelled', async () => {
    const acme = scriptedProvider({ play: () => failed('overloaded') })
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const asked = begin(stand)
      await until(() => acme.calls.length === 1)
      asked.goAway()
      expect(await asked.end).toEqual({ code: 'no_provider_available', images: 0 })
      expect((await stand.stores.requests.request(asked.requestId))?.state).toBe('failed')
    })
  })
})

describe('a request that is accepted before its first call', () => {
  test('stands in the database when that is told', async () => {
    const trace: string[] = []
    const acme = scriptedProvider({
      play: (...call) => {
        trace.push('call')
        return draws()(...call)
      },
    })
    await withGatewayStand({ providers: [acme], trace }, async (stand) => {
      await begin(stand, {}, { onAccepted: () => trace.push('told') }).end
      expect(trace.slice(0, 4)).toEqual([
        'written request-accepted+hold-opened+plan-chosen',
        'told',
        'written attempt-started',
        'call',
      ])
      expect(await stand.stores.ledger.audit()).toEqual([])
    })
  })

  test('and cannot be written is refused, and keeps no memory', async () => {
    const acme = scriptedProvider()
    const journal = () => ({ commit: () => Promise.reject(new Error('the database is gone')) })
    await withGatewayStand({ providers: [acme], journal }, async (stand) => {
      const asked = begin(stand, {}, { onAccepted: () => expect.unreachable() })
      expect(await asked.end).toEqual({ code: 'ledger_unavailable', images: 0 })
      expect(stand.gateway.deps.bytes.inFlight).toBe(0)
      expect(acme.calls).toHaveLength(0)
    })
  })

  test('and can then go nowhere ends as failed, with its hold given back', async () => {
    const clock = new VirtualClock()
    const acme: Provider = { ...scriptedProvider(), limits: { parallelCalls: 0 } }
    await withGatewayStand({ providers: [acme], clock }, async (stand) => {
      const told = Promise.withResolvers<void>()
      const asked = begin(stand, {}, { onAccepted: () => told.resolve() })
      await told.promise
      await clock.advance(600_000)
      expect(await asked.end).toEqual({ code: 'no_provider_available', images: 0 })
      const record = await stand.stores.requests.request(asked.requestId)
      expect(record).toMatchObject({ state: 'failed', error: { code: 'no_provider_available' } })
      expect(await spent(stand)).toEqual({ spentNano: 0n, heldNano: 0n })
      expect(await stand.stores.ledger.audit()).toEqual([])
    })
  })
})

describe('a cancelling asked for elsewhere', () => {
  test('is obeyed by the process that works on it, within a turn of its lease', async () => {
    const clock = new VirtualClock()
    const acme: Provider = { ...scriptedProvider(), limits: { parallelCalls: 0 } }
    await withGatewayStand({ providers: [acme], clock }, async (stand) => {
      const told = Promise.withResolvers<void>()
      const asked = begin(stand, {}, { onAccepted: () => told.resolve() })
      await told.promise
      await stand.stores.requests.askCancel(asked.requestId, clock.now())
      await clock.advance(stand.gateway.deps.limits.leaseMs)
      expect(await asked.end).toEqual({ code: 'cancelled', images: 0 })
      const record = await stand.stores.requests.request(asked.requestId)
      expect(record).toMatchObject({ state: 'cancelled', summary: { cancelled: { images: 1 } } })
      expect(await spent(stand)).toEqual({ spentNano: 0n, heldNano: 0n })
    })
  })

  test('outlives the process: who takes the request up gives its job up', async () => {
    const job = { id: 'job-1', pollUrl: '/1', facts: {} }
    const acme = scriptedProvider({
      play: async (_, context) => {
        await context.onSubmitted(job)
        return new Promise(() => undefined)
      },
      resume: () => new Promise(() => undefined),
    })
    const clock = new VirtualClock()
    const first = await openGatewayStand({ providers: [acme], clock, seed: 1 })
    const asked = begin(first)
    await until(async () => {
      const [attempt] = await first.stores.requests.attempts(asked.requestId)
      return attempt?.state === 'submitted'
    })
    await first.stores.requests.askCancel(asked.requestId, clock.now())
    // The first one never ends: its process is as good as dead.
    const later = new VirtualClock(clock.now() + 60_000)
    const cancelling: Provider = { ...acme, cancel: async () => 'stopped' }
    await withGatewayStand(
      { providers: [cancelling], clock: later, home: first.home, seed: 2 },
      async ({ stores }) => {
        const record = await until(async () => {
          const found = await stores.requests.request(asked.requestId)
          return found?.state === 'cancelled' ? found : undefined
        })
        expect(record.costNano).toBe(0n)
        expect(await stores.ledger.balance(caller.keyId, 'real')).toEqual({
          spentNano: 0n,
          heldNano: 0n,
        })
        expect(await stores.ledger.audit()).toEqual([])
      },
    )
  })
})
