import { describe, expect, test } from 'vitest'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import {
  draws,
  inTurn,
  type Play,
  scriptedModel,
  scriptedProvider,
} from '../testing/scripted-provider.ts'

/** A play that is noted in the trace. */
const noted =
  (trace: string[], play: Play): Play =>
  (call, context, index) => {
    trace.push(`call for ${call.n}`)
    return play(call, context, index)
  }

const opening = 'written request-accepted+hold-opened+plan-chosen+attempt-started'

describe('the order of what becomes durable', () => {
  test('announced before the call; then bytes, then money, then the answer', async () => {
    const trace: string[] = []
    const acme = scriptedProvider({ play: noted(trace, draws()) })
    await withGatewayStand({ providers: [acme], trace }, async ({ ask }) => {
      await ask()
      trace.push('answer')
      expect(trace).toEqual([
        opening,
        'call for 1',
        'picture stored',
        'written attempt-settled',
        'written image-judged+evidence-noted',
        'written request-ended+hold-closed+cache-written+cache-written+notice-given',
        'answer',
      ])
    })
  })

  test('the job id is durable before the first poll', async () => {
    const trace: string[] = []
    const submits: Play = async (call, context, index) => {
      await context.onSubmitted({ id: 'job-1', pollUrl: 'https://acme.example/1', facts: {} })
      trace.push('first poll')
      return draws()(call, context, index)
    }
    const acme = scriptedProvider({ play: noted(trace, submits) })
    await withGatewayStand({ providers: [acme], trace }, async ({ ask, stores }) => {
      const { requestId } = await ask()
      expect(trace.slice(0, 4)).toEqual([
        opening,
        'call for 1',
        'written attempt-submitted',
        'first poll',
      ])
      const [attempt] = await stores.requests.attempts(requestId)
      expect(attempt).toMatchObject({ state: 'settled', job: { id: 'job-1' } })
    })
  })

  test('the calls of one step are written in one commit, before they are made', async () => {
    const trace: string[] = []
    const single = scriptedModel({ provider: 'acme', maxImagesPerCall: 1 })
    const acme = scriptedProvider({
      models: [single],
      play: noted(
        trace,
        inTurn(draws(), () => ({ kind: 'failed', failure: outage })),
      ),
    })
    const spare = scriptedProvider({ id: 'spare', usd: '0.05', play: noted(trace, draws(99)) })
    await withGatewayStand({ providers: [acme, spare], trace }, async ({ ask }) => {
      const result = await ask({ n: 3, model: 'auto' })
      expect(result.images).toHaveLength(3)
      const started = trace.filter((line) => /attempt-started|call/.test(line))
      expect(started).toEqual([
        `${opening}+attempt-started+attempt-started`,
        'call for 1',
        'call for 1',
        'call for 1',
        'written attempt-started',
        'call for 2',
      ])
    })
  })

  test('what cannot be planned leaves no trace', async () => {
    const trace: string[] = []
    await withGatewayStand({ providers: [scriptedProvider()], trace }, async ({ ask }) => {
      await expect(ask({ maxCost: '0.001' })).rejects.toMatchObject({ code: 'max_cost_exceeded' })
      expect(trace).toEqual([])
    })
  })
})

describe('how many calls are made', () => {
  test.each([
    [1, 4, [1]],
    [4, 4, [4]],
    [5, 4, [4, 1]],
    [10, 4, [4, 4, 2]],
    [3, 1, [1, 1, 1]],
  ])('%i pictures of a model that makes %i a call', async (n, maxImagesPerCall, sizes) => {
    const models = [scriptedModel({ provider: 'acme', maxImagesPerCall })]
    const acme = scriptedProvider({ models })
    await withGatewayStand({ providers: [acme] }, async ({ ask, stores }) => {
      const result = await ask({ n })
      expect(acme.calls.map((call) => call.n)).toEqual(sizes)
      expect(new Set(result.images.map(({ record }) => record.digest)).size).toBe(n)
      const attempts = await stores.requests.attempts(result.requestId)
      expect(attempts.map(({ position, images }) => [position, images])).toEqual(
        sizes.map((size, position) => [position, size]),
      )
    })
  })

  test('each call goes on with the seed where the one before ended', async () => {
    const models = [scriptedModel({ provider: 'acme', maxImagesPerCall: 2 })]
    const acme = scriptedProvider({ models })
    await withGatewayStand({ providers: [acme] }, async ({ ask }) => {
      await ask({ n: 5, seed: 4_294_967_294 })
      expect(acme.calls.map(({ settings }) => settings.seed)).toEqual([4_294_967_294, 0, 2])
    })
  })
})

test('a purpose may have a most of pictures, and more are refused', async () => {
  const acme = scriptedProvider()
  const purposes = { thumbnail: { max_images: 2 } }
  await withGatewayStand({ providers: [acme], purposes }, async ({ ask }) => {
    const refused = { code: 'invalid_request', param: 'n' }
    await expect(ask({ n: 3, purpose: 'thumbnail' })).rejects.toMatchObject(refused)
    expect((await ask({ n: 2, purpose: 'thumbnail' })).images).toHaveLength(2)
    expect((await ask({ n: 3, purpose: 'hero' })).images).toHaveLength(3)
    expect(acme.calls).toHaveLength(2)
  })
})

const outage = { class: 'overloaded', message: 'down', billed: false } as const
