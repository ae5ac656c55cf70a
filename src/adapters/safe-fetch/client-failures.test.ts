import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { HttpFailureInfo, HttpRequest } from '../../ports/http-client.ts'
import {
  type LoopbackServer,
  startLoopbackServer,
  startRawServer,
} from '../../testing/loopback-server.ts'
import { createSafeFetch } from './client.ts'

const client = createSafeFetch()
afterAll(() => client.close())

const servers: LoopbackServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function kept(starting: Promise<LoopbackServer>): Promise<LoopbackServer> {
  const server = await starting
  servers.push(server)
  return server
}
const serve = (listener: RequestListener) => kept(startLoopbackServer(listener))
/** Waits for a request's head, then writes these bytes and maybe ends. */
const speak = (text: string, end: 'open' | 'end' | 'reset') =>
  kept(
    startRawServer((socket: Socket) => {
      socket.once('data', () => {
        socket.write(text, 'latin1', () => {
          if (end === 'end') socket.end()
          if (end === 'reset') socket.resetAndDestroy()
        })
      })
    }),
  )

const request = (origin: string, changes: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST',
  url: `${origin}/`,
  headers: {},
  body: { kind: 'json', value: { prompt: 'a cat' } },
  addresses: { privateOrigins: [origin] },
  imageFields: ['b64_json'],
  maxRedirects: 0,
  timeouts: { headersMs: 5_000, totalMs: 5_000 },
  maxBytes: 100_000,
  ...changes,
})

const failsWith = async (
  sending: Promise<unknown>,
  kind: HttpFailureInfo['kind'],
  sent: boolean,
): Promise<void> => {
  await expect(sending).rejects.toMatchObject({ httpFailure: { kind, sent } })
}

const head = 'HTTP/1.1 200 OK\r\n'
const json = `${head}content-type: application/json\r\n`

describe('not sent', () => {
  test('dns: the name has no address', async () => {
    const origin = 'http://nowhere.example:9'
    const none = createSafeFetch({ lookup: async () => [] })
    await failsWith(none.send(request(origin)), 'dns', false)
    const broken = createSafeFetch({ lookup: () => Promise.reject(new Error('ENOTFOUND')) })
    await failsWith(broken.send(request(origin)), 'dns', false)
    await failsWith(broken.send(request('https://a.example', {})), 'dns', false)
  })

  test('connect: nobody listens', async () => {
    const server = await startLoopbackServer(() => undefined)
    await server.close()
    await failsWith(client.send(request(server.origin)), 'connect', false)
  })

  test('a request says when it looks for a connection, and whether it found one', async () => {
    const told: (string | boolean)[] = []
    const onConnecting = () => {
      told.push('looks')
      return (isConnected: boolean) => told.push(isConnected)
    }
    const server = await serve((_request, response) => response.end('{}'))
    await client.send(request(server.origin, { onConnecting }))
    expect(told).toEqual(['looks', true])
    await server.close()
    const gone = client.send(request(server.origin, { onConnecting }))
    await failsWith(gone, 'connect', false)
    expect(told).toEqual(['looks', true, 'looks', false])
  })

  test.each<[string, string, 'end' | 'reset']>([
    ['another protocol', 'SSH-2.0-Server\r\n', 'end'],
    ['nothing at all', '', 'end'],
    ['a reset', '', 'reset'],
  ])('tls: the handshake meets %s', async (_title, text, end) => {
    const server = await speak(text, end)
    const origin = server.origin.replace('http:', 'https:')
    await failsWith(client.send(request(origin)), 'tls', false)
  })

  test('aborted: before it begins', async () => {
    const server = await serve((_request, response) => response.end('{}'))
    const signal = AbortSignal.abort()
    await failsWith(client.send(request(server.origin, { signal })), 'aborted', false)
    expect(server.connections()).toBe(0)
  })

  test('aborted: while the name is looked up; nothing is sent afterwards', async () => {
    let requests = 0
    const server = await serve((_request, response) => {
      requests += 1
      response.end('{}')
    })
    const controller = new AbortController()
    const found = Promise.withResolvers<readonly { address: string; family: number }[]>()
    const asked = Promise.withResolvers<void>()
    const slow = createSafeFetch({
      lookup: () => {
        asked.resolve()
        return found.promise
      },
    })
    const origin = `http://slow.example:${server.port}`
    const sending = slow.send(request(origin, { signal: controller.signal }))
    await asked.promise
    controller.abort()
    await failsWith(sending, 'aborted', false)
    found.resolve([{ address: '127.0.0.1', family: 4 }])
    await slow.close()
    expect(requests).toBe(0)
  })

  test('timeout: the name takes too long', async () => {
    const slow = createSafeFetch({ lookup: () => new Promise(() => undefined) })
    const timeouts = { headersMs: 30, totalMs: 5_000 }
    await failsWith(slow.send(request('https://slow.example', { timeouts })), 'timeout', false)
  })

  test('aborted: the client is closed', async () => {
    const closed = createSafeFetch()
    await closed.close()
    await failsWith(closed.send(request('http://127.0.0.1:9')), 'aborted', false)
  })
})

