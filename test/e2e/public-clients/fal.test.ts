import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiError, createFalClient, type FalClient, ValidationError } from '@fal-ai/client'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readImageHeader } from '../../../src/core/quality/image-header.ts'
import emulator from '../../../src/providers/fal/sandbox.ts'
import { webhook } from '../../../src/providers/fal/webhook.ts'
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts'

let sandbox: Sandbox
let client: FalClient

/** Where the emulator has each of fal's hosts. */
const PLACES = { 'queue.fal.run': '', 'fal.run': '/run', 'rest.fal.ai': '/rest' }

/** A client whose requests go to the emulator; everything else about it is its own. */
const connect = (credentials: string): FalClient =>
  createFalClient({
    credentials,
    retry: { maxRetries: 0 },
    fetch: (input, init) => {
      const url = new URL(String(input))
      const place = Object.entries(PLACES).find(([host]) => host === url.host)?.[1]
      const target =
        place === undefined ? url : `${sandbox.baseUrl('fal')}${place}${url.pathname}${url.search}`
      return fetch(target, init)
    },
  })

beforeAll(async () => {
  sandbox = await startSandbox({ emulators: [emulator], speed: 200, seed: 1 })
  client = connect('id:secret')
})
afterAll(() => sandbox.close())

const SCHNELL = 'fal-ai/flux/schnell'
const prompt = 'a red cup'

async function headerOf(link: unknown) {
  const answer = await fetch(String(link))
  return readImageHeader(new Uint8Array(await answer.arrayBuffer()))
}

describe("fal's own client against the emulator", () => {
  test('subscribes by polling, and gets pictures of the size asked for', async () => {
    const states: string[] = []
    const { data, requestId } = await client.subscribe(SCHNELL, {
      input: { prompt, num_images: 2, image_size: { width: 768, height: 512 } },
      pollInterval: 5,
      onQueueUpdate: ({ status }) => states.push(status),
    })
    expect(states.at(-1)).toBe('COMPLETED')
    const size = { width: 768, height: 512, format: 'jpeg' }
    const links = data.images.map(({ url }: { url: string }) => url)
    expect(await Promise.all(links.map(headerOf))).toMatchObject([size, size])
    expect(sandbox.bill().at(-1)).toMatchObject({ dollars: '0.006', requestId })
  })

  test('subscribes to a stream of states', async () => {
    const states: string[] = []
    const { data } = await client.subscribe(SCHNELL, {
      input: { prompt },
      mode: 'streaming',
      onQueueUpdate: ({ status }) => states.push(status),
    })
    expect(states.at(-1)).toBe('COMPLETED')
    expect(data.images).toHaveLength(1)
  })

  test('runs without the queue', async () => {
    const { data } = await client.run('fal-ai/nano-banana', { input: { prompt } })
    expect(data.images).toHaveLength(1)
  })

  test('uploads a picture and edits it', async () => {
    const bytes = await sharp({
      create: { width: 640, height: 384, channels: 3, background: '#336699' },
    })
      .png()
      .toBuffer()
    const image = new Blob([new Uint8Array(bytes)], { type: 'image/png' })
    const { data } = await client.subscribe('fal-ai/flux/dev/image-to-image', {
      input: { prompt, image_url: image },
      pollInterval: 5,
    })
    expect(await headerOf(data.images[0]?.url)).toMatchObject({ width: 640, height: 384 })
  })

  test('cancels a request', async () => {
    const stuck = { prompt: `${prompt} sandbox:job-stuck` }
    const { request_id: requestId } = await client.queue.submit(SCHNELL, { input: stuck })
    await client.queue.cancel(SCHNELL, { requestId })
    await expect(client.queue.status(SCHNELL, { requestId })).rejects.toMatchObject({ status: 404 })
  })

  test('sees what a model refuses as its own class of error', async () => {
    const call = client.subscribe(SCHNELL, {
      input: { prompt: `${prompt} sandbox:moderate-input` },
      pollInterval: 5,
    })
    const error: unknown = await call.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ValidationError)
    const [problem] = (error as ValidationError).getFieldErrors('prompt')
    expect(problem?.type).toBe('content_policy_violation')
  })

  test.each([
    ['no-credit', 403],
    ['model-gone', 404],
    ['invalid-key', 401],
  ])('sees %s as status %i', async (fault, status) => {
    const headers = { 'x-sandbox-fault': fault }
    const input = { prompt }
    const call = client.queue.submit(SCHNELL, { input, headers })
    const error: unknown = await call.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status })
  })

  test('a bad key is refused', async () => {
    const bad = connect('invalid-key')
    const call = bad.queue.submit(SCHNELL, { input: { prompt } })
    await expect(call).rejects.toMatchObject({ status: 401 })
  })

  test('is told the end by a webhook that our check accepts with the published key', async () => {
    const arrival = Promise.withResolvers<{ headers: Record<string, string>; body: Buffer }>()
    const receiver = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      response.end()
      const headers = request.headers as Record<string, string>
      arrival.resolve({ headers, body: Buffer.concat(chunks) })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = receiver.address() as AddressInfo
      const { request_id: id } = await client.queue.submit(SCHNELL, {
        input: { prompt },
        webhookUrl: `http://127.0.0.1:${port}/hook`,
      })
      const delivery = await arrival.promise
      expect(JSON.parse(delivery.body.toString())).toMatchObject({ request_id: id, status: 'OK' })
      const keys = await (
        await fetch(`${sandbox.baseUrl('fal')}/rest/.well-known/jwks.json`)
      ).json()
      const published =
        webhook.fromKeys?.({ status: 200, headers: {}, json: keys, images: [] }) ?? []
      expect(await webhook.verify(delivery, published, Date.now())).toBe(true)
      const forged = { ...delivery, body: Buffer.from(`${delivery.body} `) }
      expect(await webhook.verify(forged, published, Date.now())).toBe(false)
    } finally {
      receiver.closeAllConnections()
      await new Promise((resolve) => receiver.close(resolve))
    }
  })
})
