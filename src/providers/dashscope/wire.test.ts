import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { callOf, inputOf, sentBy } from '../../testing/hosted-calls.ts'
import dashscope from './index.ts'
import { fromCancel, toCancel } from './tasks.ts'
import { toWire } from './wire.ts'

const input = (changes: Partial<InputImage> = {}) => ({ ...inputOf(800, 600), ...changes })
const planOf = (id: string, changes: Partial<CallPlan> = {}) =>
  callOf(dashscope, id, { settings: { format: 'png' }, ...changes })
const sentOf = (call: ProviderCall) => {
  const request = toWire(call)
  const { url, headers = {} } = request
  return { url, headers, sent: sentBy(request) }
}

describe('requests', () => {
  test('older Wan models take a prompt, as a task', () => {
    const settings = {
      size: { width: 1_696, height: 960 },
      seed: 0,
      negativePrompt: 'fog',
    } as const
    expect(sentOf(planOf('wan2.5-t2i-preview', { settings, n: 2 }))).toEqual({
      url: '/services/aigc/text2image/image-synthesis',
      headers: { 'x-dashscope-async': 'enable' },
      sent: {
        model: 'wan2.5-t2i-preview',
        input: { prompt: 'a lighthouse at dusk', negative_prompt: 'fog' },
        parameters: { size: '1696*960', n: 2, seed: 0 },
      },
    })
  })

  test('Wan 2.6 takes messages, as a task, and always a size to paint', () => {
    expect(sentOf(planOf('wan2.6-t2i', { settings: { negativePrompt: 'fog' } }))).toEqual({
      url: '/services/aigc/image-generation/generation',
      headers: { 'x-dashscope-async': 'enable' },
      sent: {
        model: 'wan2.6-t2i',
        input: { messages: [{ role: 'user', content: [{ text: 'a lighthouse at dusk' }] }] },
        parameters: { size: '1280*1280', n: 1, negative_prompt: 'fog' },
      },
    })
  })

  test('an edit shows its pictures first and follows them in size', () => {
    const plan = planOf('wan2.6-image', { operation: 'edit', images: [input(), input()] })
    expect(sentOf(plan).sent).toMatchObject({
      input: {
        messages: [
          {
            content: [
              { image: 'data:image/png;base64,AQID' },
              { image: 'data:image/png;base64,AQID' },
              { text: 'a lighthouse at dusk' },
            ],
          },
        ],
      },
      parameters: { n: 1, enable_interleave: false },
    })
    expect(sentOf(plan).sent.parameters).not.toHaveProperty('size')
  })

  test('Qwen is one call, with the options of the caller', () => {
    const options = { prompt_extend: false, watermark: true }
    const { url, headers, sent } = sentOf(planOf('qwen-image-max', { options }))
    expect(url).toBe('/services/aigc/multimodal-generation/generation')
    expect(headers).toEqual({})
    expect(sent.parameters).toMatchObject(options)
  })
})

describe('refusals before the call', () => {
  const edit = { operation: 'edit' } as const
  test.each<[string, string, Partial<CallPlan>, string]>([
    ['an unknown option', 'wan2.6-t2i', { options: { style: 'x' } }, 'dashscope.style'],
    ['a seed beyond its end', 'wan2.6-t2i', { settings: { seed: 2_147_483_648 } }, 'seed'],
    [
      'a negative prompt that would be cut',
      'qwen-image-max',
      { settings: { negativePrompt: 'x'.repeat(501) } },
      'negative_prompt',
    ],
    [
      'an input of more than 10 MB',
      'qwen-image-2.0',
      { ...edit, images: [input({ byteLength: 10_000_001 })] },
      'image',
    ],
    [
      'a transparent input of Wan',
      'wan2.6-image',
      { ...edit, images: [input({ hasAlpha: true })] },
      'image',
    ],
  ])('%s', (_claim, id, changes, param) => {
    expect(dashscope.checkOptions(planOf(id, changes))).toMatchObject({ param })
  })

  test('Qwen takes transparent inputs, and seed 0', () => {
    const images = [input({ hasAlpha: true })]
    const plan = planOf('qwen-image-2.0', { ...edit, images, settings: { seed: 0 } })
    expect(dashscope.checkOptions(plan)).toBeUndefined()
  })
})

describe('giving a task up', () => {
  const answer = (status: number, json: unknown): HttpAnswer => ({
    status,
    headers: {},
    images: [],
    json,
  })

  test('asks below the task', () => {
    const job = { id: 't-1', pollUrl: '/tasks/t-1', facts: {} }
    expect(toCancel(job)).toEqual({ method: 'POST', url: '/tasks/t-1/cancel' })
  })

  test.each([
    [200, { request_id: 'r' }, 'stopped'],
    [400, { code: 'UnsupportedOperation' }, 'too_late'],
    [500, { code: 'InternalError' }, 'unknown'],
    [404, undefined, 'unknown'],
  ])('an answer %i is read', (status, json, outcome) => {
    expect(fromCancel(answer(status, json))).toBe(outcome)
  })
})
