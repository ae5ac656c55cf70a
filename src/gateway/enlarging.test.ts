import { afterEach, describe, expect, test } from 'vitest'
import { type Fact, isEnded } from '../core/jobs/request-record.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import type { PartialImage } from '../ports/provider.ts'
import { openAsk } from '../testing/asking-client.ts'
import { clearDead, die, expectEnded, openAgain } from '../testing/gateway-death.ts'
import { type GatewayStand, until, withGatewayStand } from '../testing/gateway-stand.ts'
import {
  DIRECT_NANO,
  ENLARGED_NANO,
  roomyMarket as market,
  roomyPurposes as purposes,
  SMALL_NANO,
  roomyWish as wanted,
} from '../testing/roomy-market.ts'
import { failed } from '../testing/scripted-provider.ts'
import { takeVerdict } from './feedback-desk.ts'

async function play(
  providers: ReturnType<typeof market>,
  draft: Partial<RequestDraft>,
  use: (stand: GatewayStand, asked: Promise<Awaited<ReturnType<GatewayStand['ask']>>>) => unknown,
): Promise<void> {
  const options = { providers: Object.values(providers), purposes }
  await withGatewayStand(options, async (stand) => {
    await use(stand, stand.ask({ ...wanted, ...draft }))
    expect(await stand.stores.ledger.audit()).toEqual([])
  })
}

describe('generate small, then enlarge', () => {
  test.each(['auto', 'auto:cheapest'])('%s does it where the sum is cheaper', async (model) => {
    await play(market(), { model }, async (stand, asked) => {
      const result = await asked
      expect(result).toMatchObject({ provider: 'crisp', route: 'upscale', attempts: 2 })
      expect(result.images[0]?.record).toMatchObject({ width: 1024, height: 1024 })
      // A sixteenth of a megapixel, and the upscaler.
      expect(result.costNano).toBe(SMALL_NANO + ENLARGED_NANO)
      expect(result.warnings).toMatchObject([{ code: 'parameter_approximated', param: 'size' }])
      expect(result.warnings[0]?.message).toContain('painter/painter made 256x256, which crisp/')
      const record = await stand.stores.requests.request(result.requestId)
      expect(record?.plan).toMatchObject({
        upscale: { upscaler: 'crisp/painter', scale: 4, size: '256x256', expected_cost: '0.0045' },
        hold: '0.0445',
      })
      const again = await stand.ask({ ...wanted, model })
      expect(again.cache).toBe('HIT exact')
    })
  })

  test('people’s verdicts are about enlarged pictures of the model that made them', async () => {
    await play(market(), { model: 'auto' }, async (stand, asked) => {
      const { images } = await asked
      const id = images[0]?.record.id ?? ''
      await takeVerdict({ subject: id, rater: 'me', isAccepted: false }, stand.gateway.deps)
      const kept = await stand.stores.beliefs.sighting(id)
      expect(kept?.picture.arm).toEqual({ model: 'painter/painter', tier: 'upscaled' })
    })
  })

  test.each<[string, Partial<RequestDraft>, { upscaler?: string }]>([
    ['where the purpose does not allow it', { purpose: 'exact' }, {}],
    ['where nothing may be adapted', { strict: true }, {}],
    ['for letters', { prompt: 'a sign that says "OPEN"' }, {}],
    ['for faces', { prompt: 'a portrait of a woman' }, {}],
    ['where the sum is dearer', {}, { upscaler: '0.05' }],
    ['beyond what the request may cost', { maxCost: '0.042' }, {}],
    ['for a named model', { model: 'painter/painter' }, {}],
  ])('is not done %s', async (_, draft, prices) => {
    const providers = market(prices)
    await play(providers, { model: 'auto', ...draft }, async (__, asked) => {
      expect(await asked).toMatchObject({ provider: 'painter', route: 'direct', attempts: 1 })
      expect(providers.crisp.calls).toEqual([])
    })
  })

  test('the picture is made at once when it could not be enlarged', async () => {
    const providers = market({ enlarges: () => failed('overloaded') })
    await play(providers, { model: 'auto' }, async (_, asked) => {
      const result = await asked
      expect(result).toMatchObject({ provider: 'painter', attempts: 3 })
      expect(result.costNano).toBe(SMALL_NANO + DIRECT_NANO)
    })
  })

  test('who streams is shown the small one', async () => {
    const options = { providers: Object.values(market()), purposes }
    await withGatewayStand(options, async ({ gateway }) => {
      const partials: PartialImage[] = []
      const request = normaliseRequest({
        ...{ ...wanted, operation: 'generate', model: 'auto' },
        ...{ stream: true, partialImages: 1 },
      })
      const onPartial = (partial: PartialImage) => partials.push(partial)
      const caller = { keyId: 'key_someone', tenant: 'here' }
      const result = await gateway.generate(request, caller, { onPartial })
      expect([partials.length, result.route]).toEqual([1, 'upscale'])
    })
  })
})

