import { describe, expect, test } from 'vitest'
import { scriptedModel } from '../../testing/scripted-provider.ts'
import { modelNamer } from './model-names.ts'
import { type OurLine, reconcile } from './reconcile.ts'

const day = '2026-11-30'
const bill = (costNano: bigint | undefined, more: object = {}) => ({
  line: 1,
  day,
  model: 'm',
  ...(costNano === undefined ? {} : { costNano }),
  ...more,
})
const own = (costNano: bigint, more: Partial<OurLine> = {}): OurLine => ({
  ...{ day, model: 'm', images: 1n, costNano, suspectedNano: 0n },
  ...more,
})
const TWO_PERCENT = 20_000n

describe('a day and model', () => {
  test.each([
    ['equal', 100n, 100n, 'agrees'],
    ['two percent above', 100n, 102n, 'agrees'],
    ['more than two percent above', 1_000n, 1_021n, 'differs'],
    ['more than two percent below', 1_000n, 979n, 'differs'],
    ['something where the bill has nothing', 0n, 1n, 'differs'],
    ['a credit that we do not know', -100n, 100n, 'differs'],
  ] as const)('%s: %d against %d %s', (_, theirs, ours, verdict) => {
    expect(reconcile([bill(theirs)], [own(ours)], TWO_PERCENT)).toMatchObject([{ verdict }])
  })

  test('that only one side has is told', () => {
    const rows = reconcile([bill(5n)], [own(7n, { model: 'other' })], TWO_PERCENT)
    expect(rows.map(({ model, verdict }) => [model, verdict])).toEqual([
      ['m', 'only_theirs'],
      ['other', 'only_ours'],
    ])
  })

  test('that one side has with nothing in it agrees', () => {
    const rows = reconcile([bill(0n)], [own(0n, { model: 'x', images: 0n })], TWO_PERCENT)
    expect(rows.map(({ verdict }) => verdict)).toEqual(['agrees', 'agrees'])
  })

  test('images differ as well as money, where the bill counts them', () => {
    const [row] = reconcile([bill(100n, { images: 9n })], [own(100n)], TWO_PERCENT)
    expect(row?.verdict).toBe('differs')
    const [silent] = reconcile([bill(100n)], [own(100n, { images: 9n })], TWO_PERCENT)
    expect(silent?.verdict).toBe('agrees')
  })

  test('a bill of images alone is compared by images', () => {
    const [row] = reconcile([bill(undefined, { images: 1n })], [own(7n)], TWO_PERCENT)
    expect(row).toMatchObject({ verdict: 'agrees', theirs: { costNano: undefined } })
  })

  test('lines of one day and model are added up', () => {
    const rows = reconcile([bill(40n), bill(60n)], [own(50n), own(50n)], 0n)
    expect(rows).toMatchObject([{ verdict: 'agrees', theirs: { costNano: 100n } }])
  })
})

test('a bill without models is compared by day', () => {
  const rows = reconcile([bill(12n, { model: '' })], [own(5n), own(7n, { model: 'x' })], 0n)
  expect(rows).toMatchObject([{ day, model: '', verdict: 'agrees' }])
})

describe('names of a bill', () => {
  const models = [
    scriptedModel({
      provider: 'openai',
      id: 'gpt-image-1',
      otherNames: ['gpt-image-1-2025-04-23'],
    }),
    scriptedModel({ provider: 'openai', id: 'gpt-image-1-mini', wireName: 'gim' }),
  ]
  const nameOf = modelNamer(models)

  test.each([
    ['gpt-image-1', 'gpt-image-1'],
    ['GPT-Image-1', 'gpt-image-1'],
    ['openai/gpt-image-1', 'gpt-image-1'],
    ['gpt-image-1-2025-04-23', 'gpt-image-1'],
    ['gpt-image-1-2026-01-01', 'gpt-image-1'],
    ['gpt-image-1, image output', 'gpt-image-1'],
    ['gpt-image-1 image output', 'gpt-image-1'],
    ['gpt-image-1-mini-2025-10-06, image output', 'gpt-image-1-mini'],
    ['gim', 'gpt-image-1-mini'],
    ['gpt-image-1-max', 'gpt-image-1-max'],
    ['gpt-4o, input', 'gpt-4o'],
    ['', ''],
  ])('%j is %j', (written, id) => {
    expect(nameOf(written)).toBe(id)
  })
})
