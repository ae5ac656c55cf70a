import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { callOf, inputOf, sentBy } from '../../testing/hosted-calls.ts'
import { estimate } from './estimate.ts'
import together from './index.ts'
import { checkOptions } from './options.ts'
import { toWire } from './wire.ts'

const input = inputOf(64, 64)

const callFor = (id: string, changes: Partial<CallPlan> = {}) => callOf(together, id, changes)

const bodyOf = (call: ProviderCall): unknown => sentBy(toWire(call))

describe('printing a call', () => {
  test('a model of the first kind gets count, steps and guidance by their names', () => {
    const settings = { seed: 7, steps: 30, guidance: 4, format: 'png' } as const
    const options = { disable_safety_checker: true, image_loras: [LORA] }
    expect(bodyOf(callFor('flux-2-dev', { n: 3, settings, options }))).toEqual({
      model: 'black-forest-labs/FLUX.2-dev',
      prompt: 'a lighthouse at dusk',
      n: 3,
      width: 1024,
      height: 1024,
      steps: 30,
      guidance_scale: 4,
      seed: 7,
      output_format: 'png',
      response_format: 'base64',
      disable_safety_checker: true,
      image_loras: [LORA],
    })
  })

  test('a model of the second kind gets no count, not even one', () => {
    const call = callFor('gemini-3-pro-image', { settings: { format: 'jpeg' } })
    expect(bodyOf(call)).toEqual({
      model: 'google/gemini-3-pro-image',
      prompt: 'a lighthouse at dusk',
      width: 1024,
      height: 1024,
      output_format: 'jpeg',
      response_format: 'base64',
    })
  })

  test('references are data URLs in a list', () => {
    const images = [input, input]
    const call = callFor('flux-2-pro', { operation: 'edit', images })
    expect(bodyOf(call)).toMatchObject({
      reference_images: ['data:image/png;base64,AQID', 'data:image/png;base64,AQID'],
    })
  })

  test('Kontext gets one link and a shape, and follows its input without one', () => {
    const images = [input]
    const call = callFor('flux-kontext-pro', { operation: 'edit', images })
    expect(bodyOf(call)).toEqual({
      model: 'black-forest-labs/FLUX.1-kontext-pro',
      prompt: 'a lighthouse at dusk',
      image_url: 'data:image/png;base64,AQID',
      response_format: 'base64',
    })
    const shaped = { ...call, settings: { aspect: '16:9' } }
    expect(bodyOf(shaped)).toMatchObject({ aspect_ratio: '16:9' })
    expect(bodyOf(shaped)).not.toHaveProperty('width')
  })
})

const LORA = { path: 'https://huggingface.co/a/b', scale: 0.8 }

describe('options', () => {
  test.each([
    ['a safety checker for a model without one', 'flux-2-pro', { disable_safety_checker: true }],
    ['LoRAs for a model without them', 'qwen-image', { image_loras: [LORA] }],
    ['a LoRA that is no link', 'flux-2-dev', { image_loras: [{ path: 'x', scale: 1 }] }],
    ['what is not known', 'flux-2-dev', { image_url: 'https://example.com/a.png' }],
  ])('refused: %s', (_claim, id, options) => {
    expect(checkOptions(callFor(id, { options }))).toMatchObject({ code: 'options' })
  })

  test('a refusal names the option', () => {
    expect(checkOptions(callFor('qwen-image', { options: { image_loras: [LORA] } }))).toEqual({
      code: 'options',
      param: 'together.image_loras',
      reason: 'option image_loras of qwen-image (generate): the model has none',
    })
  })
})

describe('the estimate', () => {
  test('steps are those asked for, else the default that the price covers', () => {
    expect(estimate(callFor('qwen-image')).expected.steps).toBe(20)
    expect(estimate(callFor('qwen-image', { settings: { steps: 45 } })).high.steps).toBe(45)
  })

  test.each([
    ['512x512', '512'],
    ['1376x768', '1k'],
    ['2752x1536', '2k'],
    ['5504x3072', '4k'],
  ])('a picture of %s is of the class %s', (size, resolution) => {
    const [width = 0, height = 0] = size.split('x').map(Number)
    const call = callFor('gemini-3.1-flash-image', { expectedSize: { width, height } })
    expect(estimate(call).expected).toMatchObject({ resolution, references: 0 })
  })

  test('the pixels that Kontext chooses are a range around a megapixel', () => {
    const call = callFor('flux-kontext-max', { operation: 'edit', images: [input] })
    const { low, high } = estimate(call)
    expect(low.outputMegapixels).toBeLessThan(1)
    expect(high.outputMegapixels).toBeGreaterThan(1.1)
  })
})

test('every listed size of the models by resolution falls into a priced class', () => {
  const listed = together.models.filter(({ wire }) => wire.resolutions === true)
  expect(listed.map(({ id }) => id)).toEqual(['gemini-3.1-flash-image', 'gemini-3-pro-image'])
  for (const model of listed) {
    const sizes = model.sizes.kind === 'list' ? model.sizes.sizes : []
    const classes = sizes.map((expectedSize) => estimate(callFor(model.id, { expectedSize })))
    const priced = together.prices.find(({ offer }) => offer === `together/${model.id}`)
    const table = priced?.components[0]
    const names = table?.kind === 'matrix' ? Object.keys(table.usd) : []
    expect(new Set(classes.map(({ expected }) => expected.resolution))).toEqual(new Set(names))
  }
})
