import { describe, expect, test } from 'vitest'
import type { UsageEstimate } from '../catalog/call-plan.ts'
import { failure, type ProviderFailure } from '../errors/provider-failure.ts'
import { nanoFromDollars } from '../money.ts'
import { type PriceRow, type PriceRowInput, priceRowSchema } from '../pricebook/price-row.ts'
import type { Usage } from '../pricing/usage.ts'
import { type BillableOutcome, DRIFT_BASIS_POINTS, settleCall } from './settlement.ts'

const rowOf = (change: Partial<PriceRowInput> = {}): PriceRow =>
  priceRowSchema.parse({
    offer: 'acme/painter',
    operation: 'generate',
    components: [{ kind: 'per_image', usd: '0.04' }],
    valid_from: '2026-01-01',
    source: { url: 'https://example.com/prices', read_at: '2026-11-20', confidence: 'high' },
    ...change,
  })
const perImage = rowOf()
/** $0.00001 a prompt token, $0.00004 an image token. */
const perToken = rowOf({
  components: [{ kind: 'tokens', text_in: '0.00001', image_out: '0.00004' }],
})

const estimateOf = (expected: Usage, high: Usage = expected): UsageEstimate => ({
  low: expected,
  expected,
  high,
})
const tokens = (textIn: number, imageOut: number) => ({ tokens: { textIn, imageOut } })

/** Settles a call of `asked` images; what the outcome leaves out did not happen. */
function settled(
  asked: number,
  outcome: Partial<BillableOutcome>,
  row = perImage,
  estimate = estimateOf({ images: asked }),
) {
  const whole = { images: 0, failures: [], usage: {}, ...outcome }
  const { costNano, bookNano, basis, hasDrifted, usage } = settleCall(whole, { row, estimate })
  return { costNano, bookNano, basis, hasDrifted, images: usage.images }
}

const dollars = (text: string): bigint => nanoFromDollars(text)
const billed = (answer: ProviderFailure['billed']) =>
  failure('overloaded', 'busy', { billed: answer })

describe('without a report the book says what a call cost', () => {
  test.each<[string, number, Partial<BillableOutcome>, string, string]>([
    ['all images', 2, { images: 2 }, '0.08', 'book'],
    [
      'one that did not come and is not billed',
      2,
      { images: 1, failures: [billed(false)] },
      '0.04',
      'book',
    ],
    [
      'one that did not come and is billed',
      2,
      { images: 1, failures: [billed(true)] },
      '0.08',
      'book',
    ],
    [
      'one of which nobody knows',
      2,
      { images: 1, failures: [billed('unknown')] },
      '0.08',
      'suspected',
    ],
    ['fewer than asked, without a word', 4, { images: 1 }, '0.04', 'book'],
    ['more than asked', 1, { images: 2 }, '0.08', 'book'],
  ])('%s', (_, asked, outcome, cost, basis) => {
    const nano = dollars(cost)
    const expected = { costNano: nano, bookNano: nano, basis, hasDrifted: false }
    expect(settled(asked, outcome)).toMatchObject(expected)
  })
})

describe('a call that failed as a whole', () => {
  test('and is not billed costs nothing', () => {
    expect(settled(4, { failures: [billed(false)] })).toEqual({
      costNano: 0n,
      bookNano: 0n,
      basis: 'not_billed',
      hasDrifted: false,
      images: 0,
    })
  })

  test('without anybody knowing is suspected to cost all the images it asked for', () => {
    const unknown = settled(4, { failures: [failure('timeout_unknown', 'no answer')] })
    expect(unknown).toMatchObject({ costNano: dollars('0.16'), basis: 'suspected', images: 4 })
  })

  test('and is billed costs all the images it asked for', () => {
    const empty = settled(4, { failures: [failure('empty', 'no picture')] })
    expect(empty).toMatchObject({ costNano: dollars('0.16'), basis: 'book', images: 4 })
  })

  test.each([
    ['and says what it used costs that', tokens(80, 1_000), '0.0408', 'book'],
    ['without a word of what it used is suspected', {}, '0.0504', 'suspected'],
  ] as const)('%s', (_, usage, cost, basis) => {
    const range = [1_260, 4_000].map((out) => ({ images: 1, ...tokens(0, out) }))
    const estimate = estimateOf(range[0] ?? { images: 1 }, range[1])
    const end = { failures: [billed(true)], usage }
    expect(settled(1, end, perToken, estimate)).toMatchObject({ costNano: dollars(cost), basis })
  })

  test.each([
    ['but all of it was told, costs what the book says', {}, 'book'],
    [
      'and broke off before it said what it used, is suspected',
      { hasBrokenOff: true },
      'suspected',
    ],
  ] as const)('that gave a picture, %s', (_, more, basis) => {
    const range = [1_260, 4_000].map((out) => ({ images: 1, ...tokens(0, out) }))
    const estimate = estimateOf(range[0] ?? { images: 1 }, range[1])
    const end = { images: 1, usage: {}, ...more }
    expect(settled(1, end, perToken, estimate)).toMatchObject({
      costNano: dollars('0.0504'),
      basis,
    })
  })

  test('image by image costs what is billed of them', () => {
    const failures = [billed(true), billed(false), billed('unknown'), billed(false)]
    const outcome = settled(4, { failures })
    expect(outcome).toMatchObject({ costNano: dollars('0.08'), basis: 'suspected', images: 2 })
  })

  test('without an estimate of images is one image', () => {
    const estimate = estimateOf({ images: 0 })
    expect(settled(1, { failures: [billed(true)] }, perImage, estimate).images).toBe(1)
  })
})

