import { afterEach, describe, expect, test } from 'vitest'
import { purposeSchema } from '../core/purpose/purpose.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { Judge } from '../ports/judge.ts'
import type { PartialImage } from '../ports/provider.ts'
import { clearDead, die, expectEnded, openAgain } from '../testing/gateway-death.ts'
import { type GatewayStandOptions, withGatewayStand } from '../testing/gateway-stand.ts'
import { inputImage } from '../testing/sample-models.ts'
import {
  draws,
  failed,
  type Play,
  scriptedModel,
  scriptedProvider,
} from '../testing/scripted-provider.ts'
import { explainRoute, printRoute } from './explain-route.ts'
import { recommend } from './recommend.ts'

const CENT_NANO = 10_000_000n

/** A judge that likes the third picture it sees best. */
const thirdIsBest = (): Judge => {
  let seen = 0
  return {
    ...{ account: 'judge/seer', ceilingNano: 5_000_000n, isSimulated: false, version: 'seer#1' },
    judge: async ({ requirements }) => {
      seen += 1
      const met = seen === 3 ? 'yes' : 'no'
      const rows = requirements.map((row) => ({ ...row, met, evidence: '' }) as const)
      return { ok: true, answer: { requirements: rows, artefacts: [] }, costNano: 1_000_000n }
    },
  }
}

/** One provider that only draws, and a dear one that edits as well. */
function stand(refines: Play, judge?: Judge, usd = '0.01') {
  const drafter = scriptedProvider({
    ...{ id: 'quick', usd },
    models: [scriptedModel({ provider: 'quick', operations: ['generate'], tier: 'budget' })],
    play: draws(1),
  })
  const refiner = scriptedProvider({
    id: 'fine',
    usd: '0.08',
    models: [
      scriptedModel({ provider: 'fine', operations: ['generate', 'edit'], tier: 'premium' }),
    ],
    play: refines,
  })
  const options: GatewayStandOptions = {
    ...{ providers: [drafter, refiner], hasDecoder: judge !== undefined },
    ...(judge === undefined ? {} : { tools: { judge } }),
  }
  return { options, drafter, refiner }
}

const draft = { prompt: 'a fox in the snow', strategy: 'draft' } as const

describe('draft, pick, refine', () => {
  afterEach(clearDead)

  test('the draft that the judge likes best goes into the edit, on one bill', async () => {
    const { options, drafter, refiner } = stand(draws(900), thirdIsBest())
    await withGatewayStand(options, async ({ ask, stores }) => {
      const result = await ask(draft)
      expect(result).toMatchObject({ provider: 'fine', route: 'draft-refine' })
      const images = await stores.requests.images(result.requestId)
      const drafts = images.filter(({ provider }) => provider === 'quick')
      expect(drafts.map(({ state }) => state)).toEqual(Array(4).fill('published'))
      const [call] = refiner.calls
      const liked = drafts.find(({ quality }) => quality?.score === 1)
      expect([call?.operation, call?.images[0]?.digest]).toEqual(['edit', liked?.digest])
      expect(drafter.calls.map(({ prompt }) => prompt)).toEqual(['a fox in the snow'])
      expect(result.images).toHaveLength(1)
      expect(result.costNano).toBe(4n * CENT_NANO + 4_000_000n + 8n * CENT_NANO)
      const record = await stores.requests.request(result.requestId)
      expect(record?.plan).toMatchObject({
        strategy: 'draft_refine',
        drafts: { offer: 'quick/painter', count: 4, all_at_once: '0.32', basis: 'prior' },
      })
      expect(result.drafts).toEqual(record?.plan.drafts)
      expect(await stores.ledger.audit()).toEqual([])
      // A draft never answers an equal request, and the refined picture does.
      const again = await ask(draft)
      expect(again.images.map(({ record: { id } }) => id)).toEqual([result.images[0]?.record.id])
    })
  })

  test('a dry run tells both baselines: 4 × 0.003 + 0.08 need 92 % accepted', async () => {
    const { options } = stand(draws(900), undefined, '0.003')
    await withGatewayStand(options, async ({ gateway }) => {
      const request = normaliseRequest({ ...draft, operation: 'generate' })
      const run = await explainRoute(
        request,
        { keyId: 'key_someone', tenant: 'here' },
        gateway.deps,
      )
      expect(printRoute(run)).toMatchObject({
        strategy: 'draft_refine',
        drafts: {
          ...{ count: 4, expected_cost: '0.012', with_refining: '0.092' },
          ...{ all_at_once: '0.32', one_by_one: '0.1', one_by_one_accepted: 0.8 },
          ...{ least_refined_accepted: 0.92, is_worth_it: false, estimated: true },
        },
      })
    })
  })

  test('a purpose of drafts is recommended offers, by what is believed of each', async () => {
    const { options } = stand(draws(900))
    const purposes = { drafty: purposeSchema.parse({ strategy: 'draft_refine' }) }
    await withGatewayStand({ ...options, purposes }, async ({ gateway }) => {
      const caller = { keyId: 'key_someone', tenant: 'here' }
      const [row] = await recommend({ purpose: 'drafty', category: 'any' }, caller, gateway.deps)
      const [best] = (row?.offers ?? []) as readonly object[]
      expect(best).toMatchObject({ offer: 'fine/painter', reason: 'chosen' })
    })
  })

  test('who streams sees drafts as partial images', async () => {
    const { options } = stand(draws(900))
    await withGatewayStand(options, async ({ gateway }) => {
      const partials: PartialImage[] = []
      const request = normaliseRequest({
        ...{ ...draft, operation: 'generate', stream: true, partialImages: 3 },
      })
      const caller = { keyId: 'key_someone', tenant: 'here' }
      const watch = { onPartial: (partial: PartialImage) => partials.push(partial) }
      const result = await gateway.generate(request, caller, watch)
      expect(partials.map(({ index }) => index)).toEqual([0, 1, 2])
      expect(result.route).toBe('draft-refine')
    })
  })

  test('a draft is delivered, and said to be one, when nobody could refine it', async () => {
    const { options } = stand(() => failed('overloaded'))
    await withGatewayStand(options, async ({ ask, stores }) => {
      const result = await ask(draft)
      expect(result).toMatchObject({ provider: 'quick', costNano: 4n * CENT_NANO })
      expect(result.warnings).toMatchObject([{ code: 'draft_delivered' }])
      expect(await stores.ledger.audit()).toEqual([])
    })
  })

  test('a process that dies before it refines leaves a draft, which is delivered', async () => {
    const { options, drafter, refiner } = stand(draws(900))
    const dead = await die(options, 'image-judged', draft)
    const again = await openAgain({ ...options, ...dead, seed: 2 })
    const record = await expectEnded(again, 'completed')
    expect(record).toMatchObject({
      costNano: 4n * CENT_NANO,
      summary: { warnings: [{ code: 'draft_delivered' }] },
    })
    expect([drafter.calls.length, refiner.calls.length]).toEqual([1, 0])
    await again.close()
  })

  test.each([
    ['an edit', { operation: 'edit' as const, images: [inputImage()] }, 'strategy'],
    ['more than the caller pays', { maxCost: '0.1' }, 'max_cost'],
  ])('is refused for %s', async (_, changes, param) => {
    const { options, drafter } = stand(draws(900))
    await withGatewayStand(options, async ({ ask }) => {
      const asked = (async () => ask({ ...draft, ...changes }))()
      await expect(asked).rejects.toMatchObject({ param })
      expect(drafter.calls).toEqual([])
    })
  })
})
