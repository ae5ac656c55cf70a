import { expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { failure, failureClasses } from '../errors/provider-failure.ts'
import { dollarsFromNano } from '../money.ts'
import { priceRowSchema } from '../pricebook/price-row.ts'
import { rate } from '../pricing/rate.ts'
import { type BillableOutcome, settleCall } from './settlement.ts'

const row = priceRowSchema.parse({
  offer: 'acme/painter',
  operation: 'generate',
  components: [{ kind: 'per_image', usd: '0.04' }],
  valid_from: '2026-01-01',
  source: { url: 'https://example.com/prices', read_at: '2026-11-20', confidence: 'high' },
})
const asked = fc.integer({ min: 1, max: 10 })
const estimateOf = (images: number) => ({
  low: { images: 0 },
  expected: { images },
  high: { images },
})

const aFailure = fc
  .tuple(fc.constantFrom(...failureClasses), fc.constantFrom(true, false, 'unknown' as const))
  .map(([failureClass, billed]) => failure(failureClass, 'words', { billed }))
const nano = fc.bigInt({ min: 1n, max: 10n ** 12n })

/** The end of a call that made at most what was asked. */
const outcomeOf = (images: number): fc.Arbitrary<BillableOutcome> =>
  fc
    .record({ made: fc.nat(images), failures: fc.array(aFailure, { maxLength: images }) })
    .map(({ made, failures }) => ({
      images: made,
      failures: failures.slice(0, images - made),
      usage: {},
    }))
const call = asked.chain((images) => fc.tuple(fc.constant(images), outcomeOf(images)))

test('whatever a provider says of a call, it is settled, and never below nothing', () => {
  const hostile = fc.record(
    {
      images: fc.nat(10),
      failures: fc.array(aFailure, { maxLength: 10 }),
      usage: fc.dictionary(
        fc.constantFrom('images', 'tokens', 'credits', 'width', 'size', 'quality', 'steps'),
        fc.oneof(fc.double(), fc.string(), fc.constant(undefined), fc.constant({ textIn: -1 })),
      ),
      reportedDollars: fc.oneof(fc.string(), fc.double().map(String)),
    },
    { requiredKeys: ['images', 'failures', 'usage'] },
  )
  fc.assert(
    fc.property(asked, hostile, (images, outcome) => {
      const terms = { row, estimate: estimateOf(images) }
      const { costNano, bookNano } = settleCall(outcome as unknown as BillableOutcome, terms)
      expect(costNano).toBeGreaterThanOrEqual(0n)
      expect(bookNano).toBeGreaterThanOrEqual(0n)
    }),
    { numRuns: 500 },
  )
})

test('without a report a call never costs more than was held for it', () => {
  fc.assert(
    fc.property(call, ([images, outcome]) => {
      const held = rate(row, { images })
      const { costNano, bookNano } = settleCall(outcome, { row, estimate: estimateOf(images) })
      expect(costNano).toBe(bookNano)
      expect(costNano).toBeLessThanOrEqual(held.ok ? held.charge.totalNano : 0n)
    }),
  )
})

test('a believable report is what is booked, to the last unit', () => {
  fc.assert(
    fc.property(call, nano, ([images, outcome], reported) => {
      const said = { ...outcome, reportedDollars: dollarsFromNano(reported) }
      const settlement = settleCall(said, { row, estimate: estimateOf(images) })
      expect(settlement).toMatchObject({ costNano: reported, basis: 'reported' })
    }),
  )
})

test('a picture that came is never free, unless nothing was asked for it by anybody', () => {
  fc.assert(
    fc.property(call, fc.option(nano, { nil: undefined }), ([images, outcome], reported) => {
      fc.pre(outcome.images > 0)
      const said =
        reported === undefined
          ? outcome
          : { ...outcome, reportedDollars: dollarsFromNano(reported) }
      const { costNano } = settleCall(said, { row, estimate: estimateOf(images) })
      expect(costNano).toBeGreaterThan(0n)
    }),
  )
})

test('a doubt whether a call was billed is never booked as certain', () => {
  fc.assert(
    fc.property(call, ([images, outcome]) => {
      const isUnsure = outcome.failures.some(({ billed }) => billed === 'unknown')
      const { basis } = settleCall(outcome, { row, estimate: estimateOf(images) })
      expect(basis === 'suspected').toBe(isUnsure)
    }),
  )
})
