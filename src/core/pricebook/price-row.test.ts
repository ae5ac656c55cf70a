import { describe, expect, test } from 'vitest'
import { priceRowSchema, priceRowsSchema } from './price-row.ts'

const row = {
  offer: 'bfl/flux-2-pro',
  operation: 'generate',
  when: { quality: null, resolution: null },
  components: [{ kind: 'first_plus_extra_mp', first: '0.03', extra: '0.015', input_mp: '0.015' }],
  billed_on: { moderated_output: true, failed: false, cancelled: true },
  valid_from: '2026-02-01',
  valid_to: null,
  source: { url: 'https://docs.bfl.ai/pricing', read_at: '2026-11-20', confidence: 'high' },
}

test('a full row is read as it stands, silent outcomes filled in', () => {
  expect(priceRowSchema.parse(row)).toEqual({
    ...row,
    billed_on: { moderated_input: false, moderated_output: true, failed: false, cancelled: true },
  })
})

test('where a document is silent: withheld pictures are billed, all else is not', () => {
  const { when: _, billed_on: __, valid_to: ___, ...short } = row
  expect(priceRowSchema.parse(short)).toMatchObject({
    when: {},
    valid_to: null,
    billed_on: { moderated_input: false, moderated_output: true, failed: false, cancelled: false },
  })
})

test('a read row cannot be changed', () => {
  const parsed = priceRowSchema.parse(row)
  expect(() => Object.assign(parsed, { offer: 'other/model' })).toThrow(TypeError)
  expect(() => Object.assign(parsed.components[0] ?? {}, { first: '0.01' })).toThrow(TypeError)
})

test('a price file is a list of rows', () => {
  expect(priceRowsSchema.parse([row, { ...row, operation: 'edit' }])).toHaveLength(2)
  expect(priceRowsSchema.parse([])).toEqual([])
})

describe('accepted', () => {
  test.each([
    ['an offer with a version', { offer: 'bfl/flux-2-pro@2026-02' }],
    ['a model with slashes', { offer: 'fal/fal-ai/flux/schnell' }],
    ['a model with a colon', { offer: 'bedrock/stability.sd3-5-large-v1:0' }],
    ['a price of one day', { valid_to: '2026-02-01' }],
    ['a contract as source', { source: { ...row.source, url: 'urn:example:contract:17' } }],
    ['a note on the source', { source: { ...row.source, note: 'two pages disagree' } }],
  ])('%s', (_, change) => {
    expect(priceRowSchema.safeParse({ ...row, ...change }).success).toBe(true)
  })
})

describe('refused', () => {
  test.each([
    ['an offer without provider', { offer: 'flux-2-pro' }],
    ['an offer with a space', { offer: 'bfl/flux 2' }],
    ['an operation that is no word', { operation: 'Text to image' }],
    ['no components', { components: [] }],
    ['a component of no known kind', { components: [{ kind: 'gift' }] }],
    ['eleven components', { components: Array(11).fill(row.components[0]) }],
    ['a selector nobody reads', { when: { colour: 'red' } }],
    ['an empty selector', { when: { quality: '' } }],
    ['an outcome nobody reads', { billed_on: { refunded: true } }],
    ['a day that does not exist', { valid_from: '2026-02-30' }],
    ['a day in words', { valid_from: 'February 2026' }],
    ['an end before the beginning', { valid_to: '2026-01-31' }],
    ['no source', { source: undefined }],
    ['a source that is a script', { source: { ...row.source, url: 'javascript:alert(1)' } }],
    ['a source without a day', { source: { ...row.source, read_at: undefined } }],
    ['an unheard-of confidence', { source: { ...row.source, confidence: 'certain' } }],
    ['a field nobody reads', { currency: 'EUR' }],
  ])('%s', (_, change) => {
    expect(priceRowSchema.safeParse({ ...row, ...change }).success).toBe(false)
  })
})
