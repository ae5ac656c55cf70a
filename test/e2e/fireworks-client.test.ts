import { createFireworks } from '@ai-sdk/fireworks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readImageHeader } from '../../src/core/quality/image-header.ts'
import emulator from '../../src/providers/fireworks/sandbox.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'

let sandbox: Sandbox
let client: ReturnType<typeof createFireworks>

beforeAll(async () => {
  sandbox = await startSandbox({ emulators: [emulator], speed: 1_000, seed: 1 })
  const baseURL = sandbox.baseUrl('fireworks')
  client = createFireworks({ apiKey: 'key', baseURL, fetch: fetchAsAbroad })
})
afterAll(() => sandbox.close())

/**
 * The service delivers pictures from a foreign host, where the client shows no key; the emulator
 * from its own origin, where it would.
 */
const fetchAsAbroad: typeof fetch = (input, init) =>
  String(input).includes('/delivery/') ? fetch(input) : fetch(input, init)

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

const headerOf = (image: string | Uint8Array | undefined) =>
  readImageHeader(typeof image === 'string' ? Buffer.from(image, 'base64') : (image ?? Buffer.of()))

describe('a public client of Fireworks against the emulator', () => {
  test('gets the picture of a workflow model, at the price by step', async () => {
    const made = await client
      .image('accounts/fireworks/models/flux-1-schnell-fp8')
      .doGenerate({ ...plain, aspectRatio: '16:9' })
    expect(headerOf(made.images[0])).toMatchObject({ width: 1360, height: 768 })
    expect(sandbox.bill().at(-1)).toMatchObject({ images: 1, dollars: '0.0014' })
  })

  test('gets a picture of the legacy family, whose size it sends as text', async () => {
    const made = await client.image('accounts/fireworks/models/SSD-1B').doGenerate({
      ...plain,
      size: '1152x896',
      providerOptions: { fireworks: { steps: 10 } },
    })
    expect(headerOf(made.images[0])).toMatchObject({ width: 1152, height: 896 })
    expect(sandbox.bill().at(-1)).toMatchObject({ dollars: '0.0013' })
  })

  test('polls a Kontext job and fetches its link', async () => {
    const made = await client.image('accounts/fireworks/models/flux-kontext-pro').doGenerate(plain)
    expect(headerOf(made.images[0])).toMatchObject({ format: 'jpeg' })
    expect(sandbox.bill().at(-1)).toMatchObject({ dollars: '0.04' })
  })
})
