import { createLuma } from '@ai-sdk/luma'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readImageHeader } from '../../src/core/quality/image-header.ts'
import emulator from '../../src/providers/luma/sandbox.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'

let sandbox: Sandbox
let client: ReturnType<typeof createLuma>

beforeAll(async () => {
  sandbox = await startSandbox({ emulators: [emulator], speed: 1_000, seed: 1 })
  // The client adds the path of the API itself.
  const baseURL = sandbox.baseUrl('luma').replace('/dream-machine/v1', '')
  client = createLuma({ apiKey: 'key', baseURL })
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
  providerOptions: { luma: { pollIntervalMillis: 20 } },
} as const

describe('a public client of Luma against the emulator', () => {
  test('generates in the shape asked for', async () => {
    const model = client.image('photon-flash-1')
    const made = await model.doGenerate({ ...plain, aspectRatio: '16:9' })
    const [image] = made.images.map((bytes) =>
      readImageHeader(typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : bytes),
    )
    expect((image?.width ?? 0) / (image?.height ?? 1)).toBeCloseTo(16 / 9, 1)
    expect(sandbox.bill().at(-1)).toMatchObject({ images: 1, dollars: '0.00393984' })
  })

  test('sees a refusal in words', async () => {
    const asked = client
      .image('photon-1')
      .doGenerate({ ...plain, prompt: 'x sandbox:moderate-input' })
    await expect(asked).rejects.toThrow()
    expect(sandbox.bill()).toHaveLength(1)
  })
})
