import { describe, expect, test } from 'vitest'
import { neverOpen } from '../../src/core/breaker/breaker.ts'
import {
  type FailureClass,
  failure,
  failureClasses,
} from '../../src/core/errors/provider-failure.ts'
import type { RequestRecord } from '../../src/core/jobs/request-record.ts'
import { type Nano, nanoFromDollars, sumNano } from '../../src/core/money.ts'
import { normaliseRequest } from '../../src/core/request/normalise.ts'
import { QUARTER_MS, quarterOf } from '../../src/core/usage/slots.ts'
import { addUsage, costOf, noUsage, type UsageSums } from '../../src/core/usage/usage-sums.ts'
import type { Watch } from '../../src/gateway/run.ts'
import type { CallOutcome } from '../../src/ports/provider.ts'
import type { Journal } from '../../src/ports/stores.ts'
import {
  type GatewayStand,
  whileTimePasses,
  withGatewayStand,
} from '../../src/testing/gateway-stand.ts'
import { noisePng } from '../../src/testing/noise-png.ts'
import {
  failed,
  type Play,
  produced,
  type ScriptedProvider,
  scriptedModel,
  scriptedProvider,
} from '../../src/testing/scripted-provider.ts'
import { seededRandom, VirtualClock } from '../../src/testing/virtual-clock.ts'

/** Continuous integration plays fewer than `npm run torture`, which says how many. */
const REQUESTS = Number(process.env.KEEPRATE_TEST_REQUESTS ?? 2_500)
/** On two busy cores it takes minutes; nothing hangs on how long. */
const LONG_MS = 600_000
const BATCH = 500
const KEYS = ['key_a', 'key_b', 'key_c'] as const

/** Numbers from 0 to 1, the same for the same seed. */
function dice(seed: number) {
  const random = seededRandom(seed)
  const roll = (): number => {
    const [a = 0, b = 0, c = 0] = random.bytes(3)
    return (a * 65_536 + b * 256 + c) / 16_777_216
  }
  return {
    roll,
    whole: (below: number) => Math.floor(roll() * below),
    happens: (share: number) => roll() < share,
  }
}
type Dice = ReturnType<typeof dice>

/** What a provider charged, by its own books, and where nobody else can know it. */
interface Bill {
  chargedNano: Nano
  /** Charged or not in calls whose end the gateway never heard. */
  doubtfulNano: Nano
}

/** A provider that goes wrong in every way it can, and keeps its own bill. */
function wildProvider(id: string, usd: string, rolls: Dice): ScriptedProvider & { bill: Bill } {
  const price = nanoFromDollars(usd)
  const bill: Bill = { chargedNano: 0n, doubtfulNano: 0n }
  let seed = id.charCodeAt(0) * 1_000_000
  const draw = (): Uint8Array => {
    seed += 1
    return noisePng({ width: 16, height: 16 }, seed)
  }
  const play: Play = async ({ n }, context) => {
    if (rolls.happens(0.3)) {
      const job = { id: `${id}-${seed}`, pollUrl: `https://${id}.example/${seed}`, facts: {} }
      await context.onSubmitted(job)
    }
    const luck = rolls.roll()
    if (luck < 0.12) return failing(rolls, bill, price * BigInt(n))
    if (luck < 0.17) return partly(n, draw, bill, price)
    if (luck < 0.2) return rubbish(n, draw, bill, price)
    if (luck < 0.3) return dearer(n, draw, bill, price, rolls)
    bill.chargedNano += price * BigInt(n)
    return produced(Array.from({ length: n }, draw))
  }
  const models = [scriptedModel({ provider: id, maxImagesPerCall: 1 + rolls.whole(4) })]
  return { ...scriptedProvider({ id, usd, models, play }), bill }
}

/** Fails; charges as the class says, and where nobody knows, by the toss of a coin. */
function failing(rolls: Dice, bill: Bill, price: Nano): CallOutcome {
  const failureClass = failureClasses[rolls.whole(failureClasses.length)] ?? 'overloaded'
  const { billed } = failure(failureClass satisfies FailureClass, '')
  if (billed === true) bill.chargedNano += price
  if (billed === 'unknown') bill.doubtfulNano += price
  return failed(failureClass)
}

