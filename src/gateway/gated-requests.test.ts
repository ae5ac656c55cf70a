import { describe, expect, test } from 'vitest'
import { purposeSchema } from '../core/purpose/purpose.ts'
import type { Judge } from '../ports/judge.ts'
import {
  type GatewayStandOptions,
  openGatewayStand,
  until,
  withGatewayStand,
} from '../testing/gateway-stand.ts'
import { noisePng } from '../testing/noise-png.ts'
import { draws, failed, produced, scriptedProvider } from '../testing/scripted-provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'

const CEILING_NANO = 5_000_000n
const CENT_NANO = 10_000_000n

type Said = { readonly met: 'yes' | 'no'; readonly costNano?: bigint | undefined } | 'silent'

/** A judge that says what it is told, in turn; the last word stays. */
function judgeOf(...words: readonly Said[]): Judge & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    ...{ asked, account: 'judge/seer', ceilingNano: CEILING_NANO, isSimulated: false },
    version: 'seer#1',
    judge: async ({ prompt, requirements }) => {
      const word = words[Math.min(asked.length, words.length - 1)] ?? 'silent'
      asked.push(prompt)
      if (word === 'silent') return { ok: false, reason: 'no answer', costNano: undefined }
      const rows = requirements.map((row) => ({ ...row, met: word.met, evidence: '' }))
      return { ok: true, answer: { requirements: rows, artefacts: [] }, costNano: word.costNano }
    },
  }
}

const purposes = { judged: purposeSchema.parse({ gates: ['judge'] }) }
const draft = { model: 'auto:cheapest', purpose: 'judged', prompt: 'a fox in the snow' }

const stand = (judge: Judge, more: Partial<GatewayStandOptions> = {}): GatewayStandOptions => ({
  providers: [
    scriptedProvider({ id: 'cheap', play: draws(1) }),
    scriptedProvider({ id: 'dear', usd: '0.05', play: draws(900) }),
  ],
  hasDecoder: true,
  purposes,
  tools: { judge },
  ...more,
})

const no: Said = { met: 'no', costNano: 1_000_000n }
const yes: Said = { met: 'yes', costNano: 1_000_000n }

describe('what a gate refuses', () => {
  test('is paid and kept, and the next step of the plan is tried', async () => {
    const options = stand(judgeOf(no, yes))
    await withGatewayStand(options, async ({ ask, stores, events, gateway }) => {
      const result = await ask(draft)
      expect(result).toMatchObject({ provider: 'dear', route: 'cascade:1', attempts: 2, score: 1 })
      // Two pictures and two looks.
      expect(result.costNano).toBe(CENT_NANO + 5n * CENT_NANO + 2_000_000n)
      const [refused, served] = await stores.requests.images(result.requestId)
      expect(refused).toMatchObject({
        state: 'refused',
        refusal: expect.stringContaining('judge: not met'),
        quality: { verdict: 'refused', refused_by: 'judge', score: 0, cost: '0.001' },
      })
      expect(served).toMatchObject({ state: 'published', quality: { verdict: 'passed', score: 1 } })
      const attempts = await stores.requests.attempts(result.requestId)
      expect(attempts.map(({ offer, costBasis }) => [offer, costBasis])).toEqual([
        ['cheap/painter', 'book'],
        ['dear/painter', 'book'],
        ['judge/seer', 'book'],
        ['judge/seer', 'book'],
      ])
      expect(await stores.ledger.audit()).toEqual([])
      expect(await stores.ledger.doubts(0)).toEqual([])
      const balance = await stores.ledger.balance('key_someone', 'real')
      expect(balance).toEqual({ spentNano: result.costNano, heldNano: 0n })
      const told = events.filter(({ kind }) => kind === 'attempt-settled')
      expect(told).toHaveLength(4)
      // The refused one answers nobody.
      const again = await gateway.deps.stores.requests.image(refused?.id ?? '')
      expect(again?.state).toBe('refused')
      const cached = await ask(draft)
      expect(cached).toMatchObject({ cache: 'HIT exact', score: 1 })
      expect(cached.images.map(({ record }) => record.id)).toEqual([served?.id])
    })
  })

  test('is delivered with a warning when nothing better came, and never cached', async () => {
    await withGatewayStand(stand(judgeOf(no)), async ({ ask, stores }) => {
      const result = await ask(draft)
      expect(result).toMatchObject({ route: 'cascade:1', score: 0 })
      expect(result.warnings).toMatchObject([{ code: 'gate_refused', param: 'on_gate_refusal' }])
      const images = await stores.requests.images(result.requestId)
      expect(images.map(({ state }) => state).sort()).toEqual(['published', 'refused'])
      const record = await stores.requests.request(result.requestId)
      expect(record?.state).toBe('completed')
      expect((await ask(draft)).cache).toBe('MISS')
      expect(await stores.ledger.audit()).toEqual([])
    })
  })

  test('fails the request where that is the rule, and says that it was paid', async () => {
    await withGatewayStand(stand(judgeOf(no)), async ({ ask, stores }) => {
      await expect(ask({ ...draft, onGateRefusal: 'fail' })).rejects.toMatchObject({
        code: 'gate_refused',
        costNano: 6n * CENT_NANO + 2_000_000n,
        retryable: false,
      })
      expect(await stores.ledger.audit()).toEqual([])
    })
  })

  test('does not escalate beyond the most that the request may cost', async () => {
    await withGatewayStand(stand(judgeOf(no)), async ({ ask }) => {
      const result = await ask({ ...draft, maxCost: '0.02' })
      expect(result).toMatchObject({ provider: 'cheap', route: 'direct', attempts: 1 })
    })
    await withGatewayStand(stand(judgeOf(yes)), async ({ ask }) => {
      // The look may cost half a cent, so a cent is too little.
      const asked = ask({ ...draft, maxCost: '0.012' })
      await expect(asked).rejects.toMatchObject({ code: 'max_cost_exceeded' })
    })
  })
})