/** Ends when a call of this number was written down, before it is sent. */
function atCall(number: number): (facts: readonly Fact[]) => boolean {
  let started = 0
  return (facts) => {
    started += facts.filter(({ kind }) => kind === 'attempt-started').length
    return started >= number
  }
}

/** Until a request has ended; a job that is put back is tried again after a while. */
const letWaitingEnd = ({ stores, clock }: GatewayStand): Promise<boolean> =>
  until(async () => {
    const [record] = await stores.requests.list({ tenant: 'here', limit: 1 })
    if (record?.state === 'queued') await clock.advance(500)
    return record !== undefined && isEnded(record.state)
  })

describe('a process that dies between the two calls', () => {
  afterEach(clearDead)

  const asks = (stand: GatewayStand) => void openAsk(stand, { draft: { ...wanted, model: 'auto' } })
  const queues = ({ gateway }: GatewayStand) => {
    const request = normaliseRequest({ ...wanted, operation: 'generate', model: 'auto' })
    void gateway.jobs.enqueue([{ request, caller: { keyId: 'key_someone', tenant: 'here' } }])
  }
  const begin = { client: asks, job: queues }

  test.each([
    ['client', 'attempt-settled'],
    ['client', 'image-judged'],
    ['job', 'image-judged'],
  ] as const)('of a %s, after %s: only the enlarging is bought', async (who, last) => {
    const providers = market()
    const options = { providers: Object.values(providers), purposes }
    const dead = await die(options, last, begin[who])
    expect([providers.painter.calls.length, providers.crisp.calls.length]).toEqual([1, 0])
    const stand = await openAgain({ ...options, ...dead, seed: 2 })
    const record = await expectEnded(stand, 'completed')
    expect(record.costNano).toBe(SMALL_NANO + ENLARGED_NANO)
    expect([providers.painter.calls.length, providers.crisp.calls.length]).toEqual([1, 1])
    const made = await stand.stores.requests.images(record.id)
    expect(made.map(({ width, state }) => [width, state])).toEqual([
      [256, 'published'],
      [1024, 'published'],
    ])
    if (who === 'client') {
      const again = await openAsk(stand, { draft: { ...wanted, model: 'auto' } })
      const { cache, images } = await again.result
      expect([cache, images[0]?.record.width]).toEqual(['ADOPTED', 1024])
      expect(providers.crisp.calls).toHaveLength(1)
    }
    await stand.close()
  })

  test('and nobody can enlarge it later: its client is served anew, not refused', async () => {
    const providers = market({ enlarges: () => failed('overloaded') })
    const options = { providers: Object.values(providers), purposes }
    const dead = await die(options, 'image-judged', asks)
    const stand = await openAgain({ ...options, ...dead, seed: 2 })
    const record = await expectEnded(stand, 'cancelled')
    expect(record.costNano).toBe(SMALL_NANO)
    const again = await openAsk(stand, { draft: { ...wanted, model: 'auto' } })
    const { images } = await again.result
    expect(images[0]?.record).toMatchObject({ provider: 'painter', width: 1024 })
    await stand.close()
  })

  test.each([
    ['client', 'failed', SMALL_NANO + ENLARGED_NANO],
    ['job', 'completed', SMALL_NANO + ENLARGED_NANO + DIRECT_NANO],
  ] as const)('or in the second, of a %s: it is not made again', async (who, state, costNano) => {
    const providers = market()
    const options = { providers: Object.values(providers), purposes }
    const dead = await die(options, atCall(2), begin[who])
    const stand = await openAgain({ ...options, ...dead, seed: 2 })
    await letWaitingEnd(stand)
    const record = await expectEnded(stand, state)
    expect(record.costNano).toBe(costNano)
    const attempts = await stand.stores.requests.attempts(record.id)
    const doubtful = attempts.filter(({ outcome }) => outcome === 'timeout_unknown')
    expect(doubtful).toMatchObject([{ offer: 'crisp/painter', costBasis: 'suspected' }])
    expect(attempts.filter(({ offer }) => offer === 'crisp/painter')).toHaveLength(1)
    await stand.close()
  })
})
