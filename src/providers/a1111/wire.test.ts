import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import type { ProviderDefinition, ProviderInstance } from '../shared/definition.ts'
import { InstanceError } from '../shared/instance.ts'
import a1111 from './index.ts'

const input = (width: number, height: number): InputImage => ({
  digest: 'a'.repeat(64),
  format: 'png',
  width,
  height,
  byteLength: 3,
  hasAlpha: false,
})

const planOf = (changes: Partial<CallPlan> = {}, definition = a1111): CallPlan => ({
  model: definition.models[0]!,
  operation: 'generate',
  prompt: 'a lighthouse',
  n: 1,
  settings: { format: 'png' },
  expectedSize: definition.models[0]!.defaultSize,
  images: [],
  options: {},
  ...changes,
})

function bodyOf({ images, mask, ...plan }: CallPlan): Record<string, unknown> {
  const call: ProviderCall = {
    ...plan,
    attemptId: 'att_1',
    safetyIdentifier: 'hash',
    images: images.map((image) => ({ ...image, bytes: Uint8Array.of(1, 2, 3) })),
    ...(mask === undefined ? {} : { mask: { ...mask, bytes: Uint8Array.of(4) } }),
  }
  const { url, body } = a1111.toWire(call, [])
  return { url, ...(body?.kind === 'json' ? (body.value as object) : {}) }
}

const instance = (
  settings: ProviderInstance['settings'],
  hourlyCost = '0.80',
): ProviderInstance => ({
  id: 'gpu1',
  baseUrl: 'http://10.0.0.7:7860',
  hourlyCost,
  settings,
  findOffer: () => undefined,
})

const configure = (settings: ProviderInstance['settings']): ProviderDefinition =>
  a1111.configure!(instance(settings))

describe('requests', () => {
  test('a generation names the checkpoint, a seed and everything that was asked', () => {
    const settings = { seed: 7, steps: 40, guidance: 6.5, negativePrompt: 'fog' }
    const size = { width: 768, height: 512 }
    expect(bodyOf(planOf({ n: 3, settings: { ...settings, size } }))).toEqual({
      url: '/sdapi/v1/txt2img',
      prompt: 'a lighthouse',
      negative_prompt: 'fog',
      seed: 7,
      steps: 40,
      cfg_scale: 6.5,
      ...size,
      batch_size: 3,
      n_iter: 1,
      sampler_name: 'Euler',
      override_settings: {
        sd_model_checkpoint: 'v1-5-pruned-emaonly.safetensors [6ce0161689]',
        return_grid: false,
      },
      override_settings_restore_afterwards: false,
      save_images: false,
      send_images: true,
      force_task_id: 'att_1',
    })
  })

  test('LoRAs become tags of the prompt; sampler, schedule and CLIP layer are passed on', () => {
    const loras = [{ name: 'ink', weight: 0.8 }, { name: 'brand_v2' }]
    const options = { loras, sampler: 'DPM++ 2M', scheduler: 'karras', clip_skip: 2 }
    expect(bodyOf(planOf({ options }))).toMatchObject({
      prompt: 'a lighthouse <lora:ink:0.8> <lora:brand_v2:1>',
      sampler_name: 'DPM++ 2M',
      scheduler: 'karras',
      override_settings: { CLIP_stop_at_last_layers: 2 },
    })
  })

  test('an edit without a size keeps the shape of its input', () => {
    const edit = planOf({
      operation: 'edit',
      images: [input(1_600, 900)],
      options: { strength: 0.4 },
    })
    expect(bodyOf(edit)).toMatchObject({
      url: '/sdapi/v1/img2img',
      init_images: ['data:image/png;base64,AQID'],
      denoising_strength: 0.4,
      width: 680,
      height: 384,
    })
  })

  test('an inpainting sends a mask that is white where to paint', () => {
    const images = [input(512, 512)]
    const inpaint = planOf({ operation: 'inpaint', images, mask: input(512, 512) })
    expect(inpaint.model.wire.mask).toBe('white_is_edit')
    expect(bodyOf(inpaint)).toMatchObject({
      mask: 'data:image/png;base64,BA==',
      inpainting_mask_invert: 0,
      inpainting_fill: 1,
      inpaint_full_res: false,
      mask_blur: 4,
    })
  })

  test.each([
    ['', {}],
    ['me:secret', { authorization: 'Basic bWU6c2VjcmV0' }],
    ['token', { authorization: 'Bearer token' }],
  ])('the key %j is sent as %j', (key, headers) => {
    expect(a1111.authorize(key)).toEqual(headers)
  })
})

