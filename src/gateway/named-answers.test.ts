import { rm } from 'node:fs/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { IDEMPOTENCY_MS } from '../core/answers/idempotency-key.ts'
import type { Journal } from '../ports/stores.ts'
import { type ClientAsk, openAsk, readAnswer } from '../testing/asking-client.ts'
import {
  type GatewayStand,
  type GatewayStandOptions,
  openGatewayStand,
  until,
  whileTimePasses,
  withGatewayStand,
} from '../testing/gateway-stand.ts'
import { draws, failed, inTurn, type Play, scriptedProvider } from '../testing/scripted-provider.ts'

const name = 'order 7'
const ask = { name } as const

const homes = new Set<string>()
afterEach(async () => {
  for (const home of homes) await rm(home, { recursive: true, force: true })
  homes.clear()
})

async function open(options: GatewayStandOptions): Promise<GatewayStand> {
  const stand = await openGatewayStand(options)
  homes.add(stand.home)
  return stand
}

/** The error of an answer, as far as its client sees it. */
async function errorOf(stand: GatewayStand, more: ClientAsk = {}) {
  const answer = await openAsk(stand, { ...ask, ...more })
  const error = await answer.result.then(
    () => expect.unreachable(),
    (reason: unknown) => reason,
  )
  const { code, message, param, requestId, costNano, tried, retryable } = error as Readonly<
    Record<string, unknown>
  >
  return {
    isReplay: answer.isReplay,
    seen: { code, message, param, requestId, costNano, tried, retryable },
  }
}

describe('requests with one name', () => {
  test('two hundred at once are one call, and all get its answer', async () => {
    const acme = scriptedProvider()
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const twins = await Promise.all(Array.from({ length: 200 }, () => openAsk(stand, ask)))
      const read = await Promise.all(twins.map(readAnswer))
      expect(new Set(read).size).toBe(1)
      expect(acme.calls).toHaveLength(1)
      expect(twins.map(({ isReplay }) => isReplay).filter((isReplay) => !isReplay)).toHaveLength(1)
      expect(new Set(twins.map(({ requestId }) => requestId)).size).toBe(1)
    })
  })

  test('get the same answer later, and from another process: whole, in every part', async () => {
    const first = await open({ providers: [scriptedProvider()] })
    const draft = { n: 3, cache: 'allow', quality: 'low' } as const
    const answer = await openAsk(first, { ...ask, draft })
    const { images, release, ...whole } = await answer.result
    const read = await readAnswer(answer)
    const bytes = await Promise.all(images.map((image) => image.load()))
    await first.close()
    const acme = scriptedProvider()
    const { home, clock } = first
    const second = await open({ home, clock, providers: [acme], seed: 2 })
    const again = await openAsk(second, { ...ask, draft })
    expect(again.isReplay).toBe(true)
    const { images: imagesAgain, release: _, ...wholeAgain } = await again.result
    expect(wholeAgain).toEqual(whole)
    expect(await Promise.all(imagesAgain.map((image) => image.load()))).toEqual(bytes)
    expect(await readAnswer(again)).toBe(read)
    expect(acme.calls).toHaveLength(0)
    expect(second.events).toContainEqual({ kind: 'answer-repeated', how: 'replayed' })
    await second.close()
  })

  test('in two processes at once are one call', async () => {
    const acme = scriptedProvider()
    const first = await open({ providers: [acme] })
    const { home, clock } = first
    const second = await open({ home, clock, providers: [acme], seed: 2 })
    const both = await whileTimePasses(
      clock,
      Promise.all(
        [first, second].map(async (stand) => {
          const answer = await openAsk(stand, ask)
          return { isReplay: answer.isReplay, read: await readAnswer(answer) }
        }),
      ),
    )
    expect(acme.calls).toHaveLength(1)
    expect(both.map(({ isReplay }) => isReplay).toSorted()).toEqual([false, true])
    expect(both[0]?.read).toBe(both[1]?.read)
    await Promise.all([first.close(), second.close()])
  })

  test('by two virtual keys are two requests', async () => {
    const acme = scriptedProvider()
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const [mine, theirs] = [
        await openAsk(stand, ask),
        await openAsk(stand, { ...ask, keyId: 'key_other' }),
      ]
      expect(theirs).toMatchObject({ isReplay: false })
      expect(await readAnswer(mine)).not.toBe(await readAnswer(theirs))
    })
  })

  test.each([
    ['another prompt', { draft: { prompt: 'a mug' } }],
    ['another form of answer', { form: { format: 'url' } }],
  ])('and %s are refused, while the first runs and afterwards', async (_, other) => {
    await withGatewayStand({ providers: [scriptedProvider()] }, async (stand) => {
      const refused = { code: 'idempotency_key_reused', param: 'Idempotency-Key' }
      const first = openAsk(stand, ask)
      await expect(openAsk(stand, { ...ask, ...other })).rejects.toMatchObject(refused)
      await readAnswer(await first)
      await expect(openAsk(stand, { ...ask, ...other })).rejects.toMatchObject(refused)
    })
  })

  test('are a new one after 24 hours', async () => {
    const acme = scriptedProvider()
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const read = await readAnswer(await openAsk(stand, ask))
      await stand.clock.advance(IDEMPOTENCY_MS - 1)
      expect(await readAnswer(await openAsk(stand, ask))).toBe(read)
      await stand.clock.advance(1)
      expect(await readAnswer(await openAsk(stand, ask))).not.toBe(read)
      expect(acme.calls).toHaveLength(2)
    })
  })

  test('get the same picture from the cache, though others may come in between', async () => {
    const acme = scriptedProvider()
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const draft = { cache: 'allow' } as const
      await readAnswer(await openAsk(stand, { draft }))
      const first = await openAsk(stand, { ...ask, draft })
      expect(await first.result).toMatchObject({ cache: 'HIT exact', costNano: 0n })
      const again = await openAsk(stand, { ...ask, draft })
      expect(again).toMatchObject({ isReplay: true, requestId: first.requestId })
      expect(await again.result).toMatchObject({ cache: 'HIT exact' })
      expect(await readAnswer(again)).toBe(await readAnswer(first))
      expect(acme.calls).toHaveLength(1)
    })
  })
})

