import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { callOf, inputOf, sentBy } from '../../testing/hosted-calls.ts'
import { classify } from './classify.ts'
import bedrock from './index.ts'
import { toWire } from './wire.ts'

const planOf = (id: string, changes: Partial<CallPlan> = {}) =>
  callOf(bedrock, id, { settings: { format: 'png' }, ...changes })
const sentOf = (call: ProviderCall) => {
  const request = toWire(call)
  return { method: request.method, url: request.url, sent: sentBy(request) }
}

describe('requests', () => {
  test('a generation names shape, seed and format, and the model in the path', () => {
    const settings = { format: 'jpeg', aspect: '3:2', seed: 9, negativePrompt: 'fog' } as const
    expect(sentOf(planOf('stable-image-core', { settings }))).toEqual({
      method: 'POST',
      url: '/model/stability.stable-image-core-v1%3A1/invoke',
      sent: {
        prompt: 'a lighthouse at dusk',
        aspect_ratio: '3:2',
        negative_prompt: 'fog',
        seed: 9,
        output_format: 'jpeg',
      },
    })
  })

  test('an edit of SD 3.5 says its mode and a strength, and no shape', () => {
    const plan = planOf('sd3.5-large', {
      operation: 'edit',
      images: [inputOf(1_024, 1_024)],
      settings: { format: 'png', aspect: '1:1' },
    })
    expect(sentOf(plan).sent).toEqual({
      prompt: 'a lighthouse at dusk',
      mode: 'image-to-image',
      output_format: 'png',
      image: 'AQID',
      strength: 0.75,
    })
  })

  test('an edit of Ultra takes the strength of the caller and no mode', () => {
    const options = { strength: 0.35 }
    const plan = planOf('stable-image-ultra', {
      operation: 'edit',
      images: [inputOf(9, 9)],
      options,
    })
    expect(sentOf(plan).sent).toMatchObject({ strength: 0.35 })
    expect(sentOf(plan).sent).not.toHaveProperty('mode')
  })

  test('inpainting goes to its inference profile with image, mask and own options', () => {
    const plan = planOf('stable-image-inpaint', {
      operation: 'inpaint',
      images: [inputOf(800, 600)],
      mask: inputOf(800, 600),
      options: { grow_mask: 8, style_preset: 'anime' },
    })
    expect(sentOf(plan)).toMatchObject({
      url: '/model/us.stability.stable-image-inpaint-v1%3A0/invoke',
      sent: { image: 'AQID', mask: 'AQID', grow_mask: 8, style_preset: 'anime' },
    })
  })
})

describe('refusals before the call', () => {
  const edit = { operation: 'edit', images: [inputOf(1_200, 800)] } as const
  test.each<[string, Partial<CallPlan>, string, string]>([
    ['seed 0', { settings: { seed: 0 } }, 'seed', 'from 1 to 4294967294'],
    ['a seed that is too large', { settings: { seed: 4_294_967_295 } }, 'seed', 'not 4294967295'],
    ['another shape than the input', { ...edit, settings: { aspect: '1:1' } }, 'size', 'keeps'],
    [
      'too many bytes',
      { ...edit, images: [{ ...inputOf(9, 9), byteLength: 19_000_000 }] },
      'image',
      '18.6 MB together',
    ],
    ['an unknown option', { options: { steps: 4 } }, 'bedrock.steps', 'steps'],
    ['a strength above 1', { ...edit, options: { strength: 2 } }, 'bedrock.strength', 'strength'],
    ['an option of inpainting', { options: { grow_mask: 4 } }, 'bedrock.grow_mask', 'generate'],
  ])('%s', (_claim, changes, param, words) => {
    const unfit = bedrock.checkOptions(planOf('stable-image-ultra', changes))
    expect(unfit).toMatchObject({ param, reason: expect.stringContaining(words) })
  })

  test('the shape of the input is no other shape', () => {
    const plan = planOf('sd3.5-large', { ...edit, settings: { aspect: '3:2' } })
    expect(bedrock.checkOptions(plan)).toBeUndefined()
  })
})

describe('errors', () => {
  test('the name of an exception may stand in the body alone', () => {
    const json = { __type: 'com.amazon.coral.service#ThrottlingException', message: 'slow down' }
    expect(classify({ status: 400, headers: {}, images: [], json })).toMatchObject({
      class: 'rate_limited',
      providerCode: 'ThrottlingException',
      message: 'slow down',
    })
  })

  test('without a name the status decides', () => {
    const answer = { status: 502, headers: {}, images: [], text: 'Bad Gateway' }
    expect(classify(answer)).toMatchObject({ class: 'overloaded', message: 'Bad Gateway' })
  })
})

test('retired models are rows with a last day, and Nova Canvas keeps its prices', () => {
  const ended = bedrock.models.filter(({ lifecycle }) => lifecycle.shutdownAt !== undefined)
  expect(ended.map(({ id }) => id)).toEqual(['nova-canvas', 'titan-image-generator-v2'])
  const rows = bedrock.prices.filter(({ offer }) => offer === 'bedrock/nova-canvas')
  expect(rows.every((row) => row.valid_to === '2026-09-29')).toBe(true)
  expect(rows.length).toBeGreaterThan(0)
})

describe('image services', () => {
  test('take words, pictures and details under their own names', () => {
    const images = [inputOf(800, 600), inputOf(600, 800)]
    const replace = planOf('stable-image-search-replace', {
      operation: 'search_and_replace',
      details: { kind: 'search_and_replace', search: 'the cup' },
      images: images.slice(0, 1),
    })
    expect(sentOf(replace)).toEqual({
      method: 'POST',
      url: '/model/us.stability.stable-image-search-replace-v1%3A0/invoke',
      sent: {
        ...{ prompt: 'a lighthouse at dusk', search_prompt: 'the cup' },
        ...{ output_format: 'png', image: 'AQID' },
      },
    })
    const expand = { left: 8, right: 0, top: 16, bottom: 0 }
    const outpaint = planOf('stable-outpaint', {
      operation: 'outpaint',
      details: { kind: 'outpaint', expand },
      images: images.slice(0, 1),
    })
    expect(sentOf(outpaint).sent).toMatchObject({ left: 8, right: 0, up: 16, down: 0 })
    const transfer = planOf('stable-style-transfer', { operation: 'style_transfer', images })
    expect(sentOf(transfer).sent).toMatchObject({ init_image: 'AQID', style_image: 'AQID' })
  })

  test('that need no words get none', () => {
    const plan = planOf('stable-fast-upscale', { operation: 'upscale', images: [inputOf(64, 64)] })
    expect(sentOf(plan).sent).toEqual({ output_format: 'png', image: 'AQID' })
  })
})
