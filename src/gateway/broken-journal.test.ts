import { describe, expect, test } from 'vitest'
import type { Fact } from '../core/jobs/request-record.ts'
import type { Journal } from '../ports/stores.ts'
import {
  type GatewayStand,
  type GatewayStandOptions,
  until,
  whileTimePasses,
  withGatewayStand,
} from '../testing/gateway-stand.ts'
import { draws, failed, inTurn, type Play, scriptedProvider } from '../testing/scripted-provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'

const lost = (isOutcomeUnknown: boolean) =>
  Object.assign(new Error('the database is gone'), { isOutcomeUnknown })

type Trouble = 'before' | 'after'

/**
 * A journal that fails by the facts it is given: `before` writes nothing, `after` writes all and
 * fails while it confirms.
 */
const troubled =
  (troubleOf: (facts: readonly Fact[]) => Trouble | undefined) =>
  (journal: Journal): Journal => ({
    commit: async (facts) => {
      const trouble = troubleOf(facts)
      if (trouble === 'before') throw lost(false)
      await journal.commit(facts)
      if (trouble === 'after') throw lost(true)
    },
  })

/** Trouble for the first `times` commits that hold such a fact. */
function firstTimes(kind: Fact['kind'], times: number, trouble: Trouble = 'before') {
  let left = times
  return troubled((facts) => {
    if (left === 0 || !facts.some((fact) => fact.kind === kind)) return undefined
    left -= 1
    return trouble
  })
}

/** A stand whose database can be lost and found again. */
async function withSwitch(
  options: Omit<GatewayStandOptions, 'journal'>,
  use: (stand: GatewayStand, lose: (isLost: boolean) => void) => Promise<void>,
): Promise<void> {
  let isLost = false
  const journal = troubled(() => (isLost ? 'before' : undefined))
  await withGatewayStand({ ...options, journal }, (stand) =>
    use(stand, (value) => {
      isLost = value
    }),
  )
}

const counted = (trace: readonly string[], line: string) =>
  trace.filter((candidate) => candidate === line).length

/** Every request has ended and every hold is closed, to the nano-dollar. */
async function expectRightBooks({ stores }: GatewayStand, spentNano: bigint): Promise<void> {
  expect(await stores.ledger.audit()).toEqual([])
  const balance = await stores.ledger.balance('key_someone', 'real')
  expect(balance).toEqual({ spentNano, heldNano: 0n })
  const requests = await stores.requests.list({ tenant: 'here', limit: 99 })
  expect(requests.filter(({ endedAt }) => endedAt === undefined)).toEqual([])
}

const CENT = 10_000_000n

/** Draws, and by then something else has happened. */
const losing = (meanwhile: () => void): Play => {
  const draw = draws()
  return (call, context, index) => {
    meanwhile()
    return draw(call, context, index)
  }
}

describe('before a call', () => {
  test('spend that cannot be recorded is not made', async () => {
    const acme = scriptedProvider()
    const journal = firstTimes('attempt-started', 1)
    await withGatewayStand({ providers: [acme], journal }, async (stand) => {
      await expect(stand.ask()).rejects.toMatchObject({
        code: 'ledger_unavailable',
        retryable: true,
      })
      expect(acme.calls).toHaveLength(0)
      expect(stand.gateway.deps.bytes.inFlight).toBe(0)
      expect(await stand.stores.requests.list({ tenant: 'here', limit: 9 })).toEqual([])
      await stand.ask()
      await expectRightBooks(stand, CENT)
    })
  })

  test('of a later step, ends the plan with what there is', async () => {
    const cheap = scriptedProvider({ id: 'cheap', play: () => failed('bad_image') })
    const dear = scriptedProvider({ id: 'dear', usd: '0.05' })
    let commits = 0
    const journal = troubled((facts) => {
      commits += facts.some(({ kind }) => kind === 'attempt-started') ? 1 : 0
      return commits === 2 && facts[0]?.kind === 'attempt-started' ? 'before' : undefined
    })
    await withGatewayStand({ providers: [cheap, dear], journal }, async (stand) => {
      await expect(stand.ask()).rejects.toMatchObject({ code: 'no_provider_available' })
      expect(dear.calls).toHaveLength(0)
      await expectRightBooks(stand, CENT)
    })
  })

  test('a hold that was written without being confirmed is closed again', async () => {
    const clock = new VirtualClock()
    const acme = scriptedProvider()
    const journal = firstTimes('attempt-started', 1, 'after')
    await withGatewayStand({ providers: [acme], clock, journal }, async (stand) => {
      await expect(stand.ask()).rejects.toMatchObject({ code: 'ledger_unavailable' })
      expect(acme.calls).toHaveLength(0)
      expect(stand.gateway.deps.late.size).toBe(1)
      await clock.advance(stand.gateway.deps.limits.leaseMs)
      await until(() => stand.gateway.deps.late.size === 0)
      const [request] = await stand.stores.requests.list({ tenant: 'here', limit: 9 })
      expect(request).toMatchObject({ state: 'failed', costNano: 0n })
      await expectRightBooks(stand, 0n)
    })
  })
})

