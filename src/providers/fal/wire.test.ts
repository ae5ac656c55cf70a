import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { rate } from '../../core/pricing/rate.ts'
import { answerOf, callOf, inputOf, jsonOf } from '../../testing/hosted-calls.ts'
import fal from './index.ts'
import { fromPoll } from './results.ts'
import { emulatedEndpoints } from './sandbox-endpoints.ts'
import { fromCancel, fromSubmit, toCancel, toResult, toWire } from './wire.ts'

const wireOf = (id: string, changes: Partial<CallPlan> = {}) => toWire(callOf(fal, id, changes))
const bodyOf = (id: string, changes: Partial<CallPlan> = {}) => jsonOf(wireOf(id, changes))
const edit = { operation: 'edit', images: [inputOf(1_024, 1_024)] } as const

describe('requests', () => {
  test('go to the queue, without its own retries, and with our deadline for the start', () => {
    expect(wireOf('flux-schnell', { n: 2, settings: { seed: 7, steps: 4 } })).toEqual({
      method: 'POST',
      url: '/fal-ai/flux/schnell',
      headers: { 'x-fal-no-retry': '1', 'x-fal-request-timeout': '300' },
      body: {
        kind: 'json',
        value: {
          prompt: 'a lighthouse at dusk',
          image_size: { width: 1_024, height: 1_024 },
          seed: 7,
          num_inference_steps: 4,
          num_images: 2,
        },
      },
    })
  })

  test('each operation has its endpoint', () => {
    expect(wireOf('flux-kontext-pro').url).toBe('/fal-ai/flux-pro/kontext/text-to-image')
    expect(wireOf('flux-kontext-pro', edit).url).toBe('/fal-ai/flux-pro/kontext')
    expect(bodyOf('flux-kontext-pro', edit)).toEqual({
      prompt: 'a lighthouse at dusk',
      image_url: 'data:image/png;base64,AQID',
      num_images: 1,
    })
  })

  test('several input images are a list; an edit without a size leaves it to the model', () => {
    const images = [inputOf(1_024, 1_024), inputOf(640, 480)]
    expect(bodyOf('flux-2-pro', { operation: 'edit', images })).toEqual({
      prompt: 'a lighthouse at dusk',
      image_urls: ['data:image/png;base64,AQID', 'data:image/png;base64,AQID'],
    })
  })

  test('a mask goes along, and the picture keeps the size of its input', () => {
    const mask = { mask: inputOf(640, 480) }
    const changes = { operation: 'inpaint', images: [inputOf(640, 480)], ...mask } as const
    expect(bodyOf('flux-fill-pro', changes)).toMatchObject({
      image_url: 'data:image/png;base64,AQID',
      mask_url: 'data:image/png;base64,AQID',
    })
    expect(bodyOf('flux-fill-pro', changes)).not.toHaveProperty('image_size')
  })

  test('only the speed of Ideogram whose price is known is used', () => {
    expect(bodyOf('ideogram-v3')).toMatchObject({ rendering_speed: 'BALANCED' })
  })

  test('a deadline is never shorter than fal takes', () => {
    const call = callOf(fal, 'flux-schnell')
    const model = { ...call.model, timeoutMs: 100 }
    expect(toWire({ ...call, model }).headers).toMatchObject({ 'x-fal-request-timeout': '2' })
  })

  test('the end is reported to the webhook, if there is one', () => {
    const webhook = { url: 'https://gateway.example/hooks/a?b=c', secret: 'unused' }
    expect(toWire({ ...callOf(fal, 'flux-schnell'), webhook }).url).toBe(
      '/fal-ai/flux/schnell?fal_webhook=https%3A%2F%2Fgateway.example%2Fhooks%2Fa%3Fb%3Dc',
    )
  })

  test.each(
    fal.models.flatMap((model) => model.operations.map((name) => [model.id, name] as const)),
  )('everything sent to %s for %s is in its schema', (id, operation) => {
    const model = fal.models.find((candidate) => candidate.id === id)!
    const images = operation === 'generate' ? [] : [inputOf(1_024, 1_024)]
    const { url, body } = wireOf(id, {
      operation,
      images,
      ...(operation === 'inpaint' ? { mask: inputOf(1_024, 1_024) } : {}),
      n: model.maxImagesPerCall,
      settings: {
        format: 'png',
        seed: 1,
        negativePrompt: 'rain',
        ...(model.steps === undefined ? {} : { steps: model.steps.default }),
        ...(model.guidance === undefined ? {} : { guidance: model.guidance.default }),
      },
    })
    const endpoint = emulatedEndpoints[url.slice(1)]!
    const sent = Object.keys(body?.kind === 'json' ? (body.value as object) : {})
    expect(sent.filter((field) => !Object.hasOwn(endpoint.fields, field))).toEqual([])
    expect(endpoint.required.filter((field) => !sent.includes(field))).toEqual([])
  })
})

