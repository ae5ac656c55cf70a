import { describe, expect, test } from 'vitest'
import { sampleModel } from '../../testing/sample-models.ts'
import { type Model, offerName } from '../catalog/model.ts'
import { nanoFromDollars } from '../money.ts'
import { priceRowSchema } from '../pricebook/price-row.ts'
import { makePlan } from './make-plan.ts'
import { type Candidate, splitCalls } from './plan.ts'

/** An offer named after itself that costs so much, and at worst half as much again. */
function candidate(id: string, dollars: string, changes: Partial<Model> = {}): Candidate {
  const model = sampleModel({ id, ...changes })
  const expectedNano = nanoFromDollars(dollars)
  return {
    offer: offerName(model),
    model,
    fit: {
      operation: 'generate' as const,
      settings: {},
      finishing: {},
      reports: [],
      expectedSize: model.defaultSize,
    },
    row: priceRowSchema.parse({
      offer: offerName(model),
      operation: 'generate',
      components: [{ kind: 'per_image', usd: dollars }],
      valid_from: '2026-01-01',
      source: { url: 'https://example.com/prices', read_at: '2026-11-20', confidence: 'high' },
    }),
    origin: { layer: 'live', name: 'live' },
    lines: [],
    quote: { lowNano: expectedNano, expectedNano, highNano: (expectedNano * 3n) / 2n },
    mostPerCall: 1,
    isSimulated: false,
  }
}

const emulated = (one: Candidate): Candidate => ({ ...one, isSimulated: true })

const cheap = candidate('cheap', '0.01', { tier: 'budget', typicalSeconds: 9 })
const quick = candidate('quick', '0.02', { tier: 'standard', typicalSeconds: 1 })
const good = candidate('good', '0.04', { tier: 'premium', typicalSeconds: 9 })
const best = candidate('best', '0.08', { tier: 'premium', typicalSeconds: 40 })
const candidates = [good, cheap, best, quick]

const planOf = (input: Partial<Parameters<typeof makePlan>[0]> = {}) =>
  makePlan({ candidates, exclusions: [], ranking: 'cheapest', maxSteps: 4, ...input })
const idsOf = (input: Partial<Parameters<typeof makePlan>[0]>) =>
  planOf(input).steps.map(({ model }) => model.id)

describe('auto ranks', () => {
  test.each([
    ['cheapest', ['cheap', 'quick', 'good', 'best']],
    ['fast', ['quick', 'cheap', 'good', 'best']],
    ['best', ['best', 'good', 'quick', 'cheap']],
  ] as const)('%s: %j', (ranking, ids) => {
    expect(idsOf({ ranking })).toEqual(ids)
  })

  test('equally dear offers by name, not by the order of providers', () => {
    const [b, a] = [candidate('b', '0.01'), candidate('a', '0.01')]
    expect(idsOf({ candidates: [b, a] })).toEqual(['a', 'b'])
    expect(idsOf({ candidates: [a, b] })).toEqual(['a', 'b'])
  })
})

describe('a queue', () => {
  const queued = (one: Candidate, queueSeconds: number): Candidate => ({ ...one, queueSeconds })
  const [first, second] = [candidate('a', '0.01'), candidate('b', '0.01')]

  test.each(['cheapest', 'fast', 'best'] as const)(
    'decides between equal offers: %s',
    (ranking) => {
      expect(idsOf({ ranking, candidates: [queued(first, 9), second] })).toEqual(['b', 'a'])
    },
  )

  test('makes nothing dearer, but slower', () => {
    const cheaper = queued(cheap, 500)
    expect(idsOf({ candidates: [cheaper, quick] })).toEqual(['cheap', 'quick'])
    const long = queued(quick, 20)
    expect(idsOf({ ranking: 'fast', candidates: [long, cheap] })).toEqual(['cheap', 'quick'])
  })
})