describe('a failure under a name', () => {
  test.each([
    ['that cost money', 'timeout_unknown', 10_000_000n],
    ['that cost nothing', 'overloaded', 0n],
  ] as const)(
    '%s is the answer to the name, and not to be retried',
    async (_, failure, costNano) => {
      const acme = scriptedProvider({ play: () => failed(failure) })
      await withGatewayStand({ providers: [acme] }, async (stand) => {
        const first = await errorOf(stand)
        expect(first).toMatchObject({ isReplay: false, seen: { retryable: false, costNano } })
        expect(await errorOf(stand)).toEqual({ ...first, isReplay: true })
        expect(acme.calls).toHaveLength(1)
      })
    },
  )

  test('before anything was accepted is none: the name is still free', async () => {
    const acme = scriptedProvider()
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const dear = { draft: { maxCost: '0.0001' } }
      expect(await errorOf(stand, dear)).toMatchObject({ seen: { code: 'max_cost_exceeded' } })
      const answer = await openAsk(stand, ask)
      expect(answer.isReplay).toBe(false)
      await readAnswer(answer)
    })
  })

  test('of a database that was lost while it confirmed leaves the name free', async () => {
    let isLost = true
    const journal = (inner: Journal): Journal => ({
      commit: async (facts) => {
        await inner.commit(facts)
        if (!isLost) return
        isLost = false
        throw Object.assign(new Error('lost'), { isOutcomeUnknown: true })
      },
    })
    const acme = scriptedProvider()
    await withGatewayStand({ providers: [acme], journal }, async (stand) => {
      const first = await errorOf(stand)
      expect(first.seen).toMatchObject({ code: 'ledger_unavailable', retryable: true })
      // What may have been written is taken back with the next look at the background work.
      await stand.clock.advance(stand.gateway.deps.limits.leaseMs)
      await until(async () => {
        const [request] = await stand.stores.requests.list({ tenant: 'here', limit: 1 })
        return request?.state === 'failed'
      })
      await readAnswer(await openAsk(stand, ask))
      expect(acme.calls).toHaveLength(1)
      expect(await stand.stores.ledger.audit()).toEqual([])
    })
  })
})

test('the answer comes once its process has died and another has finished the work', async () => {
  const submits: Play = async (_, context) => {
    await context.onSubmitted({ id: 'job-1', pollUrl: 'https://acme.example/1', facts: {} })
    return new Promise(() => {})
  }
  const first = await open({ providers: [scriptedProvider({ play: submits })] })
  const answer = await openAsk(first, ask)
  answer.result.catch(() => undefined)
  const { home } = first
  const acme = scriptedProvider({ resume: (_, plan) => draws()(plan as never, {} as never, 0) })
  const second = await open({ home, clock: first.clock, providers: [acme], seed: 2 })
  await first.stores.close()
  const again = openAsk(second, ask)
  await whileTimePasses(second.clock, again.then(readAnswer))
  expect(await again).toMatchObject({ isReplay: true, requestId: answer.requestId })
  expect(acme.calls).toHaveLength(0)
  expect(acme.resumed).toHaveLength(1)
  await second.close()
})

test('a twin of what is refused gets the same refusal, and the next one begins anew', async () => {
  const acme = scriptedProvider({ play: inTurn(draws()) })
  await withGatewayStand({ providers: [acme] }, async (stand) => {
    const twins = [1, 2].map(() => openAsk(stand, { ...ask, draft: { cache: 'only' } }))
    const errors = await Promise.allSettled(twins.map(async (twin) => (await twin).result))
    expect(errors).toMatchObject([
      { status: 'rejected', reason: { code: 'cache_miss' } },
      { status: 'rejected', reason: { code: 'cache_miss' } },
    ])
    await readAnswer(await openAsk(stand, ask))
    expect(acme.calls).toHaveLength(1)
  })
})