/** Withholds the last picture, which is paid all the same. */
function partly(n: number, draw: () => Uint8Array, bill: Bill, price: Nano): CallOutcome {
  bill.chargedNano += price * BigInt(n)
  const withheld = [failure('content_policy_output', 'withheld')]
  if (n === 1) return { kind: 'failed', failure: failure('content_policy_output', 'withheld') }
  return produced(Array.from({ length: n - 1 }, draw), { withheld })
}

/** Pictures that break off, or come twice; paid. */
function rubbish(n: number, draw: () => Uint8Array, bill: Bill, price: Nano): CallOutcome {
  bill.chargedNano += price * BigInt(n)
  const whole = draw()
  return produced(
    Array.from({ length: n }, (_, index) => (index === 0 ? whole : whole.slice(0, 60))),
  )
}

/** Charges otherwise than the book says, and says so. */
function dearer(
  n: number,
  draw: () => Uint8Array,
  bill: Bill,
  price: Nano,
  rolls: Dice,
): CallOutcome {
  const charged = (price * BigInt(n) * BigInt(50 + rolls.whole(300))) / 100n
  bill.chargedNano += charged
  const reportedDollars = `0.${charged.toString().padStart(9, '0')}`
  return produced(Array.from({ length: n }, draw), { reportedDollars })
}

/** A database that loses some commits, writes some without telling, and has bad times. */
const wildJournal =
  (rolls: Dice) =>
  (journal: Journal): Journal => {
    let badCommits = 0
    return {
      commit: async (facts) => {
        if (badCommits === 0 && rolls.happens(0.002)) badCommits = rolls.whole(40)
        const isBad = badCommits > 0
        if (isBad) badCommits -= 1
        const luck = rolls.roll()
        const lost = (isOutcomeUnknown: boolean) =>
          Object.assign(new Error('the database is gone'), { isOutcomeUnknown })
        if (isBad || luck < 0.03) throw lost(false)
        await journal.commit(facts)
        if (luck > 0.99) throw lost(true)
      },
    }
  }

/** A client that may want its request written first, and may go away at any time. */
function wildClient(clock: VirtualClock, rolls: Dice): Watch {
  const client = new AbortController()
  if (rolls.happens(0.1)) void clock.sleep(rolls.whole(1_000)).then(() => client.abort())
  const early = rolls.happens(0.2) ? { onAccepted: () => undefined } : {}
  return { gone: client.signal, ...early }
}

async function askAll(stand: GatewayStand, rolls: Dice, first: number): Promise<void> {
  const asked = Array.from({ length: BATCH }, async (_, index) => {
    // Clients sleep on the same clock; who looks at it has to see them come.
    await new Promise((next) => setImmediate(next))
    const keyId = KEYS[rolls.whole(KEYS.length)] ?? KEYS[0]
    const prompt = `picture ${rolls.happens(0.1) ? 'again' : first + index}`
    const watch = wildClient(stand.clock, rolls)
    try {
      const draft = { operation: 'generate', prompt, n: 1 + rolls.whole(4) } as const
      const caller = { keyId, tenant: 'here' }
      const result = await stand.gateway.generate(normaliseRequest(draft), caller, watch)
      result.release()
    } catch {
      // Refused and failed requests are what this is about; their books are checked like all.
    }
  })
  await whileTimePasses(stand.clock, Promise.all(asked), 250)
  // What the database did not take is written by the background work, in several turns if it must.
  while (stand.gateway.deps.late.size > 0) await stand.clock.advance(1_000)
}

