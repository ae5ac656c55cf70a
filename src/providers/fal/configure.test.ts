import { describe, expect, test } from 'vitest'
import { flawsOfDefinition } from '../../testing/definition-flaws.ts'
import { answerOf, callOf, inputOf, jsonOf } from '../../testing/hosted-calls.ts'
import fal from './index.ts'

const sizes = {
  kind: 'free',
  multiple_of: 16,
  min_pixels: 65_536,
  max_pixels: 2_097_152,
  min_edge: 256,
  max_edge: 2_048,
  max_ratio: 4,
} as const

const hidream = {
  id: 'hidream',
  endpoints: { generate: 'fal-ai/hidream-i1-full', edit: 'fal-ai/hidream-i1-full/image-to-image' },
  operations: ['generate', 'edit'],
  inputs: {
    prompt: 'prompt',
    size: 'image_size',
    negative: 'negative_prompt',
    num_outputs: 'num_images',
    image: 'image_url',
  },
  follows_input: ['edit'],
  options: ['strength'],
  sizes,
  default_size: '1024x1024',
  max_images_per_call: 4,
  typical_seconds: 9,
  price: { kind: 'per_megapixel', usd_per_mp: '0.05', mp_base: 1_000_000, rounding: 'ceil' },
} as const

const own = {
  id: 'our-app',
  endpoint: 'our-team/our-app',
  operations: ['generate'],
  inputs: { prompt: 'prompt' },
  sizes: { kind: 'list', sizes: ['768x768'] },
  default_size: '768x768',
  typical_seconds: 4,
  hardware: 'h200',
  max_seconds: 600,
} as const

const configure = (models: readonly object[], id = 'studio') => {
  const definition = fal.configure?.({ id, settings: { models: models as never } })
  if (definition === undefined) throw new Error('fal is configurable')
  return definition
}

describe('endpoints of the operator', () => {
  const definition = configure([hidream, own])

  test('stand beside the listed ones, under the name of the account', () => {
    expect(flawsOfDefinition(definition)).toEqual([])
    expect(new Set(definition.models.map(({ provider }) => provider))).toEqual(new Set(['studio']))
    expect(definition.models.map(({ id }) => id)).toContain('flux-schnell')
  })

  test('are called in their own words', () => {
    const generation = definition.toWire(callOf(definition, 'hidream', { n: 2 }), [])
    expect(generation.url).toBe('/fal-ai/hidream-i1-full')
    expect(jsonOf(generation)).toEqual({
      prompt: 'a lighthouse at dusk',
      image_size: { width: 1_024, height: 1_024 },
      num_images: 2,
    })
    const images = [inputOf(640, 480)]
    const call = callOf(definition, 'hidream', {
      operation: 'edit',
      images,
      options: { strength: 0.6 },
    })
    expect(definition.checkOptions(call)).toBeUndefined()
    const edit = definition.toWire(call, [])
    expect(edit.url).toBe('/fal-ai/hidream-i1-full/image-to-image')
    expect(jsonOf(edit)).toEqual({
      prompt: 'a lighthouse at dusk',
      num_images: 1,
      image_url: 'data:image/png;base64,AQID',
      strength: 0.6,
    })
    expect(jsonOf(definition.toWire(callOf(definition, 'our-app'), []))).toEqual({
      prompt: 'a lighthouse at dusk',
    })
  })

  test('that are paid by the second are held up to their own limit', () => {
    const row = definition.prices.find(({ offer }) => offer === 'studio/our-app')
    expect(row?.components).toEqual([{ kind: 'gpu_second', usd_per_h: '4.50' }])
    const { expected, high } = definition.estimate(callOf(definition, 'our-app'))
    expect([expected.predictSeconds, high.predictSeconds]).toEqual([4, 600])
  })

  test('that are paid by the megapixel are corrected by what fal says it billed', () => {
    const call = callOf(definition, 'hidream')
    const answer = answerOf(
      200,
      { images: [{ url: 'https://v3.fal.media/a.png' }] },
      { 'x-fal-billable-units': '2' },
    )
    const job = { id: 'r1', pollUrl: '/x/status', facts: {} }
    const { flow } = definition
    const outcome = flow.kind === 'poll' ? flow.fromPoll(answer, job, call) : undefined
    expect(outcome).toMatchObject({ usage: { outputMegapixels: 2 } })
  })
})

test.each<[string, object, RegExp]>([
  ['an unknown member', { ...own, endpont: 'x' }, /endpont/],
  ['no endpoint', { ...own, endpoint: undefined }, /exactly one of endpoint and endpoints/],
  ['an address for an endpoint', { ...own, endpoint: 'https://a.example/b' }, /owner\/name/],
  [
    'an operation without an endpoint',
    { ...hidream, endpoints: { edit: 'a/b' } },
    /each operation/,
  ],
  ['neither price nor hardware', { ...own, hardware: undefined }, /one of price and hardware/],
  ['seconds without a limit', { ...own, max_seconds: undefined }, /needed where time is paid/],
  [
    'a price of seconds without a limit',
    {
      ...own,
      hardware: undefined,
      price: { kind: 'gpu_second', usd_per_s: '0.001' },
      max_seconds: undefined,
    },
    /needed where time is paid/,
  ],
  ['several sizes without their field', { ...own, sizes }, /need inputs.size/],
  ['a default size that is none', { ...own, default_size: '64x64' }, /default_size/],
])('%s is said in words', (_claim, record, words) => {
  expect(() => configure([record])).toThrow(words)
})

test('two models of one name are an error', () => {
  expect(() => configure([own, own])).toThrow(/stands twice/)
})
