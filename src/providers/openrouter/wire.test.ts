import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { dollarsFromNano } from '../../core/money.ts'
import { rate } from '../../core/pricing/rate.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { callOf, inputOf, jsonOf } from '../../testing/hosted-calls.ts'
import { classify } from './classify.ts'
import { estimate } from './estimate.ts'
import openrouter from './index.ts'
import { checkOptions } from './options.ts'
import { toWire } from './wire.ts'

const input = inputOf(1024, 1024)

const callFor = (id: string, changes: Partial<CallPlan> = {}) => callOf(openrouter, id, changes)

const bodyOf = (call: ProviderCall): unknown => jsonOf(toWire(call))

const everything = {
  size: { width: 1536, height: 1024 },
  aspect: '3:2',
  resolution: '2k',
  quality: 'high',
  format: 'webp',
  compression: 80,
  seed: 7,
} as const

describe('printing a call', () => {
  test.each([
    [
      'gpt-image-2',
      'openai/gpt-image-2',
      { n: 1, size: '1536x1024', quality: 'high', output_format: 'webp', output_compression: 80 },
    ],
    [
      'flux-2-pro',
      'black-forest-labs/flux.2-pro',
      { aspect_ratio: '3:2', resolution: '2K', output_format: 'webp', seed: 7 },
    ],
    ['flux-3-image', 'black-forest-labs/flux-3-image', { aspect_ratio: '3:2', resolution: '2K' }],
    [
      'flux-2-klein-4b',
      'black-forest-labs/flux.2-klein-4b',
      { aspect_ratio: '3:2', output_format: 'webp', seed: 7 },
    ],
  ])('%s is sent what it takes and nothing else', (id, model, parameters) => {
    const call = callFor(id, { settings: everything })
    expect(toWire(call).url).toBe('/images')
    expect(bodyOf(call)).toEqual({
      model,
      prompt: 'a lighthouse at dusk',
      ...parameters,
      user: 'hash',
    })
  })

  test('pictures to edit are references', () => {
    const call = callFor('seedream-4.5', { operation: 'edit', images: [input] })
    const url = 'data:image/png;base64,AQID'
    expect(bodyOf(call)).toMatchObject({
      input_references: [{ type: 'image_url', image_url: { url } }],
    })
  })

  test('routing, passthrough and low moderation go to the right places', () => {
    const routing = { order: ['a', 'b'], allow_fallbacks: false, sort: 'price' }
    const flux = { ...routing, passthrough: { steps: 20 } }
    expect(bodyOf(callFor('flux-2-flex', { options: flux }))).toMatchObject({
      provider: { ...routing, options: { 'black-forest-labs': { steps: 20 } } },
    })
    expect(bodyOf(callFor('gpt-image-2', { settings: { moderation: 'low' } }))).toMatchObject({
      provider: { options: { openai: { moderation: 'low' } } },
    })
  })

  test.each([
    ['gpt-image-2', { partialImages: 2 }, true],
    ['gpt-image-2', { partialImages: 2, n: 2 }, undefined],
    ['gpt-image-2', {}, undefined],
    ['flux-2-pro', { partialImages: 2 }, undefined],
  ])('%s with %j streams: %s', (id, change, stream) => {
    const value = bodyOf(callFor(id, change)) as { readonly stream?: boolean }
    expect(value.stream).toBe(stream)
  })
})

describe('options', () => {
  test.each([
    ['flux-2-pro', { passthrough: { style: 'x' } }, 'openrouter.passthrough.style', 'steps'],
    ['seedream-4.5', { passthrough: { steps: 1 } }, 'openrouter.passthrough.steps', 'nothing'],
    [
      'riverflow-v2-pro',
      { passthrough: { font_inputs: 'x' } },
      'openrouter.passthrough.font_inputs',
      'list',
    ],
    ['flux-2-pro', { order: [] }, 'openrouter.order', 'small'],
    ['flux-2-pro', { transforms: [] }, 'openrouter.transforms', 'no such option'],
  ])('%s refuses %j', (id, options, param, reason) => {
    const unfit = checkOptions(callFor(id, { options }))
    expect(unfit).toMatchObject({ code: 'options', param })
    expect(unfit?.reason).toContain(reason)
  })
})

describe('what a call costs by the book', () => {
  test.each([
    ['seedream-4.5', { settings: { resolution: '4k' } }, '0.04'],
    ['flux-2-pro', { settings: { resolution: '1k' } }, '0.03'],
    ['flux-2-pro', { settings: { resolution: '2k' } }, '0.075'],
    ['flux-2-pro', { operation: 'edit', images: [input, input] }, '0.06'],
    ['flux-2-max', { settings: { resolution: '2k' } }, '0.16'],
    ['flux-2-flex', { settings: { resolution: '2k' } }, '0.24'],
    ['flux-2-klein-4b', {}, '0.014'],
    ['flux-3-image', { settings: { resolution: '1k' } }, '0.048'],
    ['grok-imagine-image-quality', { settings: { resolution: '2k' } }, '0.07'],
    ['riverflow-v2-pro', { settings: { resolution: '4k' } }, '0.33'],
    [
      'riverflow-v2-pro',
      {
        operation: 'edit',
        images: [input],
        settings: { resolution: '1k' },
        options: { passthrough: { font_inputs: [{}, {}] } },
      },
      '0.41',
    ],
  ] as const)('%s, %j', (id, change, dollars) => {
    const call = callFor(id, change)
    const row = openrouter.prices.find(
      ({ offer, operation }) => offer === `openrouter/${id}` && operation === call.operation,
    )
    if (row === undefined) throw new Error(`no price of ${id}`)
    const { low, high } = estimate(call)
    for (const usage of [low, high]) {
      const rated = rate(row, usage)
      expect(rated.ok && dollarsFromNano(rated.charge.totalNano)).toBe(dollars)
    }
  })
})

test('no part of a key is repeated', () => {
  const json = { error: { code: 401, message: 'Key sk-or-v1-abc123 is disabled' } }
  expect(classify({ status: 401, headers: {}, json, images: [] }).message).not.toContain('abc123')
})

test.each([
  ['this is not a valid model ID', 'model_gone'],
  ['temperature must be a number', 'invalid_request'],
])('status 400 with %j is %s', (message, failureClass) => {
  const json = { error: { code: 400, message } }
  expect(classify({ status: 400, headers: {}, json, images: [] }).class).toBe(failureClass)
})
