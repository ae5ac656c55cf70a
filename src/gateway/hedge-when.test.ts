import { rm } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import type { Journal } from '../ports/stores.ts'
import { openGatewayStand, until, withGatewayStand } from '../testing/gateway-stand.ts'
import { draws, type Play, scriptedModel, scriptedProvider } from '../testing/scripted-provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'

const SILENCE_MS = 5_000
const always = { hedge: { isDefault: true, after: SILENCE_MS, maxCostShare: 0.5 } } as const
const onDemand = { hedge: { ...always.hedge, isDefault: false } } as const

/** Answers after so long. */
const slow =
  (clock: VirtualClock, durationMs: number, play: Play = draws()): Play =>
  async (...call) => {
    await clock.sleep(durationMs)
    return play(...call)
  }

/** Asks with a first offer that is silent, and sees whether the second one is asked. */
async function expectHedge(
  expected: boolean,
  draft: Partial<RequestDraft>,
  options: {
    readonly rules?: typeof always | typeof onDemand
    readonly usd?: string
    readonly maxImagesPerCall?: number
  } = {},
): Promise<void> {
  const { rules = always, usd = '0.01', maxImagesPerCall = 4 } = options
  const clock = new VirtualClock()
  const models = [scriptedModel({ provider: 'first', maxImagesPerCall })]
  const first = scriptedProvider({ id: 'first', models, play: slow(clock, 20_000) })
  const second = scriptedProvider({ id: 'second', usd, play: draws(500) })
  await withGatewayStand({ providers: [first, second], clock, rules }, async ({ ask }) => {
    const asked = ask(draft)
    await until(() => first.calls.length > 0)
    await clock.advance(SILENCE_MS)
    if (expected) await until(() => second.calls.length > 0)
    await clock.advance(20_000)
    await asked
    expect(second.calls.length > 0).toBe(expected)
  })
}

describe('a silent offer is', () => {
  test.each([
    ['hedged where that is the default', {}, {}, true],
    ['not hedged by a request that wants none', { hedge: 'off' }, {}, false],
    ['not hedged where nobody asks for it', {}, { rules: onDemand }, false],
    [
      'hedged for a request with a deadline that asks for it',
      { hedge: 'auto', deadlineMs: 60_000 },
      { rules: onDemand },
      true,
    ],
    ['not hedged by an offer that costs too much to be lost', {}, { usd: '0.0101' }, false],
    [
      'not hedged by one that is too dear for the limit of the request',
      { maxCost: '0.025' },
      { usd: '0.013' },
      false,
    ],
    [
      'hedged by one that the limit of the request has room for',
      { maxCost: '0.03' },
      { usd: '0.013' },
      true,
    ],
    ['not hedged when its pictures need several calls', { n: 2 }, { maxImagesPerCall: 1 }, false],
  ] as const)('%s', async (_, draft, options, expected) => {
    await expectHedge(expected, draft, options)
  })

  test('not hedged by another model of its own provider', async () => {
    const clock = new VirtualClock()
    const models = ['one', 'two'].map((id) => scriptedModel({ provider: 'only', id }))
    const only = scriptedProvider({ id: 'only', models, play: slow(clock, 20_000) })
    await withGatewayStand({ providers: [only], clock, rules: always }, async ({ ask }) => {
      const asked = ask()
      await until(() => only.calls.length > 0)
      await clock.advance(20_000)
      expect(await asked).toMatchObject({ attempts: 1 })
    })
  })
})

test('p95: nothing is hedged before twenty calls, then what is slower than most', async () => {
  const clock = new VirtualClock()
  const quick = slow(clock, 2_000)
  const slower = slow(clock, 60_000)
  const play: Play = (...call) => (call[2] < 20 ? quick : slower)(...call)
  const first = scriptedProvider({ id: 'first', play })
  const second = scriptedProvider({ id: 'second', play: draws(500) })
  const rules = { hedge: { isDefault: true, after: 'p95', maxCostShare: 1 } } as const
  await withGatewayStand({ providers: [first, second], clock, rules }, async ({ ask }) => {
    for (let index = 0; index < 20; index += 1) {
      const asked = ask({ model: 'auto:cheapest', prompt: `cup ${index}` })
      await until(() => first.calls.length > index)
      await clock.advance(2_000)
      expect((await asked).provider).toBe('first')
    }
    const asked = ask({ model: 'auto:cheapest', prompt: 'the slow one' })
    await until(() => first.calls.length > 20)
    await clock.advance(1_999)
    expect(second.calls).toHaveLength(0)
    await clock.advance(1)
    expect((await asked).route).toBe('hedge:2')
    await clock.advance(60_000)
  })
})

