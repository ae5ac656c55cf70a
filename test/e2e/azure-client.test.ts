import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readImageHeader } from '../../src/core/quality/image-header.ts'
import emulator from '../../src/providers/azure/sandbox.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'

let sandbox: Sandbox
let client: OpenAI

beforeAll(async () => {
  sandbox = await startSandbox({ emulators: [emulator], speed: 1_000, seed: 1 })
  const baseURL = sandbox.baseUrl('azure')
  const defaultHeaders = { 'api-key': 'key', authorization: null }
  client = new OpenAI({ apiKey: 'key', baseURL, defaultHeaders, maxRetries: 0 })
})
afterAll(() => sandbox.close())

describe("OpenAI's client at the v1 address of Azure, against the emulator", () => {
  test('generates by the name of a deployment', async () => {
    const answer = await client.images.generate({
      model: 'prod-gpt-image-2',
      prompt: 'a red cup',
      size: '1536x1024',
      quality: 'low',
    })
    const bytes = Buffer.from(answer.data?.[0]?.b64_json ?? '', 'base64')
    expect(readImageHeader(bytes)).toMatchObject({ width: 1536, height: 1024, format: 'png' })
    expect(answer.usage).toMatchObject({ output_tokens: 158 })
  })

  test('edits by a form', async () => {
    const made = await client.images.generate({ model: 'FLUX-1.1-pro', prompt: 'x' })
    const bytes = Buffer.from(made.data?.[0]?.b64_json ?? '', 'base64')
    const image = await toFile(bytes, 'cup.png', { type: 'image/png' })
    const model = 'FLUX.1-Kontext-pro'
    expect((await client.images.edit({ model, prompt: 'blue', image })).data).toHaveLength(1)
    expect(sandbox.bill().at(-1)).toMatchObject({ model: 'flux-kontext-pro', dollars: '0.04' })
  })

  test('sees a deployment that does not exist', async () => {
    const asked = client.images.generate({ model: 'nothing', prompt: 'x' })
    await expect(asked).rejects.toMatchObject({ status: 404, code: 'DeploymentNotFound' })
  })
})