describe('the price row knows which refusals of content are charged', () => {
  test.each([
    ['content_policy_output', {}, '0.04', 'book'],
    ['content_policy_output', { moderated_output: false }, '0', 'not_billed'],
    ['content_policy_input', {}, '0', 'not_billed'],
    ['content_policy_input', { moderated_input: true }, '0.04', 'book'],
  ] as const)('%s with %j costs $%s', (failureClass, billedOn, cost, basis) => {
    const row = rowOf({ billed_on: billedOn })
    const outcome = settled(1, { failures: [failure(failureClass, 'no')] }, row)
    expect(outcome).toMatchObject({ costNano: dollars(cost), basis })
  })

  test('but the provider knows best about a single call', () => {
    const row = rowOf({ billed_on: { moderated_output: true } })
    const spared = failure('content_policy_output', 'no', { billed: false })
    expect(settled(1, { failures: [spared] }, row).costNano).toBe(0n)
    const doubtful = failure('content_policy_output', 'no', { billed: 'unknown' })
    expect(settled(1, { failures: [doubtful] }, row).basis).toBe('suspected')
  })
})

describe("the provider's own number wins", () => {
  test.each<[string, string, boolean]>([
    ['equal to the book', '0.04', false],
    ['2 % above', '0.0408', false],
    ['a nano-dollar more than 2 % above', '0.040800001', true],
    ['2 % below', '0.0392', false],
    ['a nano-dollar more than 2 % below', '0.039199999', true],
    ['a hundred times the book', '4', true],
  ])('%s: $%s, drifted %s', (_, reportedDollars, hasDrifted) => {
    expect(settled(1, { images: 1, reportedDollars })).toMatchObject({
      costNano: dollars(reportedDollars),
      bookNano: dollars('0.04'),
      basis: 'reported',
      hasDrifted,
    })
    expect(DRIFT_BASIS_POINTS).toBe(200n)
  })

  test('also over a doubt whether the call was billed', () => {
    const outcome = { failures: [billed('unknown')], reportedDollars: '0.03' }
    expect(settled(1, outcome)).toMatchObject({ costNano: dollars('0.03'), basis: 'reported' })
  })

  test('also for a failure that should be free, and that is an alert', () => {
    const outcome = { failures: [billed(false)], reportedDollars: '0.03' }
    expect(settled(1, outcome)).toMatchObject({
      costNano: dollars('0.03'),
      bookNano: 0n,
      basis: 'reported',
      hasDrifted: true,
    })
  })

  test('zero for a failure that is free is no alert', () => {
    const outcome = { failures: [billed(false)], reportedDollars: '0' }
    expect(settled(1, outcome)).toMatchObject({
      costNano: 0n,
      basis: 'reported',
      hasDrifted: false,
    })
  })

  test('finer than a nano-dollar is rounded: xAI reports ten-billionths of a dollar', () => {
    const outcome = { images: 1, reportedDollars: '0.0400000005' }
    expect(settled(1, outcome).costNano).toBe(40_000_001n)
  })
})

describe('a number that cannot be is an alert, and the book is suspected', () => {
  test.each([
    ['nothing', '0'],
    ['nothing, at length', '0.00000000000000000001'],
    ['less than nothing', '-0.04'],
    ['more than a million', '1000000.01'],
    ['no number', 'free'],
    ['no digits', ''],
    ['no finite number', 'Infinity'],
    ['a number with its currency', '$0.04'],
  ])('%s for a picture', (_, reportedDollars) => {
    expect(settled(1, { images: 1, reportedDollars })).toMatchObject({
      costNano: dollars('0.04'),
      basis: 'suspected',
      hasDrifted: true,
    })
    expect(settled(1, { failures: [billed(false)], reportedDollars })).toMatchObject({
      costNano: 0n,
      hasDrifted: false,
    })
  })
})

describe('usage', () => {
  const estimate = estimateOf(
    { images: 1, ...tokens(100, 1_000) },
    { images: 1, ...tokens(200, 2_000) },
  )
  const settledTokens = (usage: BillableOutcome['usage']) =>
    settled(1, { images: 1, usage }, perToken, estimate)

  test('that the provider reports replaces the estimate', () => {
    const outcome = settledTokens(tokens(50, 500))
    expect(outcome).toMatchObject({ costNano: dollars('0.0205'), basis: 'book' })
  })

  test('that is not reported is as expected', () => {
    expect(settledTokens({})).toMatchObject({ costNano: dollars('0.041'), basis: 'book' })
  })

  test('that is there but undefined is not reported', () => {
    const outcome = settledTokens({ tokens: undefined })
    expect(outcome).toMatchObject({ costNano: dollars('0.041'), basis: 'book' })
  })

  test.each<[string, BillableOutcome['usage']]>([
    ['impossible', tokens(-1, 500)],
    ['not whole', tokens(0.5, 500)],
    ['in part', { tokens: { textIn: 50 } }],
  ])('that is %s is not believed: the ceiling is suspected', (_, usage) => {
    const outcome = settledTokens(usage)
    expect(outcome).toMatchObject({ costNano: dollars('0.082'), basis: 'suspected' })
  })

  test('a provider does not decide how many images are billed', () => {
    expect(settled(2, { images: 2, usage: { images: 0 } }).costNano).toBe(dollars('0.08'))
  })

  test('a cost that cannot be known at all is an alert, never a silent zero', () => {
    const unknowable = settled(1, { images: 1 }, perToken, estimateOf({ images: 1 }))
    expect(unknowable).toMatchObject({ costNano: 0n, basis: 'suspected', hasDrifted: true })
  })
})

test('the lines explain the cost', () => {
  const { lines } = settleCall(
    { images: 2, failures: [], usage: {} },
    { row: perImage, estimate: estimateOf({ images: 2 }) },
  )
  expect(lines).toMatchObject([{ quantity: '2', unit: 'image', rate: '0.04' }])
})
