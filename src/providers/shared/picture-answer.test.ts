import { describe, expect, test } from 'vitest'
import {
  concluded,
  pictureFrom,
  reportedUnits,
  requestIdOf,
  withheldPicture,
} from './picture-answer.ts'

const url = 'https://acme.example/1.png'
const bytes = { bytes: new Uint8Array([1]) } as const
const withheld = withheldPicture('Acme', 'nsfw')
const end = (pictures: Omit<Parameters<typeof concluded>[1], 'service'>) =>
  concluded({ status: 200 }, { service: 'Acme', ...pictures })

describe('a call that was answered', () => {
  test('with all its pictures has produced them', () => {
    const facts = { providerRequestId: 'r1', reportedDollars: '0.01' }
    const usage = { images: 1 }
    expect(end({ asked: 1, images: [{ url }], usage, facts })).toEqual({
      kind: 'produced',
      images: [{ url }],
      withheld: [],
      usage,
      ...facts,
    })
  })

  test('with one of three tells what became of each other', () => {
    const outcome = end({
      asked: 3,
      images: [{ url }],
      withheld: [withheld],
      missingBilled: 'unknown',
    })
    expect(outcome).toMatchObject({
      kind: 'produced',
      withheld: [
        { class: 'content_policy_output', providerCode: 'nsfw' },
        { class: 'bad_image', billed: 'unknown' },
      ],
    })
  })

  test('with nothing but withheld pictures has failed for the first reason', () => {
    const facts = { reportedDollars: '0.02' }
    expect(end({ asked: 2, images: [], withheld: [withheld], facts })).toEqual({
      kind: 'failed',
      failure: withheld,
      ...facts,
    })
  })

  test('with nothing at all was empty', () => {
    expect(end({ asked: 1, images: [] })).toMatchObject({
      kind: 'failed',
      failure: { class: 'empty', message: 'Acme answered 200 without a picture' },
    })
  })
})

test.each<[string, Parameters<typeof pictureFrom>, readonly object[]]>([
  ['bytes before a link', [bytes as never, url, undefined], [bytes]],
  ['a link where no bytes came', [undefined, url, 7], [{ url, seed: 7 }]],
  ['no seed that is not whole', [undefined, url, 0.5], [{ url }]],
  ['nothing of what is no link', [undefined, 'cup.png', 7], []],
  ['nothing of nothing', [undefined, undefined, undefined], []],
])('a picture is read from %s', (_, asked, expected) => {
  expect(pictureFrom(...asked)).toEqual(expected)
})

test.each<[string, object, Parameters<typeof requestIdOf>[1], object]>([
  ['the body', { id: 'b' }, { member: 'id' }, { providerRequestId: 'b' }],
  ['the header where the body has none', { id: '' }, { member: 'id' }, { providerRequestId: 'h' }],
  ['the header', { id: 'b' }, undefined, { providerRequestId: 'h' }],
  ['nowhere, where there is none', {}, { header: 'x-other' }, {}],
])('the id of a request is read from %s', (_, json, places, expected) => {
  expect(requestIdOf({ json, headers: { 'x-request-id': 'h' } }, places)).toEqual(expected)
})

test.each<[unknown, number, object]>([
  [2.5, 10_000_000, { reportedDollars: '0.025' }],
  [0, 10_000_000, { reportedDollars: '0' }],
  [-1, 10_000_000, {}],
  [Number.NaN, 10_000_000, {}],
  [1e9, 10_000_000, {}],
  ['2.5', 10_000_000, {}],
])('%s units are a charge only where they are an amount', (units, nanoPerUnit, expected) => {
  expect(reportedUnits(units, nanoPerUnit)).toEqual(expected)
})