describe('sent', () => {
  test('timeout: no headers', async () => {
    const server = await serve(() => undefined)
    const timeouts = { headersMs: 50, totalMs: 5_000 }
    await failsWith(client.send(request(server.origin, { timeouts })), 'timeout', true)
    await server.idle()
  })

  test('timeout: no end of the body', async () => {
    const server = await speak(`${json}content-length: 100\r\n\r\n{"a":`, 'open')
    const timeouts = { headersMs: 5_000, totalMs: 80 }
    await failsWith(client.send(request(server.origin, { timeouts })), 'timeout', true)
    await server.idle()
  })

  test('aborted: by the caller, while waiting and while reading', async () => {
    for (const text of ['', `${json}content-length: 100\r\n\r\n{"a":`]) {
      const controller = new AbortController()
      const server = await kept(
        startRawServer((socket) => {
          socket.once('data', () => {
            socket.write(text, () => controller.abort())
          })
        }),
      )
      const { signal } = controller
      await failsWith(client.send(request(server.origin, { signal })), 'aborted', true)
      await server.idle()
    }
  })

  test.each<[string, string, 'end' | 'reset']>([
    ['no answer', '', 'end'],
    ['no answer but a reset', '', 'reset'],
    ['half a head', 'HTTP/1.1 200 OK\r\ncontent-ty', 'end'],
    ['a body shorter than announced', `${json}content-length: 100\r\n\r\n{"a":1}`, 'end'],
    ['a reset in the body', `${json}content-length: 100\r\n\r\n{"a":1}`, 'reset'],
    ['half a chunk', `${json}transfer-encoding: chunked\r\n\r\n64\r\n{"a":1}`, 'end'],
    ['no last chunk', `${json}transfer-encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n`, 'end'],
    ['half a picture', `${head}content-type: image/png\r\ncontent-length: 9\r\n\r\nab`, 'end'],
  ])('reset: %s', async (_title, text, end) => {
    const server = await speak(text, end)
    await failsWith(client.send(request(server.origin)), 'reset', true)
  })

  const picture = 'A'.repeat(200_000)
  test.each<[string, string]>([
    ['a picture announced so', `${head}content-type: image/png\r\ncontent-length: 100001\r\n\r\n`],
    ['JSON announced so', `${json}content-length: 999999999\r\n\r\n`],
    [
      'a picture without a length',
      `${head}content-type: image/png\r\nconnection: close\r\n\r\n${picture}`,
    ],
    ['a picture in JSON', `${json}connection: close\r\n\r\n{"b64_json":"${picture}"}`],
    ['escapes without end', `${json}connection: close\r\n\r\n{"b64_json":"${'\\n'.repeat(3e6)}`],
    ['the rest of JSON', `${json}connection: close\r\n\r\n{"a":"${'x'.repeat(4_400_000)}"}`],
    ['the head', `${head}x-a: ${'x'.repeat(70_000)}\r\n\r\n`],
  ])('too_large: %s', async (_title, text) => {
    const server = await speak(text, 'open')
    await failsWith(client.send(request(server.origin)), 'too_large', true)
    await server.idle()
  })

  test.each<[string, string]>([
    ['no HTTP', 'SSH-2.0-Server\r\n'],
    ['a broken head', 'HTTP/1.1 2x0 OK\r\n\r\n'],
    ['broken JSON', `${json}content-length: 5\r\n\r\n{"a":`],
    ['HTML that claims to be JSON', `${json}content-length: 6\r\n\r\n<html>`],
    ['words instead of a picture', `${json}content-length: 21\r\n\r\n{"b64_json":"no, sir"`],
  ])('bad_body: %s', async (_title, text) => {
    const server = await speak(text, 'open')
    await failsWith(client.send(request(server.origin)), 'bad_body', true)
  })

  test('a body that needs no buffer of its announced size gets none', async () => {
    const before = process.memoryUsage().arrayBuffers
    const type = 'content-type: image/png\r\n'
    const server = await speak(`${head}${type}content-length: 900000000\r\n\r\nab`, 'end')
    const sending = client.send(request(server.origin, { maxBytes: 1_000_000_000 }))
    await failsWith(sending, 'reset', true)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024)
  })
})
