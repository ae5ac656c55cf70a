import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { rate } from '../../core/pricing/rate.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { toWire } from './form.ts'
import stability from './index.ts'
import { classify, fromWire } from './wire.ts'

const input = (width: number, height: number): InputImage => ({
  digest: 'a'.repeat(64),
  format: 'png',
  width,
  height,
  byteLength: 3,
  hasAlpha: false,
})

const planOf = (id: string, changes: Partial<CallPlan> = {}): CallPlan => ({
  model: stability.models.find((model) => model.id === id)!,
  operation: 'generate',
  prompt: 'a lighthouse at dusk',
  n: 1,
  settings: { format: 'png' },
  expectedSize: { width: 1_024, height: 1_024 },
  images: [],
  options: {},
  ...changes,
})

const wireOf = ({ images, mask, ...plan }: CallPlan) => {
  const call: ProviderCall = {
    ...plan,
    attemptId: 'att_1',
    safetyIdentifier: 'hash',
    images: images.map((image) => ({ ...image, bytes: Uint8Array.of(1, 2, 3) })),
    ...(mask === undefined ? {} : { mask: { ...mask, bytes: Uint8Array.of(4) } }),
  }
  const { url, headers, body } = toWire(call)
  const parts = body?.kind === 'multipart' ? body.parts : []
  const form = Object.fromEntries(
    parts.map((part) => [part.name, 'value' in part ? part.value : part.filename]),
  )
  return { url, headers, form }
}

const answer = (status: number, changes: Partial<HttpAnswer>): HttpAnswer => ({
  status,
  headers: {},
  images: [],
  ...changes,
})

const picture = { bytes: Uint8Array.of(1), digest: 'b'.repeat(64) }

describe('requests', () => {
  test('a generation is a form that asks for raw bytes', () => {
    const settings = { format: 'webp', aspect: '3:2', seed: 9, negativePrompt: 'fog' } as const
    expect(wireOf(planOf('stable-image-core', { settings }))).toEqual({
      url: '/v2beta/stable-image/generate/core',
      headers: {
        accept: 'image/*',
        'stability-client-id': 'keeprate',
        'stability-client-user-id': 'hash',
      },
      form: {
        prompt: 'a lighthouse at dusk',
        aspect_ratio: '3:2',
        negative_prompt: 'fog',
        seed: '9',
        output_format: 'webp',
      },
    })
  })

  test('SD 3.5 names its model and takes guidance', () => {
    const { form, url } = wireOf(planOf('sd3.5-medium', { settings: { guidance: 4.5 } }))
    expect(url).toBe('/v2beta/stable-image/generate/sd3')
    expect(form).toMatchObject({ model: 'sd3.5-medium', cfg_scale: '4.5' })
    expect(form).not.toHaveProperty('mode')
  })

  test.each([
    ['sd3.5-large', {}, '0.75'],
    ['sd3.5-flash', {}, '0.95'],
    ['sd3.5-large', { strength: 0.4 }, '0.4'],
  ])(
    'an edit by %s with %j has strength %s and keeps the shape of its input',
    (id, options, strength) => {
      const settings = { aspect: '1:1' }
      const plan = planOf(id, { operation: 'edit', images: [input(512, 512)], settings, options })
      const { form } = wireOf(plan)
      expect(form).toMatchObject({ mode: 'image-to-image', strength, image: 'image.png' })
      expect(form).not.toHaveProperty('aspect_ratio')
    },
  )

  test('ultra takes a shape with its image, and no mode', () => {
    const settings = { aspect: '16:9' }
    const images = [input(512, 512)]
    const { form } = wireOf(planOf('stable-image-ultra', { operation: 'edit', images, settings }))
    expect(form).toMatchObject({ aspect_ratio: '16:9', strength: '0.75' })
    expect(form).not.toHaveProperty('mode')
  })

  test('an inpainting sends image and mask', () => {
    const mask = input(512, 512)
    const plan = planOf('stable-inpaint', {
      operation: 'inpaint',
      images: [input(512, 512)],
      mask,
      options: { grow_mask: 10 },
    })
    const { form, url } = wireOf(plan)
    expect(url).toBe('/v2beta/stable-image/edit/inpaint')
    expect(form).toMatchObject({ image: 'image.png', mask: 'mask.png', grow_mask: '10' })
    expect(plan.model.wire.mask).toBe('white_is_edit')
  })
})

describe('options', () => {
  const edit = { operation: 'edit', images: [input(1_024, 1_024)] } as const

  test.each([
    ['an unknown one', {}, { steps: 30 }, 'stability.steps'],
    ['an unknown style', {}, { style_preset: 'baroque' }, 'stability.style_preset'],
    ['a strength without an image', {}, { strength: 0.5 }, 'stability.strength'],
    ['a strength beyond 1', edit, { strength: 1.5 }, 'stability.strength'],
  ])('%s is refused', (_, changes, options, param) => {
    const unfit = stability.checkOptions(planOf('sd3.5-large', { ...changes, options }))
    expect(unfit).toMatchObject({ code: 'options', param })
  })

  test.each([0, 4_294_967_295])('seed %s would not be kept and is refused', (seed) => {
    const unfit = stability.checkOptions(planOf('stable-image-core', { settings: { seed } }))
    expect(unfit).toMatchObject({ param: 'seed' })
  })

  test('inputs beyond 10 MiB are refused before Stability does', () => {
    const images = [{ ...input(1_024, 1_024), byteLength: 10 * 2 ** 20 }]
    expect(stability.checkOptions(planOf('sd3.5-large', { ...edit, images }))).toMatchObject({
      code: 'inputs',
    })
  })

  test('an edit by SD 3.5 refuses a shape that its input does not have; ultra makes it', () => {
    const changes = { ...edit, settings: { aspect: '16:9' } }
    expect(stability.checkOptions(planOf('sd3.5-large', changes))).toMatchObject({ code: 'size' })
    expect(stability.checkOptions(planOf('stable-image-ultra', changes))).toBeUndefined()
  })
})

