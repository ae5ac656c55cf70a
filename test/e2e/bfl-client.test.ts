import { createBlackForestLabs } from '@ai-sdk/black-forest-labs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readImageHeader } from '../../src/core/quality/image-header.ts'
import emulator from '../../src/providers/bfl/sandbox.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'

let sandbox: Sandbox
let client: ReturnType<typeof createBlackForestLabs>

beforeAll(async () => {
  sandbox = await startSandbox({ emulators: [emulator], speed: 1_000, seed: 1 })
  // The client's base URL ends in the version of the API.
  client = createBlackForestLabs({ apiKey: 'key', baseURL: `${sandbox.baseUrl('bfl')}/v1` })
})
afterAll(() => sandbox.close())

const plain = {
  prompt: 'a red cup',
  n: 1,
  size: undefined,
  aspectRatio: '16:9',
  seed: 7,
  files: undefined,
  mask: undefined,
  providerOptions: {},
} as const

describe('a public client of Black Forest Labs against the emulator', () => {
  test('submits, polls and fetches the picture', async () => {
    const made = await client.image('flux-pro-1.1-ultra').doGenerate(plain)
    const [image] = made.images.map((bytes) =>
      readImageHeader(typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : bytes),
    )
    expect((image?.width ?? 0) / (image?.height ?? 1)).toBeCloseTo(16 / 9, 1)
    expect(sandbox.bill().at(-1)).toMatchObject({ images: 1, dollars: '0.06' })
  })

  test('sees a refusal', async () => {
    // The client polls on after a refusal that it does not know, for as long as it is told to.
    const providerOptions = { blackForestLabs: { pollTimeoutMillis: 3_000 } }
    const asked = client
      .image('flux-pro-1.1-ultra')
      .doGenerate({ ...plain, providerOptions, prompt: 'x sandbox:moderate-input' })
    await expect(asked).rejects.toThrow()
    expect(sandbox.bill()).toHaveLength(1)
  })
})