test('a look whose cost nobody knows is booked at its ceiling, and said', async () => {
  await withGatewayStand(stand(judgeOf('silent')), async ({ ask, stores }) => {
    const result = await ask(draft)
    expect(result).toMatchObject({ provider: 'cheap', costNano: CENT_NANO + CEILING_NANO })
    expect(result.warnings).toMatchObject([{ code: 'cost_estimated' }])
    const attempts = await stores.requests.attempts(result.requestId)
    expect(attempts.at(-1)).toMatchObject({ offer: 'judge/seer', costBasis: 'suspected' })
    const [image] = await stores.requests.images(result.requestId)
    expect(image?.quality).toMatchObject({ cost_unknown: true })
    expect(await stores.ledger.audit()).toEqual([])
  })
})

test('a judge of real money does not look at emulated pictures', async () => {
  const judge = judgeOf(no)
  const providers = [scriptedProvider({ id: 'toy', play: draws(1), isSimulated: true })]
  await withGatewayStand(stand(judge, { providers }), async ({ ask, stores }) => {
    const result = await ask(draft)
    expect([judge.asked, result.costNano]).toEqual([[], CENT_NANO])
    const [image] = await stores.requests.images(result.requestId)
    const gates = image?.quality?.gates ?? []
    expect(gates.find(({ gate }) => gate === 'judge')).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringContaining('does not look at emulated pictures'),
    })
  })
})

test('a picture without gates is not looked at, and has no score', async () => {
  const judge = judgeOf(no)
  await withGatewayStand(stand(judge), async ({ ask, stores }) => {
    const result = await ask({ prompt: 'a cup' })
    expect([judge.asked, result.score, result.route]).toEqual([[], undefined, 'direct'])
    const [image] = await stores.requests.images(result.requestId)
    expect(image?.quality).toBeUndefined()
  })
})

test('a step that fails after a refusal leaves the refused picture to be delivered', async () => {
  const providers = [
    scriptedProvider({ id: 'cheap', play: draws(1) }),
    scriptedProvider({ id: 'dear', usd: '0.05', play: () => failed('overloaded') }),
  ]
  await withGatewayStand(stand(judgeOf(no), { providers }), async ({ ask }) => {
    const result = await ask(draft)
    expect(result).toMatchObject({ provider: 'cheap', route: 'cascade:1' })
    expect(result.warnings).toMatchObject([{ code: 'gate_refused' }])
  })
})

test('a look that a crash cut off is booked at its ceiling, and the picture judged', async () => {
  const asked = Promise.withResolvers<void>()
  const silent: Judge = {
    ...judgeOf(yes),
    judge: () => {
      asked.resolve()
      return new Promise(() => undefined)
    },
  }
  const dying = await openGatewayStand(stand(silent))
  void dying.ask(draft)
  await asked.promise
  // What was paid is durable before anybody looks at it, or soon after.
  await until(async () => (await dying.stores.ledger.balance('key_someone', 'real')).spentNano > 0n)
  await dying.stores.close()
  const clock = new VirtualClock(dying.clock.now() + dying.gateway.deps.limits.leaseMs + 1)
  const second = { ...stand(judgeOf(yes)), home: dying.home, clock, seed: 2 }
  await withGatewayStand(second, async ({ stores }) => {
    const record = await until(async () => {
      const [request] = await stores.requests.list({ tenant: 'here', limit: 1 })
      return request?.state === 'running' ? undefined : request
    })
    expect(record).toMatchObject({
      state: 'completed',
      costNano: CENT_NANO + CEILING_NANO + 1_000_000n,
    })
    const attempts = await stores.requests.attempts(record.id)
    expect(attempts.map(({ offer, costBasis }) => [offer, costBasis])).toEqual([
      ['cheap/painter', 'book'],
      ['judge/seer', 'suspected'],
      ['judge/seer', 'book'],
    ])
    expect(await stores.ledger.audit()).toEqual([])
  })
})

test('pictures have the size that was asked for, unless the purpose bears another', async () => {
  const wide = { width: 34, height: 32 }
  const providers = [scriptedProvider({ play: () => produced([noisePng(wide, 3)]) })]
  const bearing = (tolerance: number) =>
    purposeSchema.parse({ gates: [{ gate: 'size', aspect_tolerance: tolerance }] })
  const options = { providers, hasDecoder: true }
  const own = { ...options, purposes: { loose: bearing(0.1), close: bearing(0.01) } }
  await withGatewayStand(own, async ({ ask, stores }) => {
    const asked = { ...draft, size: '32x32' } as const
    const borne = await ask({ ...asked, purpose: 'loose' })
    const [image] = await stores.requests.images(borne.requestId)
    expect(image?.quality?.gates[1]).toMatchObject({
      gate: 'size',
      outcome: 'passed',
      score: 0.9375,
    })
    await expect(ask({ ...asked, purpose: 'close' })).rejects.toThrow(/34x32 instead of/)
    await expect(ask({ ...asked, purpose: 'plain' })).rejects.toThrow(/34x32 pixels instead of/)
  })
})

test('a picture of another purpose, which never passed the gates, answers none that has some', () =>
  withGatewayStand(stand(judgeOf(yes)), async ({ ask }) => {
    const cacheOf = async (purpose: string) => (await ask({ ...draft, purpose })).cache
    expect(await cacheOf('plain')).toBe('MISS')
    expect(await cacheOf('plain')).toBe('HIT exact')
    expect([await cacheOf('judged'), await cacheOf('judged')]).toEqual(['MISS', 'HIT exact'])
  }))