// Stability price list, June 2026, 1 credit = $0.01; inpaint from a table of 2026-08-06.
test.each([
  ['stable-image-core', 'generate', 0.03],
  ['stable-image-ultra', 'generate', 0.08],
  ['sd3.5-large', 'edit', 0.065],
  ['sd3.5-large-turbo', 'generate', 0.04],
  ['sd3.5-medium', 'generate', 0.035],
  ['sd3.5-flash', 'generate', 0.025],
  ['stable-inpaint', 'inpaint', 0.05],
] as const)('%s (%s) costs %s', (id, operation, dollars) => {
  const row = stability.prices.find(
    (candidate) => candidate.offer === `stability/${id}` && candidate.operation === operation,
  )!
  const { expected } = stability.estimate(planOf(id, { operation }))
  const result = rate(row, expected)
  expect(result.ok && Number(result.charge.totalNano) / 1e9).toBe(dollars)
})

describe('answers', () => {
  const raw = { 'finish-reason': 'SUCCESS', seed: '343940597', 'x-request-id': 'req' }

  test('raw bytes carry their facts in headers', () => {
    expect(fromWire(answer(200, { headers: raw, images: [picture] }))).toEqual({
      kind: 'produced',
      images: [{ ...picture, seed: 343_940_597 }],
      withheld: [],
      usage: { images: 1 },
      providerRequestId: 'req',
    })
  })

  test('JSON carries them beside the picture', () => {
    const json = { image: { keeprate_image: 0 }, finish_reason: 'SUCCESS', seed: 5 }
    const outcome = fromWire(answer(200, { json, images: [picture] }))
    expect(outcome).toMatchObject({ kind: 'produced', images: [{ ...picture, seed: 5 }] })
  })

  test.each([
    ['headers', { headers: { 'finish-reason': 'CONTENT_FILTERED' }, images: [picture] }],
    [
      'JSON',
      {
        json: { image: { keeprate_image: 0 }, finish_reason: 'CONTENT_FILTERED' },
        images: [picture],
      },
    ],
  ])('a filtered picture said in %s is withheld and billed', (_, changes) => {
    expect(fromWire(answer(200, changes))).toMatchObject({
      kind: 'failed',
      failure: { class: 'content_policy_output', billed: true },
    })
  })

  test.each([
    ['HTML', { text: '<!doctype html>' }, 'bad_image', true],
    ['nothing', {}, 'empty', true],
    ['JSON without a picture', { json: { finish_reason: 'SUCCESS' } }, 'empty', true],
    [
      'an error',
      { json: { id: '1', name: 'internal_error', errors: ['x'] } },
      'overloaded',
      'unknown',
    ],
    ['another end', { json: { finish_reason: 'ERROR' } }, 'empty', 'unknown'],
  ])('a 200 with %s is no success', (_, changes, failureClass, billed) => {
    const outcome = fromWire(answer(200, changes))
    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: failureClass, billed } })
  })

  test.each([
    [400, 'bad_request', 'invalid_request'],
    [401, 'unauthorized', 'auth'],
    [402, 'payment_required', 'quota_exhausted'],
    [403, 'content_moderation', 'content_policy_input'],
    [403, 'forbidden', 'auth'],
    [404, 'not_found', 'model_gone'],
    [413, 'payload_too_large', 'invalid_request'],
    [422, 'invalid_language', 'invalid_request'],
    [429, 'rate_limit_exceeded', 'rate_limited'],
    [500, 'internal_error', 'overloaded'],
    [503, 'service_unavailable', 'overloaded'],
  ])('%s %s is %s and not billed', (status, name, failureClass) => {
    const reason = classify(answer(status, { json: { id: '1', name, errors: ['words'] } }))
    expect(reason).toMatchObject({ class: failureClass, billed: false, status, providerCode: name })
    expect(reason.message).toBe(`${name}: words`)
  })

  test.each([504, 524])(
    'a %i comes from a gateway that gave up waiting: nobody knows',
    (status) => {
      expect(classify(answer(status, {}))).toMatchObject({ class: 'overloaded', billed: 'unknown' })
    },
  )

  test.each([409, 425])('a %i passes by itself', (status) => {
    expect(classify(answer(status, {}))).toMatchObject({ class: 'overloaded', billed: false })
  })

  test('too many requests mean a minute of silence', () => {
    expect(classify(answer(429, {})).retryAfterMs).toBe(60_000)
    expect(classify(answer(429, { headers: { 'retry-after': '7' } })).retryAfterMs).toBe(7_000)
  })
})
