import { rm } from 'node:fs/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { owedTimes } from '../core/answers/owed-answer.ts'
import type { CallOutcome } from '../ports/provider.ts'
import { type ClientAsk, openAsk, readAnswer } from '../testing/asking-client.ts'
import {
  type GatewayStand,
  type GatewayStandOptions,
  openGatewayStand,
  until,
  whileTimePasses,
  withGatewayStand,
} from '../testing/gateway-stand.ts'
import { draws, failed, type Play, scriptedProvider } from '../testing/scripted-provider.ts'

const CENT = 10_000_000n

/** A play that waits until it is told to go on. */
function gated(play: Play = draws()) {
  const gate = Promise.withResolvers<void>()
  const waits: Play = async (call, context, index): Promise<CallOutcome> => {
    await gate.promise
    return play(call, context, index)
  }
  return { play: waits, open: gate.resolve }
}

describe('an answer that its client did not get', () => {
  test('while it was made is given to the equal request that comes again', async () => {
    const { play, open } = gated()
    const acme = scriptedProvider({ play })
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const lost = await openAsk(stand)
      lost.leave({ isComplete: false })
      const again = await openAsk(stand)
      expect(again).toMatchObject({ requestId: lost.requestId, isReplay: false })
      open()
      const result = await again.result
      expect(result).toMatchObject({ cache: 'ADOPTED', costNano: CENT, route: 'direct' })
      const [first] = (await lost.result).images
      expect(await result.images[0]?.load()).toEqual(await first?.load())
      expect(acme.calls).toHaveLength(1)
      expect(stand.events).toContainEqual({ kind: 'answer-repeated', how: 'adopted' })
    })
  })

  test.each(['allow', 'off', 'refresh'] as const)(
    'after it was made is given in the cache mode %s, once, as it was',
    async (cache) => {
      const acme = scriptedProvider()
      await withGatewayStand({ providers: [acme] }, async (stand) => {
        const ask = { draft: { cache, n: 2 } }
        const lost = await openAsk(stand, ask)
        const { cache: _, overheadMs: __, release: ___, images, ...whole } = await lost.result
        lost.leave({ isComplete: false })
        const again = await openAsk(stand, ask)
        expect(await again.result).toMatchObject({ ...whole, cache: 'ADOPTED' })
        expect(await readAnswer(again)).toBe(images.map(({ record }) => record.digest).join(' '))
        const third = await openAsk(stand, ask)
        expect(third.requestId).not.toBe(lost.requestId)
        await third.result
        const { spentNano } = await stand.stores.ledger.balance('key_someone', 'real')
        expect(spentNano).toBe(CENT * BigInt(acme.calls.reduce((sum, { n }) => sum + n, 0)))
      })
    },
  )

  test('and whose client turns out not to have read it is kept as well', async () => {
    await withGatewayStand({ providers: [scriptedProvider()] }, async (stand) => {
      const lost = await openAsk(stand)
      await readAnswer(lost)
      lost.leave({ isComplete: false })
      expect((await openAsk(stand)).requestId).toBe(lost.requestId)
    })
  })

  test('is kept when the one who adopted it went away, too', async () => {
    await withGatewayStand({ providers: [scriptedProvider()] }, async (stand) => {
      const lost = await openAsk(stand)
      await lost.result
      for (let turn = 0; turn < 3; turn += 1) {
        lost.leave({ isComplete: false })
        const again = await openAsk(stand)
        expect(again.requestId).toBe(lost.requestId)
        again.leave({ isComplete: false })
      }
    })
  })

  test('because of its deadline is given to the next, which does not pay again', async () => {
    const { play, open } = gated()
    const acme = scriptedProvider({ play })
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const late = await openAsk(stand, { draft: { deadlineMs: 1_000 } })
      await stand.clock.advance(1_000)
      await expect(late.result).rejects.toMatchObject({ code: 'deadline_exceeded' })
      late.leave({ isComplete: true })
      const again = await openAsk(stand, { draft: { deadlineMs: 1_000 } })
      open()
      expect(await again.result).toMatchObject({ requestId: late.requestId, cache: 'ADOPTED' })
      expect(acme.calls).toHaveLength(1)
    })
  })
})

describe('nothing is adopted', () => {
  const differing: Readonly<Record<string, ClientAsk>> = {
    'by another virtual key': { keyId: 'key_other' },
    'by a request that is not equal': { draft: { prompt: 'a mug' } },
    'where the answer is wanted in another form': { form: { format: 'url' } },
    'by a request with a name of its own': { name: 'order 7' },
  }
  test.each(Object.entries(differing))('%s', async (_, ask) => {
    await withGatewayStand({ providers: [scriptedProvider()] }, async (stand) => {
      const lost = await openAsk(stand)
      await lost.result
      lost.leave({ isComplete: false })
      const other = await openAsk(stand, ask)
      expect(other.requestId).not.toBe(lost.requestId)
      expect((await other.result).cache).not.toBe('ADOPTED')
    })
  })

  test('of what was delivered', async () => {
    await withGatewayStand({ providers: [scriptedProvider()] }, async (stand) => {
      const first = await readAnswer(await openAsk(stand))
      expect(await readAnswer(await openAsk(stand))).not.toBe(first)
    })
  })

  test('after ten minutes', async () => {
    await withGatewayStand({ providers: [scriptedProvider()] }, async (stand) => {
      const siblings = await Promise.all([openAsk(stand), openAsk(stand)])
      await Promise.all(siblings.map(({ result }) => result))
      for (const { leave } of siblings) leave({ isComplete: false })
      const ids = siblings.map(({ requestId }) => requestId)
      await stand.clock.advance(owedTimes.adoptMs - 1)
      expect(ids).toContain((await openAsk(stand)).requestId)
      await stand.clock.advance(1)
      expect(ids).not.toContain((await openAsk(stand)).requestId)
    })
  })

  test('while its client waits: equal requests at the same time are siblings', async () => {
    const acme = scriptedProvider()
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const siblings = await Promise.all([openAsk(stand), openAsk(stand), openAsk(stand)])
      const digests = await Promise.all(siblings.map(({ result }) => result))
      const shown = digests.flatMap(({ images }) => images.map(({ record }) => record.digest))
      expect(new Set(shown).size).toBe(3)
      expect(acme.calls).toHaveLength(3)
    })
  })

  test('twice: of two that come again at once one pays', async () => {
    const acme = scriptedProvider()
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const lost = await openAsk(stand)
      await lost.result
      lost.leave({ isComplete: false })
      const both = await Promise.all([openAsk(stand), openAsk(stand)])
      const results = await Promise.all(both.map(({ result }) => result))
      expect(results.map(({ cache }) => cache).toSorted()).toEqual(['ADOPTED', 'OFF'])
      expect(acme.calls).toHaveLength(2)
    })
  })
})

