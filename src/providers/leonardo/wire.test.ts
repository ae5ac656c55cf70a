import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { answerOf, callOf, inputOf, sentBy } from '../../testing/hosted-calls.ts'
import leonardo from './index.ts'
import { checkOptions } from './options.ts'
import { toUpload } from './uploads.ts'
import { fromWire, toWire } from './wire.ts'

const input = inputOf(64, 64)

const callFor = (id: string, changes: Partial<CallPlan> = {}) => callOf(leonardo, id, changes)

const place = (id: string, url = 'https://storage.example/bucket') =>
  answerOf(200, { uploadInitImage: { id, url, fields: '{"key":"k","policy":"p"}' } })

const bodyOf = (call: ProviderCall, uploads: readonly HttpAnswer[] = []): unknown =>
  sentBy(toWire(call, uploads))

describe('printing a call', () => {
  test('names the model by its id and keeps out of the public feed', () => {
    const settings = { seed: 7, steps: 30, guidance: 8, negativePrompt: 'fog' }
    const options = { alchemy: false, preset_style: 'CINEMATIC' }
    expect(bodyOf(callFor('kino-xl', { n: 2, settings, options }))).toEqual({
      prompt: 'a lighthouse at dusk',
      modelId: 'aa77f04e-3eec-4034-9c07-d0f619684628',
      width: 1024,
      height: 1024,
      num_images: 2,
      negative_prompt: 'fog',
      guidance_scale: 8,
      num_inference_steps: 30,
      seed: 7,
      public: false,
      alchemy: false,
      presetStyle: 'CINEMATIC',
    })
  })

  test('models that want a contrast get the medium one unless the caller says another', () => {
    expect(bodyOf(callFor('phoenix-1.0'))).toMatchObject({ contrast: 3.5 })
    const options = { contrast: 4, enhance_prompt: true }
    expect(bodyOf(callFor('phoenix-1.0', { options }))).toMatchObject({
      contrast: 4,
      enhancePrompt: true,
    })
  })

  test('an edit names what was uploaded, by each family in its own way', () => {
    const change = { operation: 'edit', images: [input] } as const
    const options = { init_strength: 0.4 }
    expect(bodyOf(callFor('kino-xl', { ...change, options }), [place('i1')])).toMatchObject({
      init_image_id: 'i1',
      init_strength: 0.4,
    })
    const two = { operation: 'edit', images: [input, input] } as const
    const uploads = [place('i1'), answerOf(200, undefined), place('i2'), answerOf(200, undefined)]
    expect(bodyOf(callFor('flux-1-kontext-pro', two), uploads)).toMatchObject({
      contextImages: [
        { type: 'UPLOADED', id: 'i1' },
        { type: 'UPLOADED', id: 'i2' },
      ],
    })
  })
})

describe('uploading inputs', () => {
  const { images } = callFor('kino-xl', { images: [input, input] })

  test('asks for a place and fills it, for each image in turn', () => {
    expect(toUpload({ images }, [])).toMatchObject({
      url: '/init-image',
      body: { value: { extension: 'png' } },
    })
    const second = toUpload({ images }, [place('i1')])
    expect(second?.url).toBe('https://storage.example/bucket')
    const parts = second?.body?.kind === 'multipart' ? second.body.parts : []
    expect(parts.map(({ name }) => name)).toEqual(['key', 'policy', 'file'])
    const done = [place('i1'), answerOf(200, undefined), place('i2'), answerOf(200, undefined)]
    expect(toUpload({ images }, done.slice(0, 2))).toMatchObject({ url: '/init-image' })
    expect(toUpload({ images }, done)).toBeUndefined()
  })

  test.each([[{}], [{ uploadInitImage: { id: 'i1', url: 'no address' } }], ['text']])(
    'a place that reads %j ends it, and the call names nothing that it could be made of',
    (json) => {
      expect(toUpload({ images }, [answerOf(200, json)])).toBeUndefined()
      const call = callFor('kino-xl', { operation: 'edit', images: [input] })
      expect(bodyOf(call, [answerOf(200, json)])).toMatchObject({ init_image_id: '' })
    },
  )
})

test.each<[unknown, object]>([
  [{ amount: '0.012', unit: 'DOLLARS' }, { dollars: '0.012' }],
  [{ amount: 0.0000007, unit: 'DOLLARS' }, { dollars: '0.0000007' }],
  [{ amount: '8', unit: 'CREDITS' }, {}],
  [{ amount: 'much', unit: 'DOLLARS' }, {}],
  [null, {}],
])('of the cost %j the job keeps %j', (cost, facts) => {
  const outcome = fromWire(answerOf(200, { sdGenerationJob: { generationId: 'g/1', cost } }))
  expect(outcome).toMatchObject({
    kind: 'submitted',
    job: { id: 'g/1', pollUrl: '/generations/g%2F1', facts },
  })
  expect(outcome.kind === 'submitted' && outcome.job.facts).toEqual(facts)
})

test.each<[string, Partial<CallPlan>, string, string]>([
  ['an option of another family', { options: { contrast: 3 } }, 'kino-xl', 'contrast'],
  [
    'a style of another family',
    { options: { preset_style: 'NONE' } },
    'lucid-origin',
    'preset_style',
  ],
  ['a strength without an input', { options: { init_strength: 0.5 } }, 'kino-xl', 'init_strength'],
  ['an id that is none', { options: { style_uuid: 'x' } }, 'phoenix-1.0', 'style_uuid'],
])('%s is refused', (_claim, change, id, option) => {
  expect(checkOptions(callFor(id, change))?.param).toBe(`leonardo.${option}`)
})

test('no model has a price of ours, because none is published', () => {
  expect(leonardo.prices).toEqual([])
})
