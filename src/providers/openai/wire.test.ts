import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { callOf, inputOf } from '../../testing/hosted-calls.ts'
import { durationMs } from '../shared/openai-images/classify.ts'
import { estimate } from '../shared/openai-images/estimate.ts'
import openai from './index.ts'
import { checkOptions } from './options.ts'
import { fromWire, toWire } from './wire.ts'

const input = inputOf(64, 64)
const callFor = (changes: Partial<CallPlan> = {}, id = 'gpt-image-2') => callOf(openai, id, changes)
const partsOf = (call: ProviderCall) => {
  const { body } = toWire(call)
  return body?.kind === 'multipart' ? body.parts : []
}

describe('printing a call', () => {
  test('a generation sends what was asked for and nothing else', () => {
    expect(toWire(callFor())).toEqual({
      method: 'POST',
      url: '/images/generations',
      headers: { 'idempotency-key': 'att_1' },
      body: {
        kind: 'json',
        value: {
          model: 'gpt-image-2',
          prompt: 'a lighthouse at dusk',
          n: 1,
          safety_identifier: 'hash',
        },
      },
    })
  })

  test('every setting has its place', () => {
    const { body } = toWire(
      callFor({
        n: 2,
        settings: {
          size: { width: 1536, height: 1024 },
          quality: 'high',
          format: 'webp',
          background: 'transparent',
          compression: 80,
          moderation: 'low',
          style: 'vivid',
        },
      }),
    )
    expect(body).toEqual({
      kind: 'json',
      value: {
        model: 'gpt-image-2',
        prompt: 'a lighthouse at dusk',
        n: 2,
        size: '1536x1024',
        quality: 'high',
        background: 'transparent',
        output_format: 'webp',
        output_compression: 80,
        moderation: 'low',
        safety_identifier: 'hash',
      },
    })
  })

  test('one input image is image, several are image[]', () => {
    const names = (images: CallPlan['images']) =>
      partsOf(callFor({ operation: 'edit', images }))
        .filter((part) => 'bytes' in part)
        .map((part) => [part.name, 'filename' in part ? part.filename : ''])
    expect(names([input])).toEqual([['image', 'image.png']])
    expect(names([input, input])).toEqual([
      ['image[]', 'image.png'],
      ['image[]', 'image.png'],
    ])
  })

  test('a mask goes along with the image', () => {
    const parts = partsOf(callFor({ operation: 'inpaint', images: [input], mask: input }))
    expect(parts.at(-1)).toMatchObject({ name: 'mask', contentType: 'image/png' })
  })

  test('previews are asked for only when one picture is made', () => {
    const streamed = { stream: true, partial_images: 2 }
    expect(toWire(callFor({ partialImages: 2 })).body).toMatchObject({ value: streamed })
    const { body } = toWire(callFor({ partialImages: 2, n: 2 }))
    expect(body?.kind === 'json' && body.value).not.toHaveProperty('stream')
  })
})

describe('options', () => {
  test.each([
    ['svg', { svg: { model: 'x' } }],
    ['style', { style: 'vivid' }],
    ['seed', { seed: 1 }],
    ['complexity', { complexity: 'high' }],
    ['moderation', { moderation: 'none' }],
  ])('%s is refused by name for gpt-image-2', (name, options) => {
    expect(checkOptions(callFor({ options }))).toMatchObject({
      code: 'options',
      param: `openai.${name}`,
    })
  })

  test('complexity reaches gpt-image-2.6', () => {
    const call = callFor({ options: { complexity: 'low' } }, 'gpt-image-2.6-flare')
    expect(checkOptions(call)).toBeUndefined()
    expect(toWire(call).body).toMatchObject({ value: { complexity: 'low' } })
  })
})

describe('estimates', () => {
  const settings = { quality: 'medium', size: { width: 1024, height: 1024 } } as const
  const outOf = (call: ProviderCall) => {
    const { low, expected, high } = estimate(call)
    return [low, expected, high].map((usage) => usage.tokens?.imageOut)
  }

  test('gpt-image-2 is exact once size and quality are named', () => {
    expect(outOf(callFor({ settings, n: 3 }))).toEqual([5_268, 5_268, 5_268])
  })

  test('without a quality anything from low to high can come', () => {
    expect(outOf(callFor({ settings: { size: settings.size } }))).toEqual([196, 1_756, 7_024])
  })

  test('without a size the range spans what auto chooses from', () => {
    expect(outOf(callFor({ settings: { quality: 'medium' } }))).toEqual([1_372, 1_756, 1_756])
  })

  test('previews cost 100 tokens each, and may stay out', () => {
    expect(outOf(callFor({ settings, partialImages: 3 }))).toEqual([1_756, 2_056, 2_056])
    expect(outOf(callFor({ settings, partialImages: 3, n: 2 }))).toEqual([3_512, 3_512, 3_512])
  })

  test('levels without a published count have no tokens, so that nothing prices them', () => {
    const call = callFor({ settings: { ...settings, quality: 'max' } }, 'gpt-image-2.6-sunburst')
    expect(estimate(call).high.tokens).toBeUndefined()
  })

  test('every input image is paid, and a mask at worst too', () => {
    const call: Partial<CallPlan> = {
      operation: 'inpaint',
      images: [input, input],
      mask: input,
    }
    const { low, expected, high } = estimate(callFor({ ...call, settings }))
    const counts = [low, expected, high].map((usage) => usage.tokens?.imageIn)
    expect(counts).toEqual([1_120, 2_000, 9_000])
  })
})

describe('reading answers', () => {
  test('usage that is no count leaves the estimate in place', () => {
    const image = { bytes: new Uint8Array([1]), digest: 'd' }
    const json = {
      data: [{ b64_json: { keeprate_image: 0 } }],
      usage: { input_tokens: -1, output_tokens: 'many' },
    }
    const outcome = fromWire({ status: 200, headers: {}, json, images: [image] }, callFor())
    expect(outcome).toMatchObject({ kind: 'produced', usage: {} })
  })

  test('pictures beyond those asked for are not handed on', () => {
    const image = { bytes: new Uint8Array([1]), digest: 'd' }
    const entry = { b64_json: { keeprate_image: 0 } }
    const json = { data: [entry, entry, entry] }
    const outcome = fromWire({ status: 200, headers: {}, json, images: [image] }, callFor())
    expect(outcome.kind === 'produced' && outcome.images).toHaveLength(1)
  })

  test.each([
    ['6m0s', 360_000],
    ['120ms', 120],
    ['1h2m3.5s', 3_723_500],
    ['51.84 seconds', 51_840],
    ['soon', undefined],
  ])('the duration %s', (text, expected) => {
    expect(durationMs(text)).toBe(expected)
  })
})
