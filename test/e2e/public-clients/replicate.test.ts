import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Replicate, { validateWebhook } from 'replicate'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readImageHeader } from '../../../src/core/quality/image-header.ts'
import emulator from '../../../src/providers/replicate/sandbox.ts'
import { SDXL_VERSION } from '../../../src/providers/replicate/sandbox-models.ts'
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts'

let sandbox: Sandbox
let client: Replicate

beforeAll(async () => {
  sandbox = await startSandbox({ emulators: [emulator], speed: 200, seed: 1 })
  client = new Replicate({ auth: 'r8_test', baseUrl: sandbox.baseUrl('replicate') })
})
afterAll(() => sandbox.close())

const prompt = 'a red cup'
const SCHNELL = 'black-forest-labs/flux-schnell'
const poll = { mode: 'poll', interval: 5 } as const

async function headerOf(link: unknown) {
  const answer = await fetch(String(link))
  return readImageHeader(new Uint8Array(await answer.arrayBuffer()))
}

describe("Replicate's own client against the emulator", () => {
  test('runs an official model and waits for its list of pictures', async () => {
    const input = { prompt, num_outputs: 2, aspect_ratio: '1:1', output_format: 'png' }
    const output = (await client.run(SCHNELL, { input })) as string[]
    expect(output).toHaveLength(2)
    const square = { format: 'png', width: 1_024, height: 1_024 }
    expect(await Promise.all(output.map(headerOf))).toMatchObject([square, square])
    expect(sandbox.bill().at(-1)).toMatchObject({ images: 2, dollars: '0.006' })
  })

  test('runs a version by polling, and is charged by its seconds', async () => {
    const states: string[] = []
    const output = (await client.run(
      `stability-ai/sdxl:${SDXL_VERSION}`,
      { input: { prompt, width: 768, height: 512 }, wait: poll },
      ({ status }) => states.push(status),
    )) as string[]
    expect(states.at(-1)).toBe('succeeded')
    expect(await headerOf(output[0])).toMatchObject({ width: 768, height: 512 })
    const { results } = await client.predictions.list()
    const seconds = Number(results[0]?.metrics?.predict_time)
    expect(Number(sandbox.bill().at(-1)?.dollars)).toBeCloseTo(seconds * 0.000975, 9)
  })

  test('uploads a picture and edits it', async () => {
    const bytes = await sharp({
      create: { width: 640, height: 384, channels: 3, background: '#336699' },
    })
      .png()
      .toBuffer()
    const input = { prompt, image: new Blob([new Uint8Array(bytes)], { type: 'image/png' }) }
    const output = (await client.run('black-forest-labs/flux-dev', { input })) as string[]
    expect(await headerOf(output[0])).toMatchObject({ width: 640, height: 384 })
    const { results } = (await client.files.list()) as unknown as { results: { id: string }[] }
    expect(results).toHaveLength(1)
    expect(await client.files.delete(String(results[0]?.id))).toBe(true)
  })

  test('stops a prediction', async () => {
    const slow = { prompt: `${prompt} sandbox:job-stuck` }
    const made = await client.predictions.create({ model: SCHNELL, input: slow })
    expect(await client.predictions.cancel(made.id)).toMatchObject({ status: 'aborted' })
  })

  test('reads models, versions, hardware and the account', async () => {
    expect(await client.accounts.current()).toMatchObject({ username: 'sandbox' })
    expect(await client.hardware.list()).toContainEqual({ name: 'Nvidia T4 GPU', sku: 'gpu-t4' })
    const model = await client.models.get('stability-ai', 'sdxl')
    expect(model.latest_version?.id).toBe(SDXL_VERSION)
    const version = await client.models.versions.get('stability-ai', 'sdxl', SDXL_VERSION)
    expect(version).toMatchObject({ id: SDXL_VERSION })
  })

  test.each([
    ['moderate-output', /Prediction failed: NSFW content detected/],
    ['job-fails', /\(E003\)/],
    ['user-error', /422.*input\.prompt/s],
    ['no-credit', /402.*Insufficient credit/s],
    ['invalid-key', /401.*Unauthenticated/s],
    ['model-gone', /404/],
    ['server-error', /500/],
  ])('sees %s', async (fault, words) => {
    const input = { prompt: `${prompt} sandbox:${fault}` }
    await expect(client.run(SCHNELL, { input })).rejects.toThrow(words)
  })

  test('is told the end by a webhook that its own check accepts', async () => {
    const arrival = Promise.withResolvers<{ headers: Record<string, string>; body: string }>()
    const receiver = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request.setEncoding('utf8')) body += chunk
      response.end()
      arrival.resolve({ headers: request.headers as Record<string, string>, body })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    try {
      const made = await client.predictions.create({
        model: SCHNELL,
        input: { prompt },
        webhook: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`,
        webhook_events_filter: ['completed'],
      })
      const { headers, body } = await arrival.promise
      expect(JSON.parse(body)).toMatchObject({ id: made.id, status: 'succeeded' })
      const { key } = await client.webhooks.default.secret.get()
      const delivery = {
        id: String(headers['webhook-id']),
        timestamp: String(headers['webhook-timestamp']),
        signature: String(headers['webhook-signature']),
        body,
      }
      expect(await validateWebhook({ ...delivery, secret: key })).toBe(true)
      const forged = { ...delivery, body: `${body} ` }
      expect(await validateWebhook({ ...forged, secret: key })).toBe(false)
    } finally {
      receiver.closeAllConnections()
      await new Promise((resolve) => receiver.close(resolve))
    }
  })
})