describe('a fallback', () => {
  const at = (provider: string, id: string, dollars: string) => candidate(id, dollars, { provider })
  const offers = [at('a', 'one', '0.01'), at('a', 'two', '0.02'), at('a', 'three', '0.03')]

  test('comes from another provider, even when it is dearer', () => {
    const others = [at('b', 'four', '0.04'), at('c', 'five', '0.05')]
    const wanted = { candidates: [...offers, ...others], maxSteps: 4 }
    expect(idsOf(wanted)).toEqual(['one', 'four', 'five', 'two'])
  })

  test('comes from the same provider when there is no other, or none that the limit allows', () => {
    expect(idsOf({ candidates: offers, maxSteps: 2 })).toEqual(['one', 'two'])
    const limited = { candidates: [...offers, at('b', 'four', '0.04')], maxSteps: 2 }
    const maxCostNano = nanoFromDollars('0.05')
    expect(idsOf({ ...limited, maxCostNano })).toEqual(['one', 'two'])
  })
})

describe('the hold is the worst case of all steps together', () => {
  test.each([
    [1, '0.015'],
    [2, '0.045'],
    [3, '0.105'],
    [4, '0.225'],
    [9, '0.225'],
  ])('of %i steps: $%s', (maxSteps, dollars) => {
    expect(planOf({ maxSteps }).holdNano).toBe(nanoFromDollars(dollars))
  })
})

describe('a limit of cost cuts the plan', () => {
  test.each([
    ['0.225', ['cheap', 'quick', 'good', 'best']],
    ['0.224', ['cheap', 'quick', 'good']],
    ['0.045', ['cheap', 'quick']],
    ['0.044', ['cheap']],
    ['0.015', ['cheap']],
    ['0.014999999', []],
  ])('$%s leaves %j', (dollars, ids) => {
    const plan = planOf({ maxCostNano: nanoFromDollars(dollars) })
    expect(plan.steps.map(({ model }) => model.id)).toEqual(ids)
    expect(plan.holdNano).toBeLessThanOrEqual(nanoFromDollars(dollars))
  })

  test('a cheaper offer further down still fits', () => {
    const maxCostNano = nanoFromDollars('0.075')
    expect(idsOf({ ranking: 'best', maxCostNano })).toEqual(['good', 'cheap'])
  })
})

describe('one plan belongs to one book', () => {
  test('emulated offers are no fallback for real ones', () => {
    expect(idsOf({ candidates: [cheap, emulated(quick), good] })).toEqual(['cheap', 'good'])
  })

  test('real offers are no fallback for emulated ones', () => {
    expect(idsOf({ candidates: [emulated(cheap), quick, emulated(good)] })).toEqual([
      'cheap',
      'good',
    ])
  })
})

test('why each offer is where it is', () => {
  const unfit = { code: 'size', param: 'size', reason: 'the model huge makes no picture' } as const
  const plan = planOf({
    exclusions: [{ offer: 'acme/huge', unfit }],
    maxSteps: 2,
    ranking: 'best',
    maxCostNano: nanoFromDollars('0.1'),
  })
  expect(plan.explanation.map(({ offer, step, reason }) => [offer, step, reason])).toEqual([
    [
      'acme/best',
      undefined,
      'with its worst case the plan would exceed the cost limit of the request',
    ],
    ['acme/good', 1, 'chosen'],
    ['acme/quick', 2, 'used when the offers before it fail'],
    ['acme/cheap', undefined, 'ranked behind the steps of the plan'],
    ['acme/huge', undefined, 'the model huge makes no picture'],
  ])
  expect(plan.explanation[1]).toMatchObject(good.quote)
})

test('without candidates there is an empty plan that holds nothing', () => {
  expect(planOf({ candidates: [] })).toEqual({
    steps: [],
    explanation: [],
    holdNano: 0n,
    strategy: 'direct',
  })
})

describe('images are asked in as few calls as the model allows', () => {
  test.each([
    [1, 1, [1]],
    [3, 1, [1, 1, 1]],
    [10, 10, [10]],
    [10, 4, [4, 4, 2]],
    [8, 4, [4, 4]],
    [2, 10, [2]],
    [0, 4, []],
    [-1, 4, []],
    [-5, 4, []],
  ])('%i by %i: %j', (images, mostPerCall, calls) => {
    expect(splitCalls(images, mostPerCall)).toEqual(calls)
  })
})
