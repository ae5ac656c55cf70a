import { createDeepInfra } from '@ai-sdk/deepinfra'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readImageHeader } from '../../src/core/quality/image-header.ts'
import emulator from '../../src/providers/deepinfra/sandbox.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'

let sandbox: Sandbox
let client: ReturnType<typeof createDeepInfra>

beforeAll(async () => {
  sandbox = await startSandbox({ emulators: [emulator], speed: 1_000, seed: 1 })
  client = createDeepInfra({ apiKey: 'key', baseURL: sandbox.baseUrl('deepinfra') })
})
afterAll(() => sandbox.close())

const plain = {
  prompt: 'a red cup',
  n: 1,
  size: undefined,
  aspectRatio: undefined,
  seed: undefined,
  files: undefined,
  mask: undefined,
  providerOptions: {},
} as const

describe('a public client of DeepInfra against the emulator', () => {
  test('generates in the steps asked for, at the price by area and step', async () => {
    const made = await client.image('black-forest-labs/FLUX-1-schnell').doGenerate({
      ...plain,
      n: 2,
      size: '512x512',
      providerOptions: { deepinfra: { num_inference_steps: 4 } },
    })
    const square = { width: 512, height: 512, format: 'png' }
    expect(made.images.map((image) => readImageHeader(toBytes(image)))).toMatchObject([
      square,
      square,
    ])
    expect(sandbox.bill().at(-1)).toMatchObject({ images: 2, dollars: '0.001' })
  })

  test('edits by a form with a mask', async () => {
    const drawn = await client
      .image('black-forest-labs/FLUX-1-schnell')
      .doGenerate({ ...plain, size: '256x256' })
    const data = toBytes(drawn.images[0] ?? '')
    const file = { type: 'file', data, mediaType: 'image/png' } as const
    const made = await client
      .image('Qwen/Qwen-Image-Edit')
      .doGenerate({ ...plain, files: [file, file], mask: file, size: '512x512' })
    expect(readImageHeader(toBytes(made.images[0] ?? ''))).toMatchObject({ format: 'jpeg' })
  })

  test('sees a refusal in words', async () => {
    const model = client.image('stabilityai/sd3.5')
    const asked = model.doGenerate({ ...plain, prompt: 'x sandbox:moderate-input' })
    await expect(asked).rejects.toThrow('refused by the content filter')
  })
})

const toBytes = (image: string | Uint8Array): Uint8Array =>
  typeof image === 'string' ? Buffer.from(image, 'base64') : image