/** Entries, attempts and requests tell one story. */
async function expectOneStory(stand: GatewayStand, seen: Set<string>): Promise<void> {
  const { stores } = stand
  expect(await stores.ledger.audit()).toEqual([])
  const fresh = await newRequests(stand, seen)
  expect(fresh.filter(({ endedAt }) => endedAt === undefined)).toEqual([])
  for (const { id, costNano, book, keyId } of fresh) {
    const [attempts, entries] = await Promise.all([
      stores.requests.attempts(id),
      stores.ledger.entries(id),
    ])
    expect(attempts.filter(({ state }) => state !== 'settled')).toEqual([])
    expect(costNano).toBe(sumNano(attempts.map((attempt) => attempt.costNano)))
    const of = (...kinds: readonly string[]) =>
      sumNano(
        entries.filter(({ kind }) => kinds.includes(kind)).map(({ amountNano }) => amountNano),
      )
    expect(of('settle')).toBe(costNano)
    const [held, released] = [of('hold'), of('release', 'expire')]
    expect(released).toBe(held > costNano ? held - costNano : 0n)
    expect(entries.filter(({ kind }) => kind === 'settle')).toHaveLength(attempts.length)
    const isOther = entries.some((entry) => entry.book !== book || entry.keyId !== keyId)
    expect(isOther).toBe(false)
  }
  for (const keyId of KEYS) {
    expect(await stores.ledger.balance(keyId, 'real')).toMatchObject({ heldNano: 0n })
  }
}

/** All usage there is. */
async function usageOf({ stores, clock }: GatewayStand): Promise<UsageSums> {
  const to = quarterOf(clock.now()) + QUARTER_MS
  const rows = await stores.usage.sums({ from: 0, to, book: 'real' })
  return rows.map(({ sums }) => sums).reduce(addUsage, noUsage)
}

async function newRequests({ stores }: GatewayStand, seen: Set<string>) {
  const fresh: RequestRecord[] = []
  for (let after: string | undefined; ; ) {
    const query = { tenant: 'here', limit: 100, ...(after === undefined ? {} : { after }) }
    const page = await stores.requests.list(query)
    const unseen = page.filter(({ id }) => !seen.has(id))
    fresh.push(...unseen)
    for (const { id } of unseen) seen.add(id)
    after = page.at(-1)?.id
    if (page.length < 100 || unseen.length < page.length) return fresh
  }
}

describe(`${REQUESTS} requests to providers and a database that go wrong`, () => {
  test.each([1])(
    'seed %i: what was booked is what was charged, to the nano-dollar',
    async (seed) => {
      const rolls = dice(seed)
      const providers = [
        wildProvider('a', '0.003', rolls),
        wildProvider('b', '0.0105', rolls),
        wildProvider('c', '0.04', rolls),
      ]
      const clock = new VirtualClock()
      const journal = wildJournal(dice(seed + 1))
      const options = { providers, clock, seed, journal, breaker: neverOpen }
      await withGatewayStand(options, async (stand) => {
        const seen = new Set<string>()
        let suspectedNano = 0n
        stand.hub.listen((event) => {
          if (event.kind !== 'attempt-settled') return
          if (event.attempt.costBasis === 'suspected') suspectedNano += event.attempt.costNano
        })
        for (let first = 0; first < REQUESTS; first += BATCH) {
          await askAll(stand, rolls, first)
          await expectOneStory(stand, seen)
          const { ledger } = stand.stores
          const balances = await Promise.all(KEYS.map((key) => ledger.balance(key, 'real')))
          const spentNano = sumNano(balances.map((balance) => balance.spentNano))
          const of = (part: keyof Bill) => sumNano(providers.map(({ bill }) => bill[part]))
          expect(spentNano - suspectedNano).toBe(of('chargedNano'))
          expect(suspectedNano).toBe(of('doubtfulNano'))
          const usage = await usageOf(stand)
          expect(costOf(usage)).toBe(spentNano)
          expect(usage.suspectedNano).toBe(suspectedNano)
          expect(usage.requests).toBe(BigInt(seen.size))
        }
        // That it went well proves something only where much went wrong.
        const told = (text: string) => stand.logged.filter(({ message }) => message === text).length
        expect(seen.size).toBeGreaterThan(REQUESTS * 0.8)
        expect(seen.size).toBeLessThan(REQUESTS)
        expect(told('write failed, is tried again')).toBeGreaterThan(REQUESTS * 0.1)
        expect(told('written late')).toBeGreaterThan(REQUESTS * 0.005)
        expect(told('late write not needed')).toBeGreaterThan(0)
        expect(suspectedNano).toBeGreaterThan(0n)
        const cut = { tenant: 'here', state: 'cancelled', limit: 1 } as const
        expect(await stand.stores.requests.list(cut)).toHaveLength(1)
        expect(stand.gateway.deps.bytes.inFlight).toBe(0)
      })
    },
    LONG_MS,
  )
})
