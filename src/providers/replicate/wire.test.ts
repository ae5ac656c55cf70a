import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { rate } from '../../core/pricing/rate.ts'
import { answerOf, callOf, inputOf, jsonOf } from '../../testing/hosted-calls.ts'
import replicate from './index.ts'
import { fromCancel, fromPoll, fromSubmit, toCancel } from './predictions.ts'
import { emulatedModels } from './sandbox-models.ts'
import { submitMs, toUpload, toWire } from './wire.ts'

const wireOf = (id: string, changes: Partial<CallPlan> = {}) =>
  toWire(callOf(replicate, id, changes), [])
const inputOfCall = (id: string, changes: Partial<CallPlan> = {}) =>
  (jsonOf(wireOf(id, changes)) as { input: object }).input

const edit = { operation: 'edit', images: [inputOf(1_024, 1_024)] } as const

describe('requests', () => {
  test('an official model is called by its name, and stopped at the time limit', () => {
    const wire = wireOf('flux-1.1-pro-ultra', { settings: { aspect: '16:9', format: 'jpeg' } })
    expect(wire).toEqual({
      method: 'POST',
      url: '/models/black-forest-labs/flux-1.1-pro-ultra/predictions',
      headers: { 'cancel-after': '300s' },
      body: {
        kind: 'json',
        value: {
          input: { prompt: 'a lighthouse at dusk', aspect_ratio: '16:9', output_format: 'jpg' },
        },
      },
    })
  })

  test('a fast model is waited for, so that its picture comes with the answer', () => {
    expect(wireOf('flux-schnell').headers).toMatchObject({ prefer: 'wait=60' })
    expect(submitMs(callOf(replicate, 'flux-schnell'))).toBe(75_000)
    expect(submitMs(callOf(replicate, 'flux-1.1-pro-ultra'))).toBe(60_000)
  })

  test('any other model is called by a version, with width and height and a mask', () => {
    const wire = wireOf('sdxl', {
      operation: 'inpaint',
      images: [inputOf(1_024, 1_024)],
      mask: inputOf(1_024, 1_024),
      settings: { negativePrompt: 'rain', steps: 30, guidance: 7, seed: 5 },
      n: 2,
      options: { scheduler: 'DDIM' },
    })
    expect(wire.url).toBe('/predictions')
    expect(jsonOf(wire)).toEqual({
      version: '7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc',
      input: {
        prompt: 'a lighthouse at dusk',
        seed: 5,
        negative_prompt: 'rain',
        num_inference_steps: 30,
        guidance_scale: 7,
        num_outputs: 2,
        image: 'data:image/png;base64,AQID',
        mask: 'data:image/png;base64,AQID',
        scheduler: 'DDIM',
      },
    })
  })

  test('a size is printed as each model takes it', () => {
    const size = { width: 1_280, height: 960 }
    expect(inputOfCall('flux-1.1-pro', { settings: { size } })).toMatchObject({
      aspect_ratio: 'custom',
      width: 1_280,
      height: 960,
    })
    const listed = { width: 1_365, height: 1_024 }
    expect(inputOfCall('recraft-v3', { settings: { size: listed } })).toMatchObject({
      size: '1365x1024',
    })
    expect(inputOfCall('photon')).toMatchObject({ aspect_ratio: '1:1' })
  })

  test('an edit without a shape follows its input', () => {
    expect(inputOfCall('flux-kontext-pro', edit)).toEqual({
      prompt: 'a lighthouse at dusk',
      input_image: 'data:image/png;base64,AQID',
    })
    expect(inputOfCall('flux-dev', { ...edit, settings: { aspect: '1:1' } })).not.toHaveProperty(
      'aspect_ratio',
    )
  })

  test('start and end are reported to the webhook, if there is one', () => {
    const call = callOf(replicate, 'flux-dev')
    const webhook = { url: 'https://gateway.example/hooks/att_1', secret: 'unused' }
    expect(jsonOf(toWire({ ...call, webhook }, []))).toMatchObject({
      webhook: webhook.url,
      webhook_events_filter: ['start', 'completed'],
    })
  })

  test.each(
    replicate.models.flatMap((model) => model.operations.map((op) => [model.id, op] as const)),
  )('everything sent to %s for %s is in its schema', (id, operation) => {
    const model = replicate.models.find((candidate) => candidate.id === id)!
    const name = model.wire.model ?? 'stability-ai/sdxl'
    const images = operation === 'generate' ? [] : [inputOf(1_024, 1_024)]
    const mask = operation === 'inpaint' ? { mask: inputOf(1_024, 1_024) } : {}
    const sent = inputOfCall(id, {
      operation,
      images,
      ...mask,
      n: model.maxImagesPerCall,
      settings: {
        format: 'png',
        seed: 1,
        ...(model.steps === undefined ? {} : { steps: model.steps.default }),
        ...(model.guidance === undefined ? {} : { guidance: model.guidance.default }),
      },
    })
    const known = emulatedModels.get(String(name))!.fields
    expect(Object.keys(sent).filter((field) => !Object.hasOwn(known, field))).toEqual([])
  })
})