describe('options', () => {
  const check = (id: string, changes: Partial<CallPlan>) =>
    fal.checkOptions(callOf(fal, id, changes))

  test.each([
    ['flux-schnell', { enable_safety_checker: false, acceleration: 'high' }],
    ['flux-lora', { loras: [{ path: 'https://huggingface.co/a/b', scale: 0.8 }] }],
    ['flux-pro-1.1-ultra', { raw: true, safety_tolerance: '5' }],
    ['recraft-v3', { style: 'digital_illustration/2d_art_poster', colors: [{ r: 1, g: 2, b: 3 }] }],
  ])('%s takes its own', (id, options) => {
    expect(check(id, { options })).toBeUndefined()
    expect(bodyOf(id, { options })).toMatchObject(options)
  })

  test.each([
    ['recraft-v3', { style: 'vector_illustration' }, 'fal.style'],
    ['ideogram-v3', { rendering_speed: 'QUALITY' }, 'fal.rendering_speed'],
    ['z-image-turbo', { enable_prompt_expansion: true }, 'fal.enable_prompt_expansion'],
    ['flux-dev', { sync_mode: true }, 'fal.sync_mode'],
    ['flux-2-pro', { safety_tolerance: '6' }, 'fal.safety_tolerance'],
    ['flux-dev', { strength: 0.5 }, 'fal.strength'],
  ])('%s refuses %j', (id, options, param) => {
    expect(check(id, { options })).toMatchObject({ code: 'options', param })
  })

  test('the strength of an edit is taken', () => {
    expect(check('flux-dev', { ...edit, options: { strength: 0.5 } })).toBeUndefined()
  })

  test('a shape that the input does not have is refused where the picture keeps its size', () => {
    const settings = { size: { width: 1_536, height: 1_024 } }
    expect(check('flux-dev', { ...edit, settings })).toMatchObject({ code: 'size' })
    expect(check('flux-2-pro', { ...edit, settings })).toBeUndefined()
  })
})

describe('money', () => {
  const priceOf = (id: string, changes: Partial<CallPlan> = {}) => {
    const call = callOf(fal, id, changes)
    const row = fal.prices.findLast(
      ({ offer, operation }) => offer === `fal/${id}` && operation === call.operation,
    )!
    const nano = (usage: Parameters<typeof rate>[1]) => {
      const rated = rate(row, usage)
      return rated.ok ? rated.charge.totalNano : undefined
    }
    const { low, expected, high } = fal.estimate(call)
    return [nano(low), nano(expected), nano(high)]
  }

  test('1024×1024 is sold as one megapixel, a little more as two', () => {
    expect(priceOf('flux-schnell')[1]).toBe(3_000_000n)
    const size = { width: 1_040, height: 1_024 }
    const settings = { size }
    expect(priceOf('flux-schnell', { settings, expectedSize: size })[1]).toBe(6_000_000n)
  })

  test('an edit of FLUX.2 pays its input, and is held at the largest size', () => {
    const [low, expected, high] = priceOf('flux-2-pro', edit)
    // 0.03 for the first megapixel and 0.015 for the input; at most four and a fifth one of output.
    expect([low, expected, high]).toEqual([45_000_000n, 45_000_000n, 105_000_000n])
  })

  test('the price of a day is that of its row', () => {
    const rows = fal.prices.filter(
      ({ offer, operation }) => offer === 'fal/nano-banana' && operation === 'generate',
    )
    expect(rows.map((row) => [row.valid_from, row.valid_to, row.components[0]])).toEqual([
      ['2026-06-06', '2026-09-19', { kind: 'per_image', usd: '0.039' }],
      ['2026-09-20', null, { kind: 'per_image', usd: '0.0398' }],
    ])
  })
})