describe('a failure', () => {
  const ask = async (stand: GatewayStand) => {
    const answer = await openAsk(stand)
    const error = await answer.result.then(
      () => expect.unreachable(),
      (reason: unknown) => reason,
    )
    answer.leave({ isComplete: true })
    return error
  }

  test('that cost money answers what is sent again for a quarter of a minute', async () => {
    const acme = scriptedProvider({ play: () => failed('timeout_unknown') })
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const first = await ask(stand)
      expect(first).toMatchObject({ costNano: CENT, retryable: false })
      for (const laterMs of [2_000, 4_000, 8_999]) {
        await stand.clock.advance(laterMs)
        const { code, message, requestId, costNano, tried } = first as Record<string, unknown>
        expect(await ask(stand)).toMatchObject({ code, message, requestId, costNano, tried })
      }
      expect(acme.calls).toHaveLength(1)
      await stand.clock.advance(1)
      await ask(stand)
      expect(acme.calls).toHaveLength(2)
    })
  })

  test('that cost nothing is tried anew', async () => {
    const acme = scriptedProvider({ play: () => failed('overloaded') })
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const lost = await openAsk(stand)
      await expect(lost.result).rejects.toMatchObject({ code: 'no_provider_available' })
      lost.leave({ isComplete: false })
      expect(await ask(stand)).toMatchObject({ retryable: true })
      expect(acme.calls).toHaveLength(2)
    })
  })

  test('that cost nothing and was lost while it was made is tried anew', async () => {
    const { play, open } = gated(() => failed('overloaded'))
    const acme = scriptedProvider({ play })
    await withGatewayStand({ providers: [acme] }, async (stand) => {
      const lost = await openAsk(stand)
      lost.leave({ isComplete: false })
      open()
      await expect(lost.result).rejects.toMatchObject({ code: 'no_provider_available' })
      await ask(stand)
      expect(acme.calls).toHaveLength(2)
    })
  })
})

describe('two processes on one database', () => {
  const homes = new Set<string>()
  afterEach(async () => {
    for (const home of homes) await rm(home, { recursive: true, force: true })
    homes.clear()
  })
  const open = async (options: GatewayStandOptions): Promise<GatewayStand> => {
    const stand = await openGatewayStand(options)
    homes.add(stand.home)
    return stand
  }
  /** Another process, with its own memory and providers, on the same folder and clock. */
  const beside = ({ home, clock }: GatewayStand, providers = [scriptedProvider()]) =>
    open({ home, clock, providers, seed: 2 })

  test('what one lost the other gives', async () => {
    const first = await open({ providers: [scriptedProvider()] })
    const acme = scriptedProvider()
    const second = await beside(first, [acme])
    const lost = await openAsk(first)
    await lost.result
    lost.leave({ isComplete: false })
    const again = await until(async () => {
      const answer = await openAsk(second)
      return answer.requestId === lost.requestId ? answer : undefined
    })
    expect(await readAnswer(again)).toBe(
      (await lost.result).images.map(({ record }) => record.digest).join(' '),
    )
    await Promise.all([first.close(), second.close()])
  })

  test('a sibling of the other is known by its age, at once', async () => {
    const first = await open({ providers: [scriptedProvider()] })
    const second = await beside(first)
    const one = await openAsk(first)
    await one.result
    await first.clock.advance(owedTimes.soonestResendMs - 1)
    expect((await openAsk(second)).requestId).not.toBe(one.requestId)
    await Promise.all([first.close(), second.close()])
  })

  test('or by the next sign of life of its process', async () => {
    const first = await open({ providers: [scriptedProvider()] })
    const second = await beside(first)
    const one = await openAsk(first)
    await one.result
    await first.clock.advance(owedTimes.soonestResendMs)
    const begun = first.clock.now()
    const other = await whileTimePasses(first.clock, openAsk(second))
    expect(other.requestId).not.toBe(one.requestId)
    expect(first.clock.now() - begun).toBeLessThan(4_000)
    await Promise.all([first.close(), second.close()])
  })

  test('of a process that died all is taken over once its leases have run out', async () => {
    const first = await open({ providers: [scriptedProvider()] })
    const lost = await openAsk(first)
    const [image] = (await lost.result).images
    // It dies: no sign of life any more. Its clock stands still for it.
    await first.close()
    const acme = scriptedProvider()
    const second = await beside(first, [acme])
    await second.clock.advance(1_000)
    const again = await whileTimePasses(second.clock, openAsk(second))
    expect(await readAnswer(again)).toBe(image?.record.digest)
    expect(acme.calls).toHaveLength(0)
    await second.close()
  })
})
