import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { callOf, inputOf, jsonOf } from '../../testing/hosted-calls.ts'
import { classify } from './classify.ts'
import xai from './index.ts'
import { checkOptions } from './options.ts'
import { fromWire, toWire } from './wire.ts'

const input = inputOf(64, 64)
const usual = { n: 2, settings: { format: 'jpeg', resolution: '1k' } } as const
const callFor = (changes: Partial<CallPlan> = {}) =>
  callOf(xai, 'grok-imagine-image-2.0', { ...usual, ...changes })
const bodyOf = (call: ProviderCall) => {
  const request = toWire(call)
  return { url: request.url, value: jsonOf(request) }
}

describe('printing a call', () => {
  test('a generation sends what was asked for, and never a size', () => {
    expect(
      bodyOf(callFor({ settings: { aspect: '19.5:9', resolution: '2k', quality: 'low' } })),
    ).toEqual({
      url: '/images/generations',
      value: {
        model: 'grok-imagine-image-2.0',
        prompt: 'a lighthouse at dusk',
        n: 2,
        response_format: 'b64_json',
        aspect_ratio: '19.5:9',
        resolution: '2k',
        quality: 'low',
        user: 'hash',
      },
    })
  })

  test('one input image stands alone, several in a list', () => {
    const image = { url: 'data:image/png;base64,AQID', type: 'image_url' }
    const one = bodyOf(callFor({ operation: 'edit', images: [input] }))
    expect(one.url).toBe('/images/edits')
    expect(one.value).toMatchObject({ image })
    const two = bodyOf(callFor({ operation: 'edit', images: [input, input] })).value
    expect(two).toMatchObject({ images: [image, image] })
    expect(two).not.toHaveProperty('image')
  })
})

test.each([
  [200_000_000, '0.02'],
  [70_000_000_000, '7'],
  [1, '0.0000000001'],
  [0, '0'],
  [-1, undefined],
  [1e300, undefined],
  ['200000000', undefined],
])('%s ticks are %s dollars', (ticks, dollars) => {
  const json = { data: [{ url: 'https://imgen.x.ai/1.jpeg' }], usage: { cost_in_usd_ticks: ticks } }
  const answer: HttpAnswer = { status: 200, headers: {}, json, images: [] }
  const outcome = fromWire(answer, callFor({ n: 1 }))
  expect('reportedDollars' in outcome ? outcome.reportedDollars : undefined).toBe(dollars)
})

test('no part of a key is repeated', () => {
  const json = { error: 'Incorrect API key provided: xa***ey. Is xai-abcdef123 yours?' }
  const { message } = classify({ status: 400, headers: {}, json, images: [] })
  expect(message).not.toMatch(/xa\*|abcdef/)
})

test.each([
  ['output_format', 'xai.output_format'],
  ['lora', 'xai.lora'],
])('the option %s is refused', (name, param) => {
  expect(checkOptions(callFor({ options: { [name]: 1 } }))).toMatchObject({
    code: 'options',
    param,
  })
})