describe('jobs', () => {
  const call = callOf(fal, 'flux-schnell')
  const urls = {
    status_url: 'https://queue.fal.run/fal-ai/flux/requests/r1/status',
    response_url: 'https://queue.fal.run/fal-ai/flux/requests/r1',
    cancel_url: 'https://queue.fal.run/fal-ai/flux/requests/r1/cancel',
  }
  const jobOf = (body: object) => {
    const outcome = fromSubmit(answerOf(200, body), call)
    if (outcome.kind !== 'submitted') throw new Error('no job')
    return outcome.job
  }

  test('are asked for at the addresses that fal gives', () => {
    const job = jobOf({ request_id: 'r1', ...urls })
    expect(job.pollUrl).toBe(urls.status_url)
    expect(toResult(job).url).toBe(urls.response_url)
    expect(toCancel(job)).toEqual({ method: 'PUT', url: urls.cancel_url })
  })

  test('without them at the first two names of the endpoint', () => {
    const job = jobOf({ request_id: 'r1', status_url: 'soon' })
    expect(job.pollUrl).toBe('/fal-ai/flux/requests/r1/status')
    expect(toResult({ ...job, facts: {} }).url).toBe('/fal-ai/flux/requests/r1')
    expect(toCancel({ ...job, facts: {} }).url).toBe('/fal-ai/flux/requests/r1/cancel')
  })

  test('that have ended are asked for their result', () => {
    const job = jobOf({ request_id: 'r1', ...urls })
    expect(fromPoll(answerOf(200, { status: 'COMPLETED' }), job, call)).toEqual({
      kind: 'pending',
      checkAfterMs: 0,
      askNext: { method: 'GET', url: urls.response_url },
    })
  })

  test('that ended in an error of 5xx are not asked for again, but a poll that failed is', () => {
    const job = jobOf({ request_id: 'r1', ...urls })
    const own = answerOf(500, { detail: 'x', error_type: 'internal_error' })
    const passing = answerOf(502, undefined)
    const statusOf = (answer: ReturnType<typeof answerOf>) => {
      const outcome = fromPoll(answer, job, call)
      return outcome.kind === 'failed' ? outcome.failure.status : 'not failed'
    }
    expect(statusOf(own)).toBeUndefined()
    expect(statusOf(passing)).toBe(502)
  })

  test.each([
    ['many', {}],
    ['-1', {}],
    ['1000000', {}],
    ['3', { outputMegapixels: 3 }],
  ])('%s billed units are believed only when they can be', (units, expected) => {
    const job = jobOf({ request_id: 'r1', ...urls })
    const images = [{ url: 'https://v3.fal.media/a.png' }]
    const answer = answerOf(200, { images }, { 'x-fal-billable-units': units })
    expect(fromPoll(answer, job, call)).toMatchObject({ usage: { images: 1, ...expected } })
    const perImage = callOf(fal, 'nano-banana')
    expect(fromPoll(answer, job, perImage)).toMatchObject({ usage: { images: 1 } })
  })

  test.each([
    [200, 'OK', 'stopped'],
    [202, 'CANCELLATION_REQUESTED', 'signalled'],
    [400, 'ALREADY_COMPLETED', 'too_late'],
    [404, 'NOT_FOUND', 'unknown'],
    [500, 'toString', 'unknown'],
    [500, undefined, 'unknown'],
  ])('a stop that is answered with %i %s is %s', (code, status, outcome) => {
    expect(fromCancel(answerOf(code, { status }))).toBe(outcome)
  })
})
