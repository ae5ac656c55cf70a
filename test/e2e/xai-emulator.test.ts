import { createXai } from '@ai-sdk/xai'
import { generateImage } from 'ai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import emulator from '../../src/providers/xai/sandbox.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'
import { describe as describePicture } from './pictures.ts'

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await startSandbox({ emulators: [emulator], speed: 1_000, seed: 'client' })
})
afterAll(() => sandbox.close())

const client = () => createXai({ baseURL: sandbox.baseUrl('xai'), apiKey: 'xai-client' })

test("the AI SDK's xAI client generates and edits, and an input image costs extra", async () => {
  const model = client().image('grok-imagine-image')
  const made = await generateImage({ model, prompt: 'a fox', n: 2, maxRetries: 0 })
  expect(made.images).toHaveLength(2)
  const square = { width: 1024, height: 1024, format: 'jpeg' }
  for (const { uint8Array } of made.images) {
    expect(await describePicture(uint8Array)).toEqual(square)
  }
  expect(sandbox.bill().at(-1)?.dollars).toBe('0.04')
  const prompt = { text: 'a blue fox', images: [made.image.uint8Array] }
  expect((await generateImage({ model, prompt, maxRetries: 0 })).images).toHaveLength(1)
  expect(sandbox.bill().at(-1)?.dollars).toBe('0.022')
})

test.each([
  ['a fox sandbox:no-credit', 'used all available credits'],
  ['a fox sandbox:server-error', 'Internal error encountered'],
  ['a fox sandbox:moderate-output', 'content policy violation'],
])('it is told why %j fails', async (prompt, message) => {
  const model = client().image('grok-imagine-image')
  await expect(generateImage({ model, prompt, maxRetries: 0 })).rejects.toThrow(message)
})
