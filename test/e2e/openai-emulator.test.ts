import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readImageHeader } from '../../src/core/quality/image-header.ts'
import emulator from '../../src/providers/openai/sandbox.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'

let sandbox: Sandbox
let client: OpenAI

beforeAll(async () => {
  sandbox = await startSandbox({ emulators: [emulator], speed: 1_000, seed: 1 })
  const baseURL = sandbox.baseUrl('openai')
  client = new OpenAI({ apiKey: 'sk-test', baseURL, maxRetries: 0 })
})
afterAll(() => sandbox.close())

const headerOf = (base64: string | undefined) =>
  readImageHeader(Buffer.from(base64 ?? '', 'base64'))

describe("OpenAI's own client against the emulator", () => {
  test('generates, and gets usage by the formula', async () => {
    const answer = await client.images.generate({
      model: 'gpt-image-2',
      prompt: 'a red cup',
      size: '1536x1024',
      quality: 'low',
      output_format: 'webp',
      n: 2,
    })
    expect(answer).toMatchObject({ size: '1536x1024', quality: 'low', output_format: 'webp' })
    expect(answer.usage).toMatchObject({ input_tokens: 9, output_tokens: 2 * 158 })
    const headers = answer.data?.map(({ b64_json }) => headerOf(b64_json))
    const wide = { format: 'webp', width: 1536, height: 1024 }
    expect(headers).toMatchObject([wide, wide])
    expect(answer.data?.[0]?.b64_json).not.toBe(answer.data?.[1]?.b64_json)
    // 9 tokens at $5/M and 316 at $30/M.
    expect(sandbox.bill().at(-1)).toMatchObject({ images: 2, dollars: '0.009525' })
  })

  test('edits with several images and streams the result', async () => {
    const made = await client.images.generate({ model: 'gpt-image-2', prompt: 'x', quality: 'low' })
    const bytes = Buffer.from(made.data?.[0]?.b64_json ?? '', 'base64')
    const upload = () => toFile(bytes, 'cup.png', { type: 'image/png' })
    const stream = await client.images.edit({
      model: 'gpt-image-2.6-flare',
      prompt: 'make it blue',
      image: [await upload(), await upload()],
      quality: 'low',
      stream: true,
      partial_images: 2,
    })
    const events: OpenAI.ImageEditStreamEvent[] = []
    for await (const event of stream) events.push(event)
    expect(events.map(({ type }) => type)).toEqual([
      'image_edit.partial_image',
      'image_edit.partial_image',
      'image_edit.completed',
    ])
    const last = events.at(-1)
    const usage = last?.type === 'image_edit.completed' ? last.usage : undefined
    expect(usage?.output_tokens).toBe(196 + 2 * 100)
    expect(usage?.input_tokens_details.image_tokens).toBeGreaterThanOrEqual(2 * 560)
  })

  test('reads the day of a shutdown', async () => {
    const { data } = await client.models.list()
    const old = data.find(({ id }) => id === 'gpt-image-1.5')
    expect(old).toMatchObject({ shutdown_date: '2026-12-01' })
    await expect(client.models.retrieve('dall-e-3')).rejects.toBeInstanceOf(OpenAI.NotFoundError)
  })

  test.each([
    ['moderate-input', OpenAI.BadRequestError, 'moderation_blocked'],
    ['invalid-key', OpenAI.AuthenticationError, 'invalid_api_key'],
    ['rate-limit', OpenAI.RateLimitError, 'rate_limit_exceeded'],
    ['no-credit', OpenAI.RateLimitError, 'insufficient_quota'],
    ['model-gone', OpenAI.NotFoundError, 'model_not_found'],
    ['server-error', OpenAI.InternalServerError, 'server_error'],
  ])('sees %s as its own error class', async (fault, type, code) => {
    const call = client.images.generate({ model: 'gpt-image-2', prompt: `x sandbox:${fault}` })
    const error: unknown = await call.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(type)
    expect(error).toMatchObject({ code, requestID: expect.stringMatching(/^req_/) })
  })
})
