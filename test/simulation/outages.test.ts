import { describe, expect, test } from 'vitest'
import { GatewayError } from '../../src/core/errors/gateway-error.ts'
import { memoryImageStore } from '../../src/scenario/memory-image-store.ts'
import { mostInAMinute } from '../../src/scenario/report.ts'
import { type GatewayStand, withGatewayStand } from '../../src/testing/gateway-stand.ts'
import { draws, failed, scriptedProvider } from '../../src/testing/scripted-provider.ts'
import { VirtualClock } from '../../src/testing/virtual-clock.ts'

/** `npm run torture` asks for more; these are the ones that a long outage needs. */
const MOST_REQUESTS = 5_000
const REQUESTS = Math.min(MOST_REQUESTS, Number(process.env.KEEPRATE_TEST_REQUESTS ?? 2_000))
/** Ten requests a second. */
const PAUSE_MS = 100
/** A picture takes so long. */
const WORK_MS = 2_000
/** The outage lasts from the first minute on, and ends forty seconds before the requests do. */
const FROM_MS = 60_000
const UNTIL_MS = REQUESTS * PAUSE_MS - 40_000
/** On two busy cores; nothing hangs on how long. */
const LONG_MS = 600 * REQUESTS

/** What is wrong with a provider at a time: it fails, or takes so many times as long. */
type Ill = (sinceMs: number) => 'failing' | number

const ills: Readonly<Record<string, Ill>> = {
  dead: () => 'failing',
  'flapping every seven seconds': (sinceMs) =>
    Math.floor(sinceMs / 7_000) % 2 === 0 ? 'failing' : 1,
  'twenty times as slow': () => 20,
  'ever slower': (sinceMs) => 1 + (29 * sinceMs) / (UNTIL_MS - FROM_MS),
}

/** A provider that is ill during the outage. */
function provider(id: string, usd: string, clock: VirtualClock, ill?: Ill) {
  const draw = draws(id.length * 1_000_000)
  return scriptedProvider({
    ...{ id, usd },
    play: async (...asked) => {
      const atMs = clock.monotonicMs()
      const isOut = ill !== undefined && atMs >= FROM_MS && atMs < UNTIL_MS
      const state = isOut ? ill(atMs - FROM_MS) : 1
      if (state === 'failing') return failed('overloaded')
      await clock.sleep(WORK_MS * state)
      return draw(...asked)
    },
  })
}

/** Sends requests at an even pace and counts those that failed. */
async function ask(stand: GatewayStand, requests: number): Promise<readonly string[]> {
  const errors: string[] = []
  const asked: Promise<void>[] = []
  for (let index = 0; index < requests; index += 1) {
    const one = stand.ask({ prompt: `cup ${index}`, cache: 'off' }).then(
      (result) => result.release(),
      (error: unknown) => {
        errors.push(GatewayError.isInstance(error) ? error.code : String(error))
      },
    )
    asked.push(one)
    await stand.clock.sleep(PAUSE_MS)
  }
  await Promise.all(asked)
  return errors
}

/** A stand on which time waits for the database. */
async function withPatience(
  clock: VirtualClock,
  providers: readonly ReturnType<typeof provider>[],
  requests: number,
): Promise<{ errors: readonly string[]; calls: readonly Call[]; heldNano: bigint }> {
  const calls: Call[] = []
  let errors: readonly string[] = []
  let heldNano = -1n
  const journal = (own: GatewayStand['stores']['journal']) => ({
    commit: (facts: Parameters<typeof own.commit>[0]) => clock.hold(own.commit(facts)),
  })
  await withGatewayStand(
    { providers, clock, journal, images: memoryImageStore, recovers: false },
    async (stand) => {
      stand.hub.listen((event) => {
        if (event.kind !== 'attempt-settled') return
        const { offer, startedAt, outcome = 'produced' } = event.attempt
        calls.push({ provider: offer.split('/', 1)[0] ?? '', startedAt, outcome })
      })
      let isOver = false
      const work = ask(stand, requests).finally(() => {
        isOver = true
      })
      while (!isOver) await clock.advance(PAUSE_MS)
      errors = await work
      expect(await stand.stores.ledger.audit()).toEqual([])
      heldNano = (await stand.stores.ledger.balance('key_someone', 'real')).heldNano
    },
  )
  return { errors, calls, heldNano }
}

interface Call {
  readonly provider: string
  readonly startedAt: number
  readonly outcome: string
}

/** What `npm run torture` reports. */
const figuresOf = (name: string, errors: number, calls: number, most: number): string =>
  `${name}: ${((1 - errors / REQUESTS) * 100).toFixed(2)} % of ${REQUESTS} served, ` +
  `${(calls / REQUESTS).toFixed(3)} calls each, at most ${most} wasted in a minute`

const isWasted = ({ outcome }: Call): boolean => outcome !== 'produced'

describe('when the cheapest of three providers is', () => {
  test.each(Object.entries(ills))(
    '%s, callers do not notice, and it is asked hardly ever',
    async (name, ill) => {
      const clock = new VirtualClock()
      const three = [
        provider('cheap', '0.01', clock, ill),
        provider('middle', '0.02', clock),
        provider('dear', '0.03', clock),
      ]
      const { errors, calls, heldNano } = await withPatience(clock, three, REQUESTS)
      const wasted = calls.filter(isWasted)
      const most = mostInAMinute(wasted.map(({ startedAt }) => startedAt))
      console.log(figuresOf(name, errors.length, calls.length, most))
      expect(errors.length).toBeLessThanOrEqual(REQUESTS / 1_000)
      expect(calls.length).toBeLessThanOrEqual(REQUESTS * 1.25)
      expect(most).toBeLessThanOrEqual(10)
      expect(heldNano).toBe(0n)
      // The outage was felt: the others did the work.
      expect(calls.filter((call) => call.provider === 'middle').length).toBeGreaterThan(
        REQUESTS / 5,
      )
      expect(calls[0]?.provider).toBe('cheap')
    },
    LONG_MS,
  )
})

test(
  'when all providers are dead nobody is hammered, and no wave follows',
  async () => {
    const clock = new VirtualClock()
    const dead: Ill = () => 'failing'
    const all = [
      provider('cheap', '0.01', clock, dead),
      provider('middle', '0.02', clock, dead),
      provider('dear', '0.03', clock, dead),
    ]
    const { errors, calls, heldNano } = await withPatience(clock, all, REQUESTS)
    const outageRequests = (UNTIL_MS - FROM_MS) / PAUSE_MS
    expect(errors.length).toBeGreaterThan(outageRequests * 0.9)
    expect(calls.length).toBeLessThanOrEqual(REQUESTS * 1.25)
    // A second brings ten requests; never do much more calls begin in one.
    const seconds = Map.groupBy(calls, ({ startedAt }) => Math.floor(startedAt / 1_000))
    const most = Math.max(...[...seconds.values()].map((each) => each.length))
    expect(most).toBeLessThanOrEqual((1_000 / PAUSE_MS) * 2)
    expect(heldNano).toBe(0n)
  },
  LONG_MS,
)
