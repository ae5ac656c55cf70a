import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../core/json.ts'
import type { ImageRequest } from '../../core/request/image-request.ts'
import { makeSampleInputs, sampleRequest, toCall } from '../../testing/sample-calls.ts'
import compatible from './index.ts'

const price = [{ kind: 'per_image', usd: '0.02' }]
const range = { min: 1, max: 50, default: 20 }

/** A model with everything a server of this kind can be asked for. */
const rich = {
  id: 'rich',
  price,
  wire_name: 'org/rich',
  operations: ['generate', 'edit', 'inpaint', 'variation'],
  sizes: { kind: 'list', sizes: ['1024x1024', '512x768'] },
  qualities: ['low', 'high'],
  formats: ['png', 'webp'],
  max_images_per_call: 4,
  max_input_images: 3,
  supports: { seed: true, negative_prompt: true, style: true, compression: true },
  steps: range,
  guidance: range,
  options: ['lora_name'],
} satisfies JsonObject

const configure = (settings: JsonObject) =>
  compatible.configure!({ id: 'own', baseUrl: 'https://own.example/v1', settings })

const everything: Partial<ImageRequest> = {
  prompt: 'a cup',
  n: 2,
  size: { width: 512, height: 768 },
  quality: 'high',
  format: 'webp',
  compression: 80,
  seed: 7,
  steps: 30,
  guidance: 5,
  negativePrompt: 'fog',
  style: 'ink',
  providerOptions: { own: { lora_name: 'brand' } },
}

async function wireOf(server: string, changes: Partial<ImageRequest>, more: JsonObject = {}) {
  const made = configure({ server, models: [rich], ...more })
  const [model] = made.models
  const request = sampleRequest(model!, changes.operation ?? 'generate', changes)
  const { url, body } = made.toWire(toCall(request, model!, await makeSampleInputs()), [])
  const parts = body?.kind === 'multipart' ? body.parts : []
  const fields =
    body?.kind === 'json'
      ? (body.value as object)
      : Object.fromEntries(
          parts.flatMap((part) => ('value' in part ? [[part.name, part.value]] : [])),
        )
  const files = parts.flatMap((part) => ('bytes' in part ? [part.name] : []))
  return { url, fields, files, model: model! }
}

const common = {
  model: 'org/rich',
  n: 2,
  size: '512x768',
  quality: 'high',
  style: 'ink',
  output_format: 'webp',
  output_compression: 80,
  lora_name: 'brand',
}

describe('a generation', () => {
  test.each([
    ['openai', { prompt: 'a cup', seed: 7, negative_prompt: 'fog' }],
    [
      'vllm-omni',
      {
        prompt: 'a cup',
        seed: 7,
        negative_prompt: 'fog',
        num_inference_steps: 30,
        guidance_scale: 5,
        response_format: 'b64_json',
      },
    ],
    [
      'sglang',
      {
        prompt: 'a cup',
        seed: 7,
        negative_prompt: 'fog',
        num_inference_steps: 30,
        guidance_scale: 5,
        response_format: 'b64_json',
      },
    ],
    ['localai', { prompt: 'a cup|fog', seed: 7, step: 30, response_format: 'b64_json' }],
  ])('says everything in the words of %s', async (server, own) => {
    const { url, fields } = await wireOf(server, everything)
    expect(url).toBe('/images/generations')
    expect(fields).toEqual({ ...common, ...own })
  })

  test('of a model without such knobs says nothing of them', async () => {
    const { model } = await wireOf('openai', {})
    expect([model.steps, model.guidance]).toEqual([undefined, undefined])
  })

  test.each([
    ['url', 'url'],
    ['none', undefined],
  ])('asks for pictures as the operator says: %s', async (given, sent) => {
    const { fields } = await wireOf('vllm-omni', everything, { response_format: given })
    expect((fields as { response_format?: string }).response_format).toBe(sent)
  })
})

describe('pictures go in as files', () => {
  test('one by its name, several as a list', async () => {
    const image = sampleRequest((await wireOf('openai', {})).model, 'edit').images[0]!
    const one = await wireOf('openai', { operation: 'edit' })
    expect([one.url, one.files]).toEqual(['/images/edits', ['image']])
    const two = await wireOf('openai', { operation: 'edit', images: [image, image] })
    expect(two.files).toEqual(['image[]', 'image[]'])
  })

  test.each([
    ['openai', '/images/edits', undefined],
    ['localai', '/images/inpainting', 'white_is_edit'],
  ])('with the mask that %s takes', async (server, url, mask) => {
    const inpaint = await wireOf(server, { operation: 'inpaint' })
    expect([inpaint.url, inpaint.files]).toEqual([url, ['image', 'mask']])
    expect(inpaint.model.wire.mask).toBe(mask)
  })

  test('and words where a variation has none', async () => {
    const { fields } = await wireOf('openai', { operation: 'variation', prompt: '' })
    expect((fields as { prompt: string }).prompt).toMatch(/variation/i)
  })
})

test('an option that the operator did not allow is refused', async () => {
  const made = configure({ models: [rich] })
  const [model] = made.models
  const check = async (options: JsonObject) => {
    const request = sampleRequest(model!, 'generate', { providerOptions: { own: options } })
    return made.checkOptions(toCall(request, model!, await makeSampleInputs()))?.param
  }
  expect(await check({ lora_name: 'brand' })).toBeUndefined()
  expect(await check({ cfg: 7 })).toBe('own.cfg')
})
