import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { makeCallPlan, type UsageEstimate } from '../core/catalog/call-plan.ts'
import { liveModels } from '../core/catalog/catalog.ts'
import { type Model, offerName } from '../core/catalog/model.ts'
import { settleCall } from '../core/ledger/settlement.ts'
import { sumNano } from '../core/money.ts'
import { type ImageRequest, qualities } from '../core/request/image-request.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { Operation } from '../core/request/operation.ts'
import type { Candidate } from '../core/routing/plan.ts'
import { quoteOffer } from '../core/routing/quote-offer.ts'
import { startOfDay } from '../core/time.ts'
import { providers } from '../providers/registry.generated.ts'
import { fc } from '../testing/fast-check.ts'
import { sampleRequest } from '../testing/sample-calls.ts'
import { inputImage } from '../testing/sample-models.ts'
import { openPriceView } from './price-view.ts'

const view = openPriceView({
  definitions: providers,
  settings: { priceBooks: [], priceOverrides: { rows: [], markups: [] } },
  sha256: (data) => hash('sha256', data, 'hex'),
  folder: '.',
  named: 'live',
  usage: {},
})
const NOW = startOfDay('2026-11-20')
const models = liveModels(view.catalog, NOW)

const plain: readonly Operation[] = ['generate', 'edit', 'inpaint', 'variation']

const edges = fc.constantFrom(256, 512, 768, 1_024, 1_536, 2_048)
/** Requests of which a model can make some. */
const draftFor = (model: Model) =>
  fc.record({
    operation: fc.constantFrom(...model.operations),
    prompt: fc.string({ minLength: 1, maxLength: 400 }).filter((text) => text.trim() !== ''),
    size: fc.option(
      fc.tuple(edges, edges).map(([width, height]) => `${width}x${height}`),
      { nil: undefined, freq: 2 },
    ),
    quality: fc.option(fc.constantFrom(...qualities), { nil: undefined }),
    steps: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
    inputs: fc.array(fc.tuple(edges, edges), {
      minLength: 1,
      maxLength: Math.min(4, Math.max(1, model.maxInputImages)),
    }),
  })
type Draft = ReturnType<typeof draftFor> extends fc.Arbitrary<infer Value> ? Value : never

/** A mask has the size of the first picture; a picture that is made anew has neither. */
function requestOf({ inputs, ...asked }: Draft, model: Model): ImageRequest {
  // Other operations have details of their own, which only fit each other.
  if (!plain.includes(asked.operation)) {
    return sampleRequest(model, asked.operation, { prompt: asked.prompt })
  }
  // Some providers take no transparent pictures; a mask must be one.
  const hasAlpha = asked.operation === 'inpaint'
  const pictures = inputs.map(([width, height]) => inputImage({ width, height, hasAlpha }))
  const isEdit = asked.operation !== 'generate'
  return normaliseRequest({
    ...asked,
    images: isEdit ? pictures : [],
    ...(asked.operation === 'inpaint' ? { mask: pictures[0] } : {}),
  })
}

/** What some pictures of a request cost at a model; undefined where it cannot be made. */
function quoted(model: Model, asked: Draft, images: number): Candidate | undefined {
  const wanted = { request: requestOf(asked, model), model, images, isPinned: true }
  const result = quoteOffer(wanted, view.estimatorOf(model), view.book, NOW)
  return result.ok ? result.value : undefined
}

/** What a call of the same request is charged when it uses so much. */
function charged(asked: Draft, { model, fit, row }: Candidate, bound: keyof UsageEstimate): bigint {
  const plan = makeCallPlan(requestOf(asked, model), model, fit, 1)
  const estimate = view.estimatorOf(model).estimate(plan)
  const usage = estimate[bound]
  return settleCall({ images: 1, failures: [], usage }, { row, estimate }).costNano
}

/** Models without any price are in the catalogue, and cannot be called. */
const isPriced = (model: Model): boolean =>
  view.book.rows.some(({ offer }) => offer === offerName(model))

describe('whatever is asked, at every live offer', () => {
  test.each(models.map((model) => [offerName(model), model] as const))('%s', (_, model) => {
    let found = 0
    fc.assert(
      fc.property(draftFor(model), fc.integer({ min: 1, max: 9 }), (asked, images) => {
        const one = quoted(model, asked, images)
        if (one === undefined) return
        found += 1
        const { lowNano, expectedNano, highNano } = one.quote
        // The total is the sum of its lines, and lies in its range.
        expect(sumNano(one.lines.map(({ amountNano }) => amountNano))).toBe(expectedNano)
        expect(lowNano).toBeGreaterThan(0n)
        expect(lowNano).toBeLessThanOrEqual(expectedNano)
        expect(expectedNano).toBeLessThanOrEqual(highNano)
        // One more picture never costs less.
        const more = quoted(model, asked, images + 1)
        expect(more?.quote.expectedNano).toBeGreaterThanOrEqual(expectedNano)
        expect(more?.quote.highNano).toBeGreaterThanOrEqual(highNano)
        // What is charged is what was quoted, and never more than what was held.
        const single = quoted(model, asked, 1)
        if (single === undefined) throw new Error('one picture cannot be made, but several can')
        const isExact = single.quote.lowNano === single.quote.highNano
        for (const bound of ['low', 'expected', 'high'] as const) {
          const cost = charged(asked, single, bound)
          if (isExact) expect(cost).toBe(single.quote.expectedNano)
          expect(cost).toBeGreaterThanOrEqual(single.quote.lowNano)
          expect(cost).toBeLessThanOrEqual(single.quote.highNano)
        }
      }),
      { numRuns: 60 },
    )
    expect([offerName(model), found > 0 || !isPriced(model)]).toEqual([offerName(model), true])
  })
})