describe('after a call', () => {
  const kinds = ['attempt-settled', 'image-judged', 'request-ended'] as const

  test.each(kinds.flatMap((kind) => [1, 3, 5].map((times) => [kind, times] as const)))(
    '%s that fails %i times is written once, and the answer waits for it',
    async (kind, times) => {
      const clock = new VirtualClock()
      const acme = scriptedProvider()
      const journal = firstTimes(kind, times)
      await withGatewayStand({ providers: [acme], clock, journal }, async (stand) => {
        const result = await whileTimePasses(clock, stand.ask({ n: 2 }))
        expect(result.images).toHaveLength(2)
        expect(result.warnings).toEqual([])
        expect(acme.calls).toHaveLength(1)
        expect(counted(stand.trace, 'written attempt-settled')).toBe(1)
        const images = await stand.stores.requests.images(result.requestId)
        expect(images.map(({ state }) => state)).toEqual(['published', 'published'])
        await expectRightBooks(stand, 2n * CENT)
        expect((await stand.ask({ n: 2 })).cache).toBe('HIT exact')
      })
    },
  )

  test.each(kinds)('%s that is written and not confirmed is not written twice', async (kind) => {
    const clock = new VirtualClock()
    const acme = scriptedProvider()
    const journal = firstTimes(kind, 1, 'after')
    await withGatewayStand({ providers: [acme], clock, journal }, async (stand) => {
      const result = await whileTimePasses(clock, stand.ask())
      expect(result.warnings).toEqual([])
      expect(stand.events.filter(({ kind: told }) => told === 'write-failed')).toEqual([])
      await expectRightBooks(stand, CENT)
    })
  })

  test.each(kinds)('%s that fails for long comes late; the answer does not wait', async (kind) => {
    const clock = new VirtualClock()
    const acme = scriptedProvider()
    const journal = firstTimes(kind, 6)
    await withGatewayStand({ providers: [acme], clock, journal }, async (stand) => {
      const result = await whileTimePasses(clock, stand.ask())
      expect(result.images).toHaveLength(1)
      expect(result.warnings).toMatchObject([{ code: 'not_stored_yet' }])
      await clock.advance(stand.gateway.deps.limits.leaseMs)
      await until(() => stand.gateway.deps.late.size === 0)
      const [image] = await stand.stores.requests.images(result.requestId)
      expect(image?.state).toBe('published')
      await expectRightBooks(stand, CENT)
    })
  })

  test('a database that is lost for a minute takes everything when it is back', async () => {
    const clock = new VirtualClock()
    let loseNow = () => {}
    const acme = scriptedProvider({ play: losing(() => loseNow()) })
    await withSwitch({ providers: [acme], clock }, async (stand, lose) => {
      loseNow = () => lose(true)
      const result = await whileTimePasses(clock, stand.ask({ n: 2 }))
      expect(result.images).toHaveLength(2)
      await expect(stand.ask({ prompt: 'a bowl' })).rejects.toMatchObject({
        code: 'ledger_unavailable',
      })
      await clock.advance(52_000)
      expect(acme.calls).toHaveLength(1)
      lose(false)
      await clock.advance(5_000)
      await until(() => stand.gateway.deps.late.size === 0)
      await expectRightBooks(stand, 2n * CENT)
      expect((await stand.ask({ n: 2 })).cache).toBe('HIT exact')
    })
  })

  test('what came late is written before the gateway closes', async () => {
    const clock = new VirtualClock()
    await withGatewayStand(
      { providers: [scriptedProvider()], clock, journal: firstTimes('attempt-settled', 6) },
      async (stand) => {
        await whileTimePasses(clock, stand.ask())
        expect(stand.gateway.deps.late.size).toBeGreaterThan(0)
        await stand.gateway.close()
        expect(stand.gateway.deps.late.size).toBe(0)
        await expectRightBooks(stand, CENT)
      },
    )
  })

  test('beyond the limit of what may wait, the log says what was spent', async () => {
    const clock = new VirtualClock()
    let loseNow = () => {}
    const acme = scriptedProvider({ play: losing(() => loseNow()) })
    const options = { providers: [acme], clock, limits: { lateWrites: 0 } }
    await withSwitch(options, async ({ ask, logged }, lose) => {
      loseNow = () => lose(true)
      await whileTimePasses(clock, ask())
      const lines = logged.filter(({ message }) => message.startsWith('facts lost'))
      expect(JSON.stringify(lines[0]?.fields)).toContain('"costNano":"10000000"')
      lose(false)
    })
  })
})

describe('a job id that cannot be written', () => {
  const submits: Play = async (call, context, index) => {
    await context.onSubmitted({ id: 'job-1', pollUrl: 'https://acme.example/1', facts: {} })
    return draws()(call, context, index)
  }

  test.each([1, 5, 6])('%i times in a row does not lose the paid picture', async (times) => {
    const clock = new VirtualClock()
    const acme = scriptedProvider({ play: submits })
    const journal = firstTimes('attempt-submitted', times)
    await withGatewayStand({ providers: [acme], clock, journal }, async (stand) => {
      const result = await whileTimePasses(clock, stand.ask())
      expect(result.images).toHaveLength(1)
      await clock.advance(stand.gateway.deps.limits.leaseMs)
      await until(() => stand.gateway.deps.late.size === 0)
      await expectRightBooks(stand, CENT)
    })
  })
})

describe('listeners', () => {
  test('that throw change nothing', async () => {
    const acme = scriptedProvider({ play: inTurn(() => failed('overloaded'), draws()) })
    const spare = scriptedProvider({ id: 'spare', usd: '0.02' })
    await withGatewayStand({ providers: [acme, spare] }, async (stand) => {
      stand.hub.listen(() => {
        throw new Error('a defect of a listener')
      })
      const result = await stand.ask()
      expect(result.images).toHaveLength(1)
      await expectRightBooks(stand, 2n * CENT)
      const told = stand.logged.filter(({ message }) => message === 'a listener failed')
      expect(told).toHaveLength(3)
    })
  })
})
