import { describe, expect, test } from 'vitest'
import { failure } from '../core/errors/provider-failure.ts'
import type { LedgerEntry } from '../core/ledger/entry.ts'
import type { CallOutcome } from '../ports/provider.ts'
import type { Stores } from '../ports/stores.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { noisePng } from '../testing/noise-png.ts'
import {
  draws,
  failed,
  inTurn,
  produced,
  type Script,
  scriptedModel,
  scriptedProvider,
} from '../testing/scripted-provider.ts'

/** One picture at a cent is ten million nano-dollars. */
const CENT = 10_000_000n
const size = { width: 32, height: 32 }
const picture = (seed: number) => noisePng(size, seed)

const sums = (entries: readonly LedgerEntry[]) => {
  const of = (kind: LedgerEntry['kind']) =>
    entries
      .filter((entry) => entry.kind === kind)
      .reduce((sum, { amountNano }) => sum + amountNano, 0n)
  return { held: of('hold'), settled: of('settle'), released: of('release') + of('expire') }
}

/** What one request did to the books, which must balance. */
async function books(requestId: string, { ledger }: Stores) {
  expect(await ledger.audit()).toEqual([])
  const balance = await ledger.balance('key_someone', 'real')
  expect(balance.heldNano).toBe(0n)
  const sum = sums(await ledger.entries(requestId))
  expect(balance.spentNano).toBe(sum.settled)
  return sum
}

describe('the hold', () => {
  test('is the worst case of every step; what was not spent is released', async () => {
    const worst = { worstImages: (n: number) => n + 1 }
    const cheap = scriptedProvider({ id: 'cheap', ...worst })
    const dear = scriptedProvider({ id: 'dear', usd: '0.05', ...worst })
    await withGatewayStand({ providers: [cheap, dear] }, async ({ ask, stores }) => {
      const { requestId, costNano } = await ask({ n: 2 })
      expect(costNano).toBe(2n * CENT)
      expect(await books(requestId, stores)).toEqual({
        held: 3n * CENT + 15n * CENT,
        settled: 2n * CENT,
        released: 16n * CENT,
      })
    })
  })

  test('of a request that fails for nothing is released as a whole', async () => {
    const acme = scriptedProvider({ play: () => failed('overloaded') })
    await withGatewayStand({ providers: [acme] }, async ({ ask, stores }) => {
      const { requestId } = (await ask().catch((error: unknown) => error)) as { requestId: string }
      const { held, settled, released } = await books(requestId, stores)
      expect([held, settled, released]).toEqual([CENT, 0n, CENT])
    })
  })

  test('that is too small is exceeded, and the books still balance', async () => {
    const play = () => produced([picture(1)], { reportedDollars: '0.5' })
    const acme = scriptedProvider({ play })
    await withGatewayStand({ providers: [acme] }, async ({ ask, stores }) => {
      const { requestId } = await ask()
      expect(await books(requestId, stores)).toEqual({
        held: CENT,
        settled: 50n * CENT,
        released: 0n,
      })
    })
  })

  test('covers the calls of a step that were charged before another step began', async () => {
    const models = [scriptedModel({ provider: 'cheap', maxImagesPerCall: 1 })]
    const play = inTurn(draws(), () => failed('bad_image'))
    const cheap = scriptedProvider({ id: 'cheap', models, play })
    const dear = scriptedProvider({ id: 'dear', usd: '0.05', play: draws(9) })
    await withGatewayStand({ providers: [cheap, dear] }, async ({ ask, stores }) => {
      const { requestId, costNano } = await ask({ n: 2 })
      expect(costNano).toBe(2n * CENT + 5n * CENT)
      const { held, settled, released } = await books(requestId, stores)
      expect([held, settled]).toEqual([12n * CENT, 7n * CENT])
      expect(released).toBe(held - settled)
    })
  })
})

