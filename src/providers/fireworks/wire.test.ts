import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { callOf, inputOf, sentBy } from '../../testing/hosted-calls.ts'
import { estimate } from './estimate.ts'
import fireworks from './index.ts'
import { toPoll } from './jobs.ts'
import { checkOptions } from './options.ts'
import { toWire } from './wire.ts'

const input = inputOf(64, 64)

const callFor = (id: string, changes: Partial<CallPlan> = {}) => callOf(fireworks, id, changes)

const bodyOf = (call: ProviderCall): unknown => sentBy(toWire(call))

describe('printing a call', () => {
  test('a workflow model gets its shape, and always its steps', () => {
    const call = callFor('flux-dev', { settings: { aspect: '16:9', seed: 7, format: 'jpeg' } })
    expect(toWire(call)).toMatchObject({
      url: '/workflows/accounts/fireworks/models/flux-1-dev-fp8/text_to_image',
      headers: { accept: 'image/jpeg' },
    })
    expect(bodyOf(call)).toEqual({
      prompt: 'a lighthouse at dusk',
      aspect_ratio: '16:9',
      num_inference_steps: 28,
      seed: 7,
    })
  })

  test('several pictures are asked for as a list, in the format asked for', () => {
    const call = callFor('flux-schnell', { n: 3, settings: { format: 'png', guidance: 2 } })
    expect(toWire(call).headers).toEqual({
      accept: 'application/json',
      'json-return-image-accept': 'image/png',
    })
    expect(bodyOf(call)).toEqual({
      prompt: 'a lighthouse at dusk',
      num_inference_steps: 4,
      guidance_scale: 2,
      samples: 3,
    })
  })

  test('a legacy model gets pixels, by other names', () => {
    const settings = { negativePrompt: 'fog', steps: 12, guidance: 5 }
    const call = callFor('ssd-1b', { settings, options: { safety_check: true } })
    expect(toWire(call).url).toBe('/image_generation/accounts/fireworks/models/SSD-1B')
    expect(bodyOf(call)).toEqual({
      prompt: 'a lighthouse at dusk',
      negative_prompt: 'fog',
      width: 1024,
      height: 1024,
      steps: 12,
      cfg_scale: 5,
      safety_check: true,
    })
  })

  test('Kontext gets its input as a data URL and the format as a field', () => {
    const options = { prompt_upsampling: true, safety_tolerance: 1 }
    const settings = { format: 'png' } as const
    const call = callFor('flux-kontext-max', { images: [input], settings, options })
    expect(toWire(call).url).toBe('/workflows/accounts/fireworks/models/flux-kontext-max')
    expect(bodyOf(call)).toEqual({
      prompt: 'a lighthouse at dusk',
      input_image: 'data:image/png;base64,AQID',
      output_format: 'png',
      prompt_upsampling: true,
      safety_tolerance: 1,
    })
  })

  test('a poll takes the id in its body', () => {
    expect(toPoll({ id: 'j1', pollUrl: '/p/get_result', facts: {} })).toEqual({
      method: 'POST',
      url: '/p/get_result',
      body: { kind: 'json', value: { id: 'j1' } },
    })
  })
})

describe('the wait for the answer to a submit', () => {
  const { flow } = fireworks
  const submitMs = (id: string) => (flow.kind === 'poll' ? flow.submitMs?.(callFor(id)) : undefined)

  test('is a minute for a job, and that of the model for a picture', () => {
    expect(submitMs('flux-kontext-pro')).toBe(60_000)
    expect(submitMs('flux-schnell')).toBe(300_000)
    expect(submitMs('stable-diffusion-xl')).toBe(300_000)
  })
})

describe('options', () => {
  test.each<[string, Partial<CallPlan>, string | undefined]>([
    ['flux-dev', { options: { safety_check: true } }, 'fireworks.safety_check'],
    ['flux-kontext-pro', { options: { safety_check: true } }, 'fireworks.safety_check'],
    ['flux-kontext-pro', { options: { webhook_url: 'x' } }, 'fireworks.webhook_url'],
    ['flux-kontext-pro', { options: { safety_tolerance: 7 } }, 'fireworks.safety_tolerance'],
    ['flux-kontext-pro', { options: { safety_tolerance: 6 } }, undefined],
    [
      'flux-kontext-pro',
      { options: { safety_tolerance: 3 }, images: [input] },
      'fireworks.safety_tolerance',
    ],
    ['stable-diffusion-xl', { options: { safety_check: 'yes' } }, 'fireworks.safety_check'],
    ['flux-schnell', { settings: { seed: 0 } }, 'seed'],
    ['flux-kontext-pro', { settings: { seed: 0 } }, undefined],
  ])('%s with %j', (id, change, param) => {
    expect(checkOptions(callFor(id, change))?.param).toBe(param)
  })
})

test.each([
  ['flux-schnell', {}, 4],
  ['flux-dev', { steps: 50 }, 50],
  ['ssd-1b', {}, 30],
  ['flux-kontext-pro', {}, undefined],
])('%s with %j is priced at %s steps', (id, settings, steps) => {
  expect(estimate(callFor(id, { settings })).high.steps).toBe(steps)
})
