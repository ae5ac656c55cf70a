import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { callOf, formOf, inputOf, sentBy } from '../../testing/hosted-calls.ts'
import { estimate } from './estimate.ts'
import deepinfra from './index.ts'
import { checkOptions } from './options.ts'
import { toWire } from './wire.ts'

const input = inputOf(64, 64)

const callFor = (id: string, changes: Partial<CallPlan> = {}) => callOf(deepinfra, id, changes)

const bodyOf = (call: ProviderCall): unknown => sentBy(toWire(call))

describe('printing a call', () => {
  test('a generation goes to the native endpoint, in numbers', () => {
    const settings = { seed: 7, steps: 4, size: { width: 768, height: 512 } }
    const call = callFor('flux-schnell', { n: 2, settings })
    expect(toWire(call).url).toBe('/inference/black-forest-labs/FLUX-1-schnell')
    expect(bodyOf(call)).toEqual({
      prompt: 'a lighthouse at dusk',
      num_images: 2,
      width: 768,
      height: 512,
      num_inference_steps: 4,
      seed: 7,
    })
  })

  test('a model that takes a shape gets no pixels', () => {
    const settings = { aspect: '16:9', negativePrompt: 'fog' }
    expect(bodyOf(callFor('sd3.5-large', { settings }))).toEqual({
      prompt: 'a lighthouse at dusk',
      num_images: 1,
      aspect_ratio: '16:9',
      negative_prompt: 'fog',
    })
  })

  test('an edit is a form in which images share one name', () => {
    const images = [input, input]
    const call = callFor('qwen-image-edit', { operation: 'inpaint', images, mask: input })
    expect(toWire(call).url).toBe('/openai/images/edits')
    expect(formOf(toWire(call))).toEqual([
      'model=Qwen/Qwen-Image-Edit',
      'prompt=a lighthouse at dusk',
      'n=1',
      'size=1024x1024',
      'response_format=b64_json',
      'user=hash',
      'image=image.png',
      'image=image.png',
      'mask=mask.png',
    ])
  })

  test('a variation has an endpoint of its own and takes no words', () => {
    const call = callFor('flux-redux-dev', { operation: 'variation', images: [input] })
    expect(toWire(call).url).toBe('/openai/images/variations')
    expect(formOf(toWire(call)).filter((part) => part.startsWith('prompt'))).toEqual([])
  })
})

test.each([
  ['flux-schnell', {}, 1],
  ['flux-schnell', { steps: 4 }, 4],
  ['flux-redux-dev', {}, 25],
  ['flux-pro-1.1', {}, undefined],
])('%s with %j is priced at %s steps', (id, settings, steps) => {
  expect(estimate(callFor(id, { settings })).high.steps).toBe(steps)
})

test('an option is refused by its name', () => {
  expect(checkOptions(callFor('flux-dev', { options: { webhook: 'https://x.example' } }))).toEqual({
    code: 'options',
    param: 'deepinfra.webhook',
    reason: 'option webhook of flux-dev (generate): there is no such option',
  })
})

test('models without a published price have no row', () => {
  const priced = new Set(deepinfra.prices.map(({ offer }) => offer))
  const without = deepinfra.models.filter(({ id }) => !priced.has(`deepinfra/${id}`))
  expect(without.map(({ id }) => id)).toEqual(['flux-kontext-dev', 'qwen-image-edit'])
})
