import { createTogetherAI } from '@ai-sdk/togetherai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readImageHeader } from '../../src/core/quality/image-header.ts'
import emulator from '../../src/providers/together/sandbox.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'

let sandbox: Sandbox
let client: ReturnType<typeof createTogetherAI>

beforeAll(async () => {
  sandbox = await startSandbox({ emulators: [emulator], speed: 1_000, seed: 1 })
  client = createTogetherAI({ apiKey: 'key', baseURL: sandbox.baseUrl('together') })
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

describe('a public client of Together AI against the emulator', () => {
  test('generates in the pixels asked for, at the price by megapixel', async () => {
    const model = client.imageModel('Qwen/Qwen-Image')
    const made = await model.doGenerate({ ...plain, size: '768x512', seed: 7 })
    expect(made.images.map((image) => readImageHeader(toBytes(image)))).toMatchObject([
      { width: 768, height: 512, format: 'jpeg' },
    ])
    expect(sandbox.bill().at(-1)).toMatchObject({ images: 1, dollars: '0.002280653' })
  })

  test('edits by Kontext, with the input as a data URL', async () => {
    const drawn = await client
      .imageModel('black-forest-labs/FLUX.2-dev')
      .doGenerate({ ...plain, size: '512x512' })
    const data = toBytes(drawn.images[0] ?? '')
    const file = { type: 'file', data, mediaType: 'image/png' } as const
    const made = await client
      .imageModel('black-forest-labs/FLUX.1-kontext-pro')
      .doGenerate({ ...plain, files: [file] })
    expect(made.images).toHaveLength(1)
    expect(sandbox.bill().at(-1)).toMatchObject({ dollars: '0.04194304' })
  })

  test('sees a refusal in words', async () => {
    const model = client.imageModel('black-forest-labs/FLUX.2-dev')
    const asked = model.doGenerate({ ...plain, prompt: 'x sandbox:moderate-input' })
    await expect(asked).rejects.toThrow('NSFW content detected in the prompt')
  })
})

const toBytes = (image: string | Uint8Array): Uint8Array =>
  typeof image === 'string' ? Buffer.from(image, 'base64') : image
