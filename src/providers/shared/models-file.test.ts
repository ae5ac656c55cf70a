import { describe, expect, test } from 'vitest'
import { makesSize, readModelsFile } from './models-file.ts'

const row = {
  id: 'painter-1',
  operations: ['generate'],
  tier: 'standard',
  sizes: { kind: 'list', sizes: ['1024x1024', '1536x1024'] },
  default_size: '1024x1024',
  formats: ['png'],
  max_images_per_call: 4,
  max_input_images: 0,
  max_prompt_characters: 1_000,
  supports: { negative_prompt: true, seed: true },
  typical_seconds: 5,
  timeout_ms: 60_000,
  lifecycle: { available_from: '2026-01-01', deprecated_at: '2026-06-01' },
  source: { url: 'https://painter.example/docs', read_at: '2026-11-20' },
}
const shaped = (counts: readonly number[], pixels: number) => ({
  kind: 'aspect',
  aspects: ['1:1'],
  pixels,
  classes: counts.map((count) => ({ name: `${count}sq`, pixels: count })),
})
const alias = {
  name: 'painter-0',
  target: 'painter-1',
  from: '2026-02-01',
  note: 'painter-0 is gone',
  source: row.source,
}
const read = (change: object = {}, aliasChange: object = {}) =>
  readModelsFile('painter', {
    models: [{ ...row, ...change }],
    aliases: [{ ...alias, ...aliasChange }],
  })

describe('a models file', () => {
  test('is snake-case outside and camel-case inside', () => {
    const { models, aliases } = read()
    expect(models[0]).toMatchObject({
      id: 'painter-1',
      provider: 'painter',
      otherNames: [],
      qualities: [],
      defaultSize: { width: 1024, height: 1024 },
      supports: { negativePrompt: true, seed: true },
      lifecycle: { availableFrom: '2026-01-01', deprecatedAt: '2026-06-01' },
      wire: {},
    })
    expect(models[0]).not.toHaveProperty('source')
    expect(aliases).toEqual([
      {
        name: 'painter-0',
        target: 'painter-1',
        from: '2026-02-01',
        drops: [],
        note: 'painter-0 is gone',
      },
    ])
  })

  test.each([
    ['an unknown member', { colour: 'red' }, /models\[0\] \(painter-1\): .*"colour"/],
    ['an unknown format', { formats: ['svg'] }, /formats: 0/],
    ['a size that is none', { default_size: 'large' }, /default_size: not a size/],
    [
      'a default that is not made',
      { default_size: '512x512' },
      /default_size is none of its sizes/,
    ],
    [
      'a day that does not exist',
      { lifecycle: { shutdown_at: '2026-02-30' } },
      /shutdown_at: not a/,
    ],
    [
      'an end before the beginning',
      { lifecycle: { available_from: '2026-05-01', shutdown_at: '2026-04-01' } },
      /dates must be in the order/,
    ],
    [
      'steps beyond their own range',
      { steps: { min: 1, max: 10, default: 20 } },
      /min ≤ default ≤ max/,
    ],
    [
      'a class of no more pixels than the one before',
      { sizes: shaped([2_000, 1_000], 1_000) },
      /sizes: classes: .*ever more pixels/,
    ],
    ['pixels of no class', { sizes: shaped([1_000, 2_000], 1_500) }, /must be those of a class/],
    ['a missing source', { source: undefined }, /source/],
  ])('%s is an error that names the row', (_claim, change, problem) => {
    expect(() => read(change)).toThrow(problem)
  })

  test.each([
    ['19.5:9', true],
    ['16x9', false],
    ['0:1', false],
  ])('%s is a shape: %s', (aspect, isShape) => {
    const sizes = { kind: 'aspect', aspects: [aspect], pixels: 1_000_000 }
    if (isShape) expect(read({ sizes }).models[0]?.sizes).toEqual(sizes)
    else expect(() => read({ sizes })).toThrow('not a shape')
  })

  test('resolution classes are read with the shapes', () => {
    const sizes = shaped([1_000, 2_000], 2_000)
    expect(read({ sizes }).models[0]?.sizes).toEqual(sizes)
    const { classes: _, ...plain } = sizes
    expect(read({ sizes: plain }).models[0]?.sizes).toEqual(plain)
  })

  test('an alias that repeats a live name is an error', () => {
    expect(() => read({}, { name: 'painter-1' })).toThrow('painter-1: this name stands twice')
  })

  test('an alias may take over the name of a model on the day it is shut down, not before', () => {
    const lifecycle = { shutdown_at: '2026-07-01' }
    const take = (from: string) => read({ lifecycle }, { name: 'painter-1', from })
    expect(take('2026-07-01').aliases).toHaveLength(1)
    expect(() => take('2026-06-30')).toThrow('painter-1: this name stands twice')
  })

  test('two aliases of one name are an error', () => {
    const file = { models: [row], aliases: [alias, { ...alias, from: '2026-03-01' }] }
    expect(() => readModelsFile('painter', file)).toThrow('painter-0: this name stands twice')
  })
})

test('a free size must meet every bound', () => {
  const rule = {
    kind: 'free',
    multipleOf: 16,
    minPixels: 655_360,
    maxPixels: 8_294_400,
    minEdge: 16,
    maxEdge: 3_840,
    maxRatio: 3,
  } as const
  expect(makesSize(rule, { width: 1024, height: 640 })).toBe(true)
  expect(makesSize(rule, { width: 3840, height: 2160 })).toBe(true)
  expect(makesSize(rule, { width: 1000, height: 1000 })).toBe(false)
  expect(makesSize(rule, { width: 512, height: 512 })).toBe(false)
  expect(makesSize(rule, { width: 3072, height: 1008 })).toBe(false)
  expect(makesSize(rule, { width: 3856, height: 1600 })).toBe(false)
  expect(makesSize(rule, { width: 3840, height: 2176 })).toBe(false)
})
