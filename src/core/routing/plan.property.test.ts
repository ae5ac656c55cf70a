import { expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { sampleModel } from '../../testing/sample-models.ts'
import { autoRankings } from '../catalog/catalog.ts'
import { type Model, offerName } from '../catalog/model.ts'
import { priceRowSchema } from '../pricebook/price-row.ts'
import { makePlan } from './make-plan.ts'
import { type Candidate, splitCalls } from './plan.ts'

const row = priceRowSchema.parse({
  offer: 'acme/painter',
  operation: 'generate',
  components: [{ kind: 'per_image', usd: '0.01' }],
  valid_from: '2026-01-01',
  source: { url: 'https://example.com/prices', read_at: '2026-11-20', confidence: 'high' },
})
const nano = fc.bigInt({ min: 0n, max: 10n ** 12n })

const candidate: fc.Arbitrary<Candidate> = fc
  .record({
    id: fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 }),
    tier: fc.constantFrom<Model['tier']>('budget', 'standard', 'premium'),
    typicalSeconds: fc.integer({ min: 1, max: 60 }),
    costs: fc.tuple(nano, nano, nano),
    isSimulated: fc.boolean(),
  })
  .map(({ costs: [low, more, most], isSimulated, ...facts }) => {
    const model = sampleModel(facts)
    const { defaultSize: expectedSize } = model
    return {
      offer: offerName(model),
      model,
      fit: {
        operation: 'generate' as const,
        settings: {},
        finishing: {},
        reports: [],
        expectedSize,
      },
      row,
      origin: { layer: 'live' as const, name: 'live' },
      lines: [],
      quote: { lowNano: low, expectedNano: low + more, highNano: low + more + most },
      mostPerCall: 1,
      isSimulated,
    }
  })

const input = fc.record(
  {
    candidates: fc.uniqueArray(candidate, { selector: ({ offer }) => offer, maxLength: 12 }),
    exclusions: fc.constant([]),
    ranking: fc.constantFrom(...autoRankings),
    maxSteps: fc.integer({ min: 1, max: 5 }),
    maxCostNano: nano,
  },
  { requiredKeys: ['candidates', 'exclusions', 'ranking', 'maxSteps'] },
)

test('a plan holds the sum of its worst cases, within the limits, in one book', () => {
  fc.assert(
    fc.property(input, (asked) => {
      const { steps, holdNano, explanation } = makePlan(asked)
      expect(holdNano).toBe(steps.reduce((sum, step) => sum + step.quote.highNano, 0n))
      if (asked.maxCostNano !== undefined) expect(holdNano).toBeLessThanOrEqual(asked.maxCostNano)
      expect(steps.length).toBeLessThanOrEqual(asked.maxSteps)
      expect(new Set(steps).size).toBe(steps.length)
      expect(new Set(steps.map(({ isSimulated }) => isSimulated)).size).toBeLessThanOrEqual(1)
      expect(explanation.length).toBe(asked.candidates.length)
      const places = explanation.flatMap(({ step }) => step ?? [])
      expect(places).toEqual(steps.map((_, index) => index + 1))
    }),
  )
})

test('a plan does not depend on the order in which the offers are found', () => {
  fc.assert(
    fc.property(input, fc.infiniteStream(fc.nat()), (asked, order) => {
      const keys = new Map(asked.candidates.map((one) => [one, order.next().value]))
      const shuffled = asked.candidates.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0))
      expect(makePlan({ ...asked, candidates: shuffled })).toEqual(makePlan(asked))
    }),
  )
})

test('the cheapest plan begins with the cheapest offer that the limit allows', () => {
  fc.assert(
    fc.property(input, (asked) => {
      const [first] = makePlan({ ...asked, ranking: 'cheapest' }).steps
      const allowed = asked.candidates.filter(
        ({ quote }) => asked.maxCostNano === undefined || quote.highNano <= asked.maxCostNano,
      )
      expect(first === undefined).toBe(allowed.length === 0)
      for (const { quote } of allowed) {
        expect(first?.quote.expectedNano).toBeLessThanOrEqual(quote.expectedNano)
      }
    }),
  )
})

test('calls add up to the images, none asks for too many, and none could be spared', () => {
  const count = fc.integer({ min: 1, max: 100 })
  fc.assert(
    fc.property(count, fc.integer({ min: 1, max: 12 }), (images, most) => {
      const calls = splitCalls(images, most)
      expect(calls.reduce((sum, call) => sum + call, 0)).toBe(images)
      expect(Math.max(...calls)).toBeLessThanOrEqual(most)
      expect(Math.min(...calls)).toBeGreaterThanOrEqual(1)
      expect(calls.length).toBe(Math.ceil(images / most))
    }),
  )
})
