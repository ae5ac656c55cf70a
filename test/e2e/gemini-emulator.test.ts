import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { generateImage } from 'ai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import emulator from '../../src/providers/gemini/sandbox.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'
import { describe as describePicture } from './pictures.ts'

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await startSandbox({ emulators: [emulator], speed: 1_000, seed: 'client' })
})
afterAll(() => sandbox.close())

const client = () =>
  createGoogleGenerativeAI({ baseURL: sandbox.baseUrl('gemini'), apiKey: 'AIza-client' })

test("the AI SDK's Google client generates, and an edit keeps the shape of its input", async () => {
  const model = client().image('gemini-nano-banana-2.1')
  const made = await generateImage({ model, prompt: 'a fox', aspectRatio: '16:9', maxRetries: 0 })
  const wide = { width: 1376, height: 768, format: 'png' }
  expect(await describePicture(made.image.uint8Array)).toEqual(wide)
  const prompt = { text: 'a blue fox', images: [made.image.uint8Array] }
  const edited = await generateImage({ model, prompt, maxRetries: 0 })
  expect(await describePicture(edited.image.uint8Array)).toEqual(wide)
})

test('it is told why a call fails', async () => {
  const model = client().image('gemini-3.1-flash-image')
  const failed = generateImage({ model, prompt: 'a fox', maxRetries: 0 })
  await expect(failed).rejects.toThrow('models/gemini-3.1-flash-image is not found')
})