test('hedges are repetitions: beyond their budget the silent offer is waited for', async () => {
  const clock = new VirtualClock()
  const first = scriptedProvider({ id: 'first', play: slow(clock, 20_000) })
  const second = scriptedProvider({ id: 'second', play: slow(clock, 60_000, draws(500)) })
  const providers = [first, second]
  await withGatewayStand({ providers, clock, rules: always }, async ({ ask, events, stores }) => {
    const asked = Array.from({ length: 5 }, (_, index) =>
      ask({ model: 'auto:cheapest', prompt: `cup ${index}` }),
    )
    await until(() => first.calls.length === 5)
    await clock.advance(SILENCE_MS)
    await until(() => second.calls.length === 3)
    await clock.advance(15_000)
    const results = await Promise.all(asked)
    expect(results.map(({ provider }) => provider)).toEqual(Array(5).fill('first'))
    expect(second.calls).toHaveLength(3)
    await clock.advance(60_000)
    await until(() => events.filter(({ kind }) => kind === 'request-ended').length === 5)
    const ended = events.flatMap((event) => (event.kind === 'hedge-ended' ? event.outcome : []))
    expect(ended.toSorted()).toEqual(['blocked', 'blocked', 'lost', 'lost', 'lost'])
    expect(await stores.ledger.audit()).toEqual([])
  })
})

test('nothing is bought for a caller who has gone', async () => {
  const clock = new VirtualClock()
  const first = scriptedProvider({ id: 'first', play: slow(clock, 20_000) })
  const second = scriptedProvider({ id: 'second', play: draws(500) })
  const providers = [first, second]
  await withGatewayStand({ providers, clock, rules: always }, async ({ gateway, events }) => {
    const gone = new AbortController()
    const request = normaliseRequest({ operation: 'generate', prompt: 'a cup' })
    const caller = { keyId: 'key_someone', tenant: 'here' }
    const asked = gateway.generate(request, caller, { gone: gone.signal })
    await until(() => first.calls.length > 0)
    gone.abort()
    await clock.advance(20_000)
    await asked
    expect(second.calls).toHaveLength(0)
    expect(events.map(({ kind }) => kind)).not.toContain('hedge-ended')
  })
})

test('auto without a deadline and without a rule is refused with advice', async () => {
  const rules = { hedge: { ...always.hedge, isDefault: false } }
  await withGatewayStand({ providers: [scriptedProvider()], rules }, async ({ ask }) => {
    await expect((async () => ask({ hedge: 'auto' }))()).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'hedge',
      message: expect.stringContaining('x-keeprate-deadline-ms'),
    })
  })
})

test('a process that dies after the answer leaves the late call to another one', async () => {
  const clock = new VirtualClock()
  let isDead = false
  const journal = (inner: Journal): Journal => ({
    commit: (facts) => (isDead ? new Promise(() => {}) : inner.commit(facts)),
  })
  const waits: Play = async (_, context) => {
    await context.onSubmitted({ id: 'job-1', pollUrl: '/', facts: {} })
    return new Promise(() => {})
  }
  const second = scriptedProvider({ id: 'second', play: draws(500) })
  const first = scriptedProvider({ id: 'first', play: waits })
  const shared = { rules: always, hasDecoder: false }
  const dying = await openGatewayStand({ ...shared, providers: [first, second], clock, journal })
  try {
    const asked = dying.ask()
    await until(() => first.calls.length > 0)
    await clock.advance(SILENCE_MS)
    const { requestId, provider } = await asked
    expect(provider).toBe('second')
    isDead = true
    await dying.stores.close()
    const later = new VirtualClock(clock.now() + dying.gateway.deps.limits.leaseMs + 1)
    const resume: Play = draws(70)
    const healed = scriptedProvider({
      id: 'first',
      resume: (_, plan) => resume(plan as never, {} as never, 0),
    })
    const stand = { ...shared, home: dying.home, seed: 2, providers: [healed, second] }
    await withGatewayStand({ ...stand, clock: later }, async ({ stores }) => {
      const record = await until(async () => {
        const found = await stores.requests.request(requestId)
        return found?.state === 'completed' ? found : undefined
      })
      expect(record.costNano).toBe(20_000_000n)
      expect(healed.resumed.map(({ id }) => id)).toEqual(['job-1'])
      expect(await stores.ledger.audit()).toEqual([])
      expect((await stores.ledger.balance('key_someone', 'real')).heldNano).toBe(0n)
    })
  } finally {
    await rm(dying.home, { recursive: true, force: true })
  }
})
