import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { makePng } from '../e2e/pictures.ts'

/** A provider that speaks OpenAI's Images API and remembers who asked for what, and when. */
export interface CountingProvider {
  readonly baseUrl: string
  /** When each prompt was asked for, in milliseconds since 1970. */
  readonly asked: ReadonlyMap<string, readonly number[]>
  /** When the last call came. */
  lastAt(): number
  close(): Promise<void>
}

/** Starts one that paints the same picture for everybody. @param delayMs how long it takes. */
export async function startCountingProvider(delayMs: number): Promise<CountingProvider> {
  const png = await makePng({ width: 1024, height: 1024 })
  const tokens = { input_tokens: 12, output_tokens: 196, total_tokens: 208 }
  const body = JSON.stringify({
    ...{ created: 1, data: [{ b64_json: png.toString('base64') }], size: '1024x1024' },
    ...{ quality: 'low', output_format: 'png', background: 'opaque', usage: tokens },
  })
  const asked = new Map<string, number[]>()
  let last = 0
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const isCall = request.method === 'POST' && request.url === '/v1/images/generations'
    if (!isCall) {
      response.writeHead(404, { 'content-type': 'application/json' })
      return response.end('{"error":{"message":"there is no such thing","code":"not_found"}}')
    }
    const { prompt } = JSON.parse(Buffer.concat(parts).toString()) as { readonly prompt: string }
    last = Date.now()
    asked.set(prompt, [...(asked.get(prompt) ?? []), last])
    await delay(delayMs)
    response.writeHead(200, { 'content-type': 'application/json' })
    return response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    asked,
    lastAt: () => last,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