describe('the cost of a call', () => {
  const drawn =
    (more: Partial<Extract<CallOutcome, { kind: 'produced' }>> = {}) =>
    () =>
      produced([picture(1)], more)

  test.each<[string, Script, bigint, string]>([
    ['no word of the provider: the book', { play: drawn() }, CENT, 'book'],
    [
      'the provider says what it charged: that',
      { play: drawn({ reportedDollars: '0.0101' }) },
      10_100_000n,
      'reported',
    ],
    [
      'the provider says zero for a picture: the book, suspected',
      { play: drawn({ reportedDollars: '0' }) },
      CENT,
      'suspected',
    ],
    [
      'nobody knows whether a failure was charged: the book, suspected',
      { play: () => failed('timeout_unknown') },
      CENT,
      'suspected',
    ],
    [
      'a failure that is not charged: nothing',
      { play: () => failed('overloaded') },
      0n,
      'not_billed',
    ],
    [
      'a withheld picture: as the price row says',
      { play: () => failed('content_policy_output') },
      CENT,
      'book',
    ],
    [
      'a withheld picture where such are free: nothing',
      {
        play: () => failed('content_policy_output'),
        row: { billed_on: { moderated_output: false } },
      },
      0n,
      'not_billed',
    ],
    [
      'a refused prompt where such are charged: the book',
      {
        play: () => failed('content_policy_input'),
        row: { billed_on: { moderated_input: true } },
      },
      CENT,
      'book',
    ],
  ])('%s', async (_, script, costNano, costBasis) => {
    const acme = scriptedProvider(script)
    await withGatewayStand({ providers: [acme] }, async ({ ask, stores }) => {
      const end = await ask().catch((error: unknown) => error as { requestId: string })
      const [attempt] = await stores.requests.attempts(end.requestId)
      expect(attempt).toMatchObject({ costNano, costBasis, state: 'settled' })
      expect((await books(end.requestId, stores)).settled).toBe(costNano)
      const record = await stores.requests.request(end.requestId)
      expect(record?.costNano).toBe(costNano)
    })
  })

  test('withheld pictures are paid, and shared among those that came', async () => {
    const withheld = [failure('content_policy_output', 'withheld')]
    const play = () => produced([picture(1), picture(2)], { withheld })
    const acme = scriptedProvider({ play })
    await withGatewayStand({ providers: [acme] }, async ({ ask, stores }) => {
      const { requestId, costNano, images } = await ask({ n: 3 })
      expect(costNano).toBe(3n * CENT)
      expect(images.map(({ record }) => record.costNano)).toEqual([15_000_000n, 15_000_000n])
      expect((await books(requestId, stores)).settled).toBe(3n * CENT)
    })
  })

  test.each([
    ['0.0102', false],
    ['0.01021', true],
    ['0.0098', false],
    ['0.00979', true],
    ['0', true],
  ])('reported %s instead of 0.01: drift is told: %s', async (reportedDollars, isTold) => {
    const acme = scriptedProvider({ play: drawn({ reportedDollars }) })
    await withGatewayStand({ providers: [acme] }, async ({ ask, events }) => {
      await ask()
      const told = events.filter(({ kind }) => kind === 'price-drifted')
      expect(told).toHaveLength(isTold ? 1 : 0)
      if (isTold) expect(told[0]).toMatchObject({ bookNano: CENT })
    })
  })
})

describe('list cost and what was saved', () => {
  const cheap = () => scriptedProvider({ id: 'cheap' })
  const dear = () =>
    scriptedProvider({
      id: 'dear',
      usd: '0.05',
      models: [scriptedModel({ id: 'd', provider: 'dear' })],
    })

  test.each<[string, string, bigint, bigint]>([
    ['a model that was named', 'd', 10n * CENT, 0n],
    ['auto, against the baseline', 'auto', 10n * CENT, 8n * CENT],
  ])('%s', async (_, model, listCostNano, savedNano) => {
    const options = { providers: [cheap(), dear()], baselineModel: 'd' }
    await withGatewayStand(options, async ({ ask, stores }) => {
      const result = await ask({ model, n: 2 })
      expect(result).toMatchObject({ listCostNano, savedNano })
      const record = await stores.requests.request(result.requestId)
      expect(record).toMatchObject({ listCostNano, savedNano, costNano: result.costNano })
    })
  })

  test('auto without a baseline has neither', async () => {
    await withGatewayStand({ providers: [cheap()] }, async ({ ask }) => {
      const { listCostNano, savedNano } = await ask()
      expect([listCostNano, savedNano]).toEqual([undefined, undefined])
    })
  })

  test('a cached picture costs nothing and saves the whole list price', async () => {
    const options = { providers: [cheap(), dear()], baselineModel: 'd' }
    await withGatewayStand(options, async ({ ask, stores }) => {
      await ask()
      const hit = await ask()
      expect(hit).toMatchObject({ costNano: 0n, listCostNano: 5n * CENT, savedNano: 5n * CENT })
      expect(await stores.ledger.entries(hit.requestId)).toEqual([])
    })
  })

  test('after a fallback saved may be negative', async () => {
    const broken = scriptedProvider({ id: 'cheap', play: () => failed('bad_image') })
    const options = { providers: [broken, dear()], baselineModel: 'd' }
    await withGatewayStand(options, async ({ ask }) => {
      expect(await ask()).toMatchObject({ costNano: 6n * CENT, savedNano: -1n * CENT })
    })
  })

  test.each([
    ['a failure that costs nothing', 'overloaded', 0n],
    ['a failure that costs money', 'bad_image', -2n * CENT],
  ] as const)('%s saves nothing', async (_, failure, savedNano) => {
    const broken = scriptedProvider({ id: 'cheap', play: () => failed(failure) })
    await withGatewayStand({ providers: [broken] }, async ({ ask, events }) => {
      await expect(ask({ model: 'painter', n: 2 })).rejects.toMatchObject({
        code: 'no_provider_available',
      })
      const ended = events.find(({ kind }) => kind === 'request-ended')
      expect(ended).toMatchObject({ request: { state: 'failed', listCostNano: 0n, savedNano } })
    })
  })

  test('simulated spend is booked apart', async () => {
    const acme = scriptedProvider({ isSimulated: true })
    await withGatewayStand({ providers: [acme] }, async ({ ask, stores }) => {
      expect(await ask()).toMatchObject({ book: 'simulated', costNano: CENT })
      const { ledger } = stores
      expect(await ledger.balance('key_someone', 'real')).toMatchObject({ spentNano: 0n })
      expect(await ledger.balance('key_someone', 'simulated')).toMatchObject({ spentNano: CENT })
    })
  })
})
