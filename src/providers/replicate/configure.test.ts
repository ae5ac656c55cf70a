import { describe, expect, test } from 'vitest'
import { flawsOfDefinition } from '../../testing/definition-flaws.ts'
import { callOf, inputOf, jsonOf } from '../../testing/hosted-calls.ts'
import replicate from './index.ts'

const VERSION = 'c'.repeat(64)

const lora = {
  id: 'our-lora',
  version: VERSION,
  operations: ['generate', 'edit'],
  inputs: {
    prompt: 'prompt',
    width: 'width',
    height: 'height',
    seed: 'seed',
    image: 'image',
    num_outputs: 'num_outputs',
    format: 'output_format',
  },
  fixed: { model: 'dev' },
  format_names: { jpeg: 'jpg' },
  follows_input: ['edit'],
  options: ['lora_scale', 'guidance_scale'],
  sizes: {
    kind: 'free',
    multiple_of: 16,
    min_pixels: 65_536,
    max_pixels: 2_073_600,
    min_edge: 256,
    max_edge: 1_440,
    max_ratio: 4,
  },
  default_size: '1024x1024',
  formats: ['png', 'jpeg', 'webp'],
  max_images_per_call: 4,
  typical_seconds: 12,
  timeout_ms: 120_000,
  hardware: 'gpu-h100',
} as const

const official = {
  id: 'qwen-image',
  model: 'qwen/qwen-image',
  operations: ['generate'],
  inputs: { prompt: 'prompt', aspect_ratio: 'aspect_ratio', negative: 'negative_prompt' },
  sizes: { kind: 'aspect', aspects: ['1:1', '16:9'], pixels: 1_048_576 },
  default_size: '1024x1024',
  typical_seconds: 5,
  price: { kind: 'per_image', usd: '0.025' },
} as const

const configure = (models: readonly object[], id = 'team') => {
  const definition = replicate.configure?.({ id, settings: { models: models as never } })
  if (definition === undefined) throw new Error('Replicate is configurable')
  return definition
}

describe('models of the operator', () => {
  const definition = configure([lora, official])

  test('stand beside the listed ones, under the name of the account', () => {
    expect(flawsOfDefinition(definition)).toEqual([])
    expect(definition.models.map(({ id }) => id)).toContain('flux-schnell')
    expect(new Set(definition.models.map(({ provider }) => provider))).toEqual(new Set(['team']))
    expect(definition.prices.every(({ offer }) => offer.startsWith('team/'))).toBe(true)
    expect(definition.origin).toEqual(replicate.origin)
  })

  test('are called in their own words', () => {
    const call = callOf(definition, 'our-lora', {
      n: 2,
      settings: { format: 'jpeg', seed: 3 },
      options: { lora_scale: 0.9 },
    })
    expect(jsonOf(definition.toWire(call, []))).toEqual({
      version: VERSION,
      input: {
        model: 'dev',
        prompt: 'a lighthouse at dusk',
        width: 1_024,
        height: 1_024,
        seed: 3,
        output_format: 'jpg',
        num_outputs: 2,
        lora_scale: 0.9,
      },
    })
    const edit = { operation: 'edit', images: [inputOf(640, 480)] } as const
    expect(jsonOf(definition.toWire(callOf(definition, 'our-lora', edit), []))).toEqual({
      version: VERSION,
      input: {
        model: 'dev',
        prompt: 'a lighthouse at dusk',
        num_outputs: 1,
        image: 'data:image/png;base64,AQID',
      },
    })
    const other = definition.toWire(callOf(definition, 'qwen-image'), [])
    expect(other.url).toBe('/models/qwen/qwen-image/predictions')
  })

  test('take the options that the operator allows, and no other', () => {
    const check = (options: Record<string, unknown>) =>
      definition.checkOptions(callOf(definition, 'our-lora', { options: options as never }))
    expect(check({ lora_scale: 1, guidance_scale: 3 })).toBeUndefined()
    expect(check({ go_fast: true })).toMatchObject({ param: 'team.go_fast' })
  })

  test('are paid by the second of their hardware, held up to their own time limit', () => {
    const row = definition.prices.find(({ offer }) => offer === 'team/our-lora')
    expect(row).toMatchObject({
      components: [{ kind: 'gpu_second', usd_per_s: '0.001525', gpus: 1 }],
      billed_on: { failed: true, cancelled: true },
    })
    const { high } = definition.estimate(callOf(definition, 'our-lora'))
    expect(high.predictSeconds).toBe(120)
  })

  test('stand in for a listed model of the same name', () => {
    const own = configure([{ ...official, id: 'flux-schnell' }], 'replicate')
    expect(own.models.filter(({ id }) => id === 'flux-schnell')).toHaveLength(1)
    expect(own.prices.filter(({ offer }) => offer === 'replicate/flux-schnell')).toHaveLength(1)
    expect(own.displayName).toBe('Replicate')
  })
})

test('without settings the account has the listed models', () => {
  const definition = replicate.configure?.({ id: 'team', settings: {} })
  expect(definition?.models).toHaveLength(replicate.models.length)
})

test('an address of the account is used', () => {
  const baseUrl = 'https://proxy.example/v1'
  const definition = replicate.configure?.({ id: 'team', baseUrl, settings: {} })
  expect(definition?.origin.baseUrl).toBe(baseUrl)
})

test.each<[string, object, RegExp]>([
  ['an unknown member', { ...official, modle: 'x' }, /modle/],
  ['neither model nor version', { ...official, model: undefined }, /exactly one of model and ver/],
  ['both of them', { ...official, version: VERSION }, /exactly one of model and version/],
  ['a version that is none', { ...lora, version: 'latest' }, /64 hex digits/],
  ['neither price nor hardware', { ...official, price: undefined }, /one of price and hardware/],
  ['hardware that is not known', { ...lora, hardware: 'gpu-x' }, /hardware/],
  ['a price that is none', { ...official, price: { kind: 'per_image', usd: '-1' } }, /price/],
  ['a size rule that is none', { ...official, sizes: { kind: 'round' } }, /sizes/],
  ['shapes without their field', { ...official, inputs: { prompt: 'prompt' } }, /aspect_ratio/],
  ['no prompt', { ...official, inputs: { aspect_ratio: 'a' } }, /inputs.prompt is missing/],
  [
    'a field that is named twice',
    { ...official, options: ['aspect_ratio'] },
    /aspect_ratio is named twice/,
  ],
  [
    'an edit without an image',
    { ...official, operations: ['edit'], inputs: { ...official.inputs } },
    /an edit needs inputs.image/,
  ],
  [
    'a mask without its operation',
    { ...lora, inputs: { ...lora.inputs, mask: 'mask' } },
    /inpaint and inputs.mask go together/,
  ],
  [
    'several pictures without their field',
    { ...official, max_images_per_call: 3 },
    /need inputs.num_outputs/,
  ],
])('%s is said in words', (_claim, record, words) => {
  expect(() => configure([record])).toThrow(words)
})