describe('files', () => {
  const large = new Uint8Array(256 * 1_024 + 1)
  const call = callOf(
    replicate,
    'sdxl',
    { operation: 'inpaint', images: [inputOf(1_024, 1_024)], mask: inputOf(1_024, 1_024) },
    large,
  )

  test('up to 256 KB they go along as data URIs', () => {
    const small = callOf(replicate, 'flux-dev', edit, new Uint8Array(256 * 1_024))
    expect(toUpload(small, [])).toBeUndefined()
  })

  test('larger ones are uploaded first, one after the other, and named by their links', () => {
    const first = toUpload(call, [])
    expect(first).toMatchObject({ method: 'POST', url: '/files', body: { kind: 'multipart' } })
    const linked = (id: string) =>
      answerOf(201, { id, urls: { get: `https://api.replicate.com/v1/files/${id}` } })
    expect(toUpload(call, [linked('image')])).toMatchObject({ url: '/files' })
    const answers = [linked('image'), linked('mask')]
    expect(toUpload(call, answers)).toBeUndefined()
    expect(jsonOf(toWire(call, answers))).toMatchObject({
      input: {
        image: 'https://api.replicate.com/v1/files/image',
        mask: 'https://api.replicate.com/v1/files/mask',
      },
    })
  })
})

describe('options', () => {
  const check = (id: string, changes: Partial<CallPlan>) =>
    replicate.checkOptions(callOf(replicate, id, changes))

  test.each([
    ['flux-dev', { prompt_strength: 0.7, go_fast: true }],
    ['flux-dev-lora', { lora_weights: 'huggingface.co/owner/name', lora_scale: 0.8 }],
    ['ideogram-v3-turbo', { style_type: 'Design' }],
    ['sdxl', { refine: 'expert_ensemble_refiner', high_noise_frac: 0.8 }],
  ])('%s takes its own', (id, options) => {
    expect(check(id, { options })).toBeUndefined()
    expect(inputOfCall(id, { options })).toMatchObject(options)
  })

  test('what changes the price or the pixels is refused', () => {
    expect(check('flux-schnell', { options: { megapixels: '0.25' } })).toMatchObject({
      code: 'options',
      param: 'replicate.megapixels',
    })
    expect(check('lucid-origin', { options: { generation_mode: 'ultra' } })).toBeDefined()
  })

  test('a value out of range is refused, and not sent', () => {
    const options = { prompt_strength: 3 }
    expect(check('flux-dev', { options })).toMatchObject({ param: 'replicate.prompt_strength' })
    expect(inputOfCall('flux-dev', { options })).not.toHaveProperty('prompt_strength')
  })

  test('a shape that the input does not have is refused where the picture keeps its size', () => {
    const changes = { ...edit, settings: { aspect: '16:9' } }
    expect(check('flux-dev', changes)).toMatchObject({ code: 'size' })
    expect(check('flux-dev', { ...edit, settings: { aspect: '1:1' } })).toBeUndefined()
    expect(check('flux-kontext-pro', changes)).toBeUndefined()
  })
})

describe('money', () => {
  test('seconds are held up to the time limit, and expected by the typical time', () => {
    const call = callOf(replicate, 'sdxl', { n: 2, settings: { steps: 25 } })
    const { low, expected, high } = replicate.estimate(call)
    expect(low.predictSeconds).toBeCloseTo(0.6)
    expect(expected.predictSeconds).toBe(6)
    expect(high.predictSeconds).toBe(300)
    const row = replicate.prices.find(({ offer }) => offer === 'replicate/sdxl')!
    const rated = rate(row, { ...expected, predictSeconds: 4.2 })
    // 4.2 seconds of an L40S at $0.000975.
    expect(rated.ok && rated.charge.totalNano).toBe(4_095_000n)
  })

  test('the estimate never exceeds the ceiling', () => {
    const size = { width: 1_536, height: 1_024 }
    const settings = { steps: 500, size }
    const call = callOf(replicate, 'sdxl', { n: 4, settings })
    const { expected, high } = replicate.estimate(call)
    expect(expected.predictSeconds).toBe(high.predictSeconds)
  })
})

describe('jobs', () => {
  const submit = (urls: object) =>
    fromSubmit(answerOf(201, { id: 'p1', status: 'starting', urls }), callOf(replicate, 'flux-dev'))

  test('are found by the links of the answer, or by their id', () => {
    const get = 'https://api.replicate.com/v1/predictions/p1'
    expect(submit({ get, cancel: `${get}/cancel` })).toEqual({
      kind: 'submitted',
      job: { id: 'p1', pollUrl: get, facts: { cancel_url: `${get}/cancel` } },
    })
    expect(submit({ get: 7 })).toMatchObject({ job: { pollUrl: '/predictions/p1' } })
  })

  test('a link that is none is no picture', () => {
    const plan = callOf(replicate, 'flux-schnell', { n: 2 })
    const output = ['javascript:alert(1)', 'https://replicate.delivery/a.webp']
    const job = { id: 'p1', pollUrl: '/predictions/p1', facts: {} }
    expect(fromPoll(answerOf(200, { status: 'succeeded', output }), job, plan)).toMatchObject({
      kind: 'produced',
      images: [{ url: 'https://replicate.delivery/a.webp' }],
      withheld: [{ class: 'empty', billed: false }],
    })
  })

  test.each([
    ['aborted', 200, 'stopped'],
    ['canceled', 200, 'stopped_charged'],
    ['processing', 200, 'signalled'],
    ['succeeded', 200, 'too_late'],
    ['failed', 200, 'too_late'],
    ['toString', 200, 'unknown'],
    ['canceled', 500, 'unknown'],
  ])('a stop that is answered with %s and %i is %s', (status, code, outcome) => {
    expect(fromCancel(answerOf(code, { status }))).toBe(outcome)
  })

  test('a stop goes to the link of the answer', () => {
    const job = { id: 'p1', pollUrl: '/x', facts: { cancel_url: 'https://a.example/c' } }
    expect(toCancel(job)).toEqual({ method: 'POST', url: 'https://a.example/c' })
    expect(toCancel({ ...job, facts: {} }).url).toBe('/predictions/p1/cancel')
  })
})
