import { describe, expect, test } from 'vitest'
import { openAsk, readAnswer } from '../testing/asking-client.ts'
import { until, withGatewayStand } from '../testing/gateway-stand.ts'
import { draws, failed, type Play, scriptedProvider } from '../testing/scripted-provider.ts'

const ask = { name: 'order 7' } as const

/** A play that goes on when it is told to. */
const waits = (gate: Promise<unknown>, play: Play = draws()): Play => {
  return async (call, context, index) => {
    await gate
    return play(call, context, index)
  }
}

/** A request whose client can go away. */
const leaving = (more: { readonly name?: string } = {}) => {
  const gone = new AbortController()
  return { gone, ask: { ...more, watch: { gone: gone.signal } } }
}

describe('a client of a name that goes away', () => {
  /** Room for one request at a time. */
  const limits = { bytesInFlight: 1, waitForBytesMs: 60_000 }

  test('leaves the work to its twin, and is given up when the last one goes', async () => {
    const gate = Promise.withResolvers<void>()
    const acme = scriptedProvider({ play: waits(gate.promise) })
    await withGatewayStand({ providers: [acme], limits }, async (stand) => {
      const before = openAsk(stand, { draft: { prompt: 'before' } }).then(readAnswer)
      await until(() => acme.calls.length === 1)
      const [first, second, third] = [leaving(ask), leaving(ask), leaving(ask)]
      const other = leaving(ask)
      const twins = [first, second].map(({ ask: asked }) => openAsk(stand, asked))
      const left = openAsk(stand, { ...third.ask, name: 'order 8' })
      const alone = openAsk(stand, { ...other.ask, name: 'order 8' })
      for (const { gone } of [first, third, other]) gone.abort()
      const ends = await Promise.allSettled([left, alone].map(async (each) => (await each).result))
      const cancelled = { status: 'rejected', reason: { code: 'cancelled' } }
      expect(ends).toMatchObject([cancelled, cancelled])
      gate.resolve()
      await before
      const [one, two] = await Promise.all(twins.map((twin) => twin.then(readAnswer)))
      expect(one).toBe(two)
      expect(acme.calls).toHaveLength(2)
      const again = await openAsk(stand, { name: 'order 8' })
      expect(again.isReplay).toBe(false)
      await readAnswer(again)
      expect(acme.calls).toHaveLength(3)
    })
  })

  test('and comes back while the call is still made gets its answer', async () => {
    const gate = Promise.withResolvers<void>()
    const acme = scriptedProvider({ play: waits(gate.promise) })
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const first = leaving(ask)
      const lost = await openAsk(stand, first.ask)
      first.gone.abort()
      const again = openAsk(stand, ask).then(readAnswer)
      gate.resolve()
      const [image] = (await lost.result).images
      expect(await again).toBe(image?.record.digest)
      expect(acme.calls).toHaveLength(1)
    })
  })
})

describe('a client that goes away without a name', () => {
  test('and comes back begins anew when its work was given up, though it was adopted', async () => {
    const gate = Promise.withResolvers<void>()
    const acme = scriptedProvider({ play: waits(gate.promise, () => failed('overloaded')) })
    const spare = scriptedProvider({ id: 'spare', usd: '0.05' })
    await withGatewayStand({ providers: [acme, spare] }, async (stand) => {
      const draft = { model: 'auto' }
      const first = leaving()
      const lost = await openAsk(stand, { ...first.ask, draft })
      await until(() => acme.calls.length === 1)
      first.gone.abort()
      lost.leave({ isComplete: false })
      const again = await openAsk(stand, { draft })
      expect(again.requestId).toBe(lost.requestId)
      gate.resolve()
      const result = await again.result
      expect(result.requestId).not.toBe(lost.requestId)
      expect(result).toMatchObject({ provider: 'spare', cache: 'OFF' })
      again.leave({ isComplete: true })
      expect([acme, spare].map(({ calls }) => calls.length)).toEqual([2, 1])
      expect(await stand.stores.ledger.audit()).toEqual([])
    })
  })

  test('with a job that it was promised needs no more: the next one is another job', async () => {
    await withGatewayStand({ providers: [scriptedProvider()] }, async (stand) => {
      const jobs = await Promise.all([openAsk(stand), openAsk(stand)])
      const [first, second] = jobs
      await Promise.all(jobs.map(({ result }) => result))
      first?.leave({ isComplete: true, isJob: true })
      second?.leave({ isComplete: false, isJob: true })
      expect((await openAsk(stand)).requestId).toBe(second?.requestId)
      const third = await openAsk(stand)
      expect(jobs.map(({ requestId }) => requestId)).not.toContain(third.requestId)
      await third.result
    })
  })
})
