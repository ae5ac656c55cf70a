import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../core/json.ts'
import { rate } from '../../core/pricing/rate.ts'
import { sampleRequest, toCall } from '../../testing/sample-calls.ts'
import { sampleModel } from '../../testing/sample-models.ts'
import type { OfferAlike } from '../shared/definition.ts'
import { InstanceError } from '../shared/instance.ts'
import compatible from './index.ts'

const square = { width: 1_024, height: 1_024 }

/** A hosted offer that is paid by tokens, as the composition root finds it. */
const tokenPriced: OfferAlike = {
  model: sampleModel({
    id: 'token-image',
    provider: 'acme',
    operations: ['generate', 'edit'],
    qualities: ['low', 'high'],
    maxInputImages: 4,
    maxImagesPerCall: 10,
    sizes: { kind: 'list', sizes: [square] },
    defaultSize: square,
    supports: { stream: true, transparent: true },
  }),
  prices: ['generate', 'edit', 'upscale'].map((operation) => ({
    offer: 'acme/token-image',
    operation,
    when: {},
    components: [{ kind: 'per_image', usd: '0.04' }],
    modifiers: operation === 'edit' ? [{ kind: 'aggregator_markup', markup: '0.1' }] : undefined,
    billed_on: {
      moderated_input: false,
      moderated_output: true,
      failed: false,
      cancelled: false,
    },
    valid_from: '2026-03-01',
    valid_to: null,
    source: { url: 'https://acme.example', read_at: '2026-11-20', confidence: 'high' },
  })),
  estimate: ({ model, n }) => {
    const usage = { images: n, tokens: { textIn: model.id.length, imageOut: 272 * n } }
    return { low: usage, expected: usage, high: usage }
  },
}

const configure = (settings: JsonObject, hourlyCost?: string) =>
  compatible.configure!({
    id: 'proxy',
    baseUrl: 'https://proxy.example/v1',
    settings,
    findOffer: (offer) => (offer === 'acme/token-image' ? tokenPriced : undefined),
    ...(hourlyCost === undefined ? {} : { hourlyCost }),
  })

const unused = {
  ...{ width: 8, height: 8, digest: '0', byteLength: 0, hasAlpha: false },
  format: 'png',
  bytes: new Uint8Array(),
} as const
const inputs = [{ image: unused, clearMask: unused, whiteMask: unused }]

describe('a model that follows another offer', () => {
  const made = configure({
    markup_percent: 5,
    models: [{ id: 'image', wire_name: 'acme/token-image', price_like: 'acme/token-image' }],
  })

  test('has its abilities, but for streams', () => {
    expect(made.models[0]).toMatchObject({
      id: 'image',
      provider: 'proxy',
      wireName: 'acme/token-image',
      operations: ['generate', 'edit'],
      qualities: ['low', 'high'],
      maxImagesPerCall: 10,
      maxInputImages: 4,
      supports: { transparent: true, stream: false },
    })
  })

  test('has its prices with the markup, over a markup that is there already', () => {
    expect(
      made.prices.map(({ offer, operation, modifiers }) => [offer, operation, modifiers]),
    ).toEqual([
      ['proxy/image', 'generate', [{ kind: 'aggregator_markup', markup: '0.05' }]],
      ['proxy/image', 'edit', [{ kind: 'aggregator_markup', markup: '0.155' }]],
    ])
    expect(made.prices[0]).toMatchObject({
      valid_from: '2026-03-01',
      source: { confidence: 'derived', note: 'as acme/token-image' },
    })
  })

  test('uses what the offer says, for its own model', () => {
    const [model] = made.models
    const call = toCall(sampleRequest(model!, 'generate', { n: 2 }), model!, inputs)
    expect(made.estimate(call).high).toEqual({
      images: 2,
      tokens: { textIn: 'token-image'.length, imageOut: 544 },
    })
  })
})

describe('a price', () => {
  test('may be written out, with another one for edits', () => {
    const made = configure({
      models: [
        {
          id: 'own',
          operations: ['generate', 'edit'],
          price: [{ kind: 'per_image', usd: '0.02' }],
          edit_price: [{ kind: 'per_image', usd: '0.03' }],
          markup_percent: 10,
        },
      ],
    })
    const costs = made.prices.map((row) => {
      const rated = rate(row, { images: 1 })
      return [row.operation, rated.ok ? rated.charge.totalNano : rated.reason.text]
    })
    expect(costs).toEqual([
      ['generate', 22_000_000n],
      ['edit', 33_000_000n],
    ])
  })

  test('may be a share of the hour of the machine', () => {
    const [row] = configure({ models: [{ id: 'own', seconds_per_image: 6 }] }, '1.20').prices
    expect(row?.components).toEqual([
      { kind: 'gpu_hour_selfhost', usd_per_h: '1.20', images_per_h: '600', utilisation: '1' },
    ])
  })

  test('by pixels is known before the call', () => {
    const made = configure({
      models: [{ id: 'own', price: [{ kind: 'per_megapixel', usd_per_mp: '0.01' }] }],
    })
    const [model] = made.models
    const call = toCall(sampleRequest(model!, 'generate'), model!, inputs)
    const { low, high } = made.estimate(call)
    expect(low).toEqual(high)
    expect(high).toMatchObject({ images: 1, width: 1_024, height: 1_024 })
  })
})

describe('settings that are refused:', () => {
  const price = [{ kind: 'per_image', usd: '0.02' }]
  test.each([
    ['no model', { models: [] }, 'settings.models'],
    ['a model without a price', { models: [{ id: 'a' }] }, 'models.0: a has no price'],
    ['an offer that is not there', { models: [{ id: 'a', price_like: 'x/y' }] }, 'no offer x/y'],
    [
      'two prices',
      { models: [{ id: 'a', price, price_like: 'acme/token-image' }] },
      'models.0.price: is given beside price_like',
    ],
    ['only a price of edits', { models: [{ id: 'a', edit_price: price }] }, 'edit_price: is given'],
    [
      'a component that is none',
      { models: [{ id: 'a', price: [{ kind: 'per_smile', usd: '1' }] }] },
      'models.0.price.0',
    ],
    [
      'tokens that nobody can count before',
      {
        models: [
          { id: 'a', price: [{ kind: 'tokens', text_in: '5', image_in: '8', image_out: '30' }] },
        ],
      },
      'models.0',
    ],
    [
      'edits without room for a picture',
      { models: [{ id: 'a', price, operations: ['edit'], max_input_images: 0 }] },
      'max_input_images is 0',
    ],
    [
      'a default size that it does not make',
      { models: [{ id: 'a', price, default_size: '512x512' }] },
      'default_size is none of its sizes',
    ],
    [
      'a model twice',
      {
        models: [
          { id: 'a', price },
          { id: 'a', price },
        ],
      },
      'models.1.id',
    ],
    [
      'a server that is none',
      { server: 'ollama', models: [{ id: 'a', price }] },
      'settings.server',
    ],
  ])('%s', (_, settings, words) => {
    expect(() => configure(settings)).toThrow(InstanceError)
    expect(() => configure(settings)).toThrow(words)
  })

  test('the cost of an hour without a speed', () => {
    expect(() => configure({ models: [{ id: 'a' }] }, '0.80')).toThrow(/images_per_hour or seconds/)
  })
})