describe('options that are refused', () => {
  test.each([
    ['a LoRA that would close its tag', { loras: [{ name: 'a>b' }] }, 'a1111.loras.0.name'],
    ['a script', { script_name: 'x' }, 'a1111.script_name'],
    ['strength without an input', { strength: 0.5 }, 'a1111.strength'],
  ])('%s', (_, options, param) => {
    expect(a1111.checkOptions(planOf({ options }))).toMatchObject({ code: 'options', param })
  })

  test('a seed beyond 32 bits', () => {
    const plan = planOf({ settings: { seed: 4_294_967_296 } })
    expect(a1111.checkOptions(plan)).toMatchObject({ param: 'seed' })
  })
})

describe('a server of the operator', () => {
  test('without models paints with what is loaded, and pays by the second', () => {
    const made = configure({})
    expect(made.models.map(({ id, provider }) => `${provider}/${id}`)).toEqual(['gpu1/loaded'])
    expect(made.prices.map(({ components }) => components)).toEqual(
      Array.from({ length: 3 }, () => [{ kind: 'gpu_second', usd_per_h: '0.8' }]),
    )
    expect(bodyOf(planOf({}, made)).override_settings).toEqual({ return_grid: false })
  })

  test('pays by the image where the operator says how many there are in an hour', () => {
    const made = configure({
      images_per_hour: 180,
      utilisation: 0.5,
      models: [{ id: 'one' }, { id: 'slow', seconds_per_image: 60, operations: ['generate'] }],
    })
    const shared = { kind: 'gpu_hour_selfhost', usd_per_h: '0.80', utilisation: '0.5' }
    expect(made.prices.map(({ offer, components }) => [offer, components[0]])).toEqual([
      ...Array.from({ length: 3 }, () => ['gpu1/one', { ...shared, images_per_h: '180' }]),
      ['gpu1/slow', { ...shared, images_per_h: '60' }],
    ])
  })

  test('holds no more than its time limit costs', () => {
    const made = configure({ models: [{ id: 'one', timeout_seconds: 90 }] })
    const { low, expected, high } = made.estimate(planOf({ n: 2 }, made))
    expect(low.predictSeconds).toBeLessThan(expected.predictSeconds ?? 0)
    expect([expected.predictSeconds, high.predictSeconds]).toEqual([24, 90])
  })

  test('with FLUX has its guidance where Forge and SD.Next look for it', () => {
    const models = [{ id: 'flux-dev', family: 'flux', checkpoint: 'flux1-dev.safetensors' }]
    const forge = configure({ server: 'forge', models })
    expect(bodyOf(planOf({}, forge))).toMatchObject({ cfg_scale: 1, distilled_cfg_scale: 3.5 })
    const sdnext = configure({ server: 'sdnext', models })
    const body = bodyOf(planOf({}, sdnext))
    expect([body.cfg_scale, body.distilled_cfg_scale]).toEqual([3.5, undefined])
    expect(forge.models[0]?.supports.negativePrompt).toBe(false)
  })

  test('takes as many jobs at a time as the operator says, one unless told', () => {
    expect(configure({}).limits).toEqual({ parallelCalls: 1 })
    expect(configure({ parallel_calls: 2 }).limits).toEqual({ parallelCalls: 2 })
  })

  test.each([
    [
      'a family that is none',
      { models: [{ id: 'a', family: 'dalle' }] },
      'settings.models.0.family',
    ],
    ['a model twice', { models: [{ id: 'a' }, { id: 'a' }] }, 'settings.models.1'],
    [
      'a limit below the usual time',
      { models: [{ id: 'a', timeout_seconds: 5 }] },
      'settings.models.0',
    ],
    ['steps out of order', { models: [{ id: 'a', steps: { min: 50 } }] }, 'settings.models.0'],
    ['an unknown member', { model: [] }, 'settings.model'],
  ])('is refused with %s', (_, settings, place) => {
    expect(() => configure(settings)).toThrow(InstanceError)
    expect(() => configure(settings)).toThrow(`${place}: `)
  })

  test('is refused without the cost of an hour', () => {
    const { hourlyCost: _, ...free } = instance({})
    expect(() => a1111.configure!(free)).toThrow(/hourly_cost: is missing/)
  })
})
