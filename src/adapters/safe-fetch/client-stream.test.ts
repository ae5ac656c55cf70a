import type { RequestListener, ServerResponse } from 'node:http'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { HttpEvent, HttpRequest } from '../../ports/http-client.ts'
import { type LoopbackServer, startLoopbackServer } from '../../testing/loopback-server.ts'
import { createSafeFetch } from './client.ts'

const client = createSafeFetch()
afterAll(() => client.close())

const servers: LoopbackServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function serve(listener: RequestListener): Promise<LoopbackServer> {
  const server = await startLoopbackServer(listener)
  servers.push(server)
  return server
}
const serveEvents = (write: (response: ServerResponse) => void) =>
  serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-a': 'b' })
    write(response)
  })

const request = (server: LoopbackServer, changes: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST',
  url: `${server.origin}/`,
  headers: {},
  addresses: { privateOrigins: [server.origin] },
  imageFields: ['b64_json'],
  maxRedirects: 0,
  timeouts: { headersMs: 5_000, totalMs: 5_000 },
  maxBytes: 16_000_000,
  ...changes,
})

async function readEvents(server: LoopbackServer, changes: Partial<HttpRequest> = {}) {
  const { events } = await client.stream(request(server, changes))
  return collect(events)
}

async function collect(events: AsyncIterable<HttpEvent>): Promise<HttpEvent[]> {
  const collected: HttpEvent[] = []
  for await (const event of events) collected.push(event)
  return collected
}

describe('a stream of events', () => {
  test('is read event by event', async () => {
    const first = Promise.withResolvers<void>()
    const server = await serveEvents((response) => {
      response.write(': comment\n\nevent: partial\ndata: {"index":0,\ndata: "text":"ü"}\n\n')
      first.promise.then(() => response.end('data: {"done":true}\r\n\r\ndata: [DONE]\n\n'))
    })
    const { answer, headers, events } = await client.stream(request(server))
    expect(answer).toBe(undefined)
    expect(headers['x-a']).toBe('b')
    const seen: HttpEvent[] = []
    for await (const event of events) {
      seen.push(event)
      first.resolve()
    }
    expect(seen).toEqual([
      { event: 'partial', json: { index: 0, text: 'ü' }, images: [] },
      { event: undefined, json: { done: true }, images: [] },
    ])
  })

  test('may carry pictures of some megabytes, cut anywhere', async () => {
    const pictures = [Buffer.alloc(3_000_000, 'first'), Buffer.alloc(2_000_001, 'second')]
    const text = pictures
      .map((bytes) => `event: image\ndata: {"b64_json":"${bytes.toString('base64')}"}\n\n`)
      .join('')
    const server = await serveEvents((response) => {
      for (let at = 0; at < text.length; at += 99_991) response.write(text.slice(at, at + 99_991))
      response.end()
    })
    const events = await readEvents(server)
    expect(events.map(({ json }) => json)).toEqual(
      Array(2).fill({ b64_json: { keeprate_image: 0 } }),
    )
    events.forEach(({ images }, index) => {
      expect(Buffer.compare(images[0]!.bytes, pictures[index]!)).toBe(0)
    })
  })

  test('may end without the last empty line', async () => {
    const server = await serveEvents((response) => response.end('data: {"a":1}\n'))
    expect(await readEvents(server)).toHaveLength(1)
  })

  test('waits for a slow reader and loses nothing', async () => {
    const count = 5_000
    const server = await serveEvents((response) => {
      for (let index = 0; index < count; index += 1) {
        response.write(`data: {"index":${index},"pad":"${'x'.repeat(1_000)}"}\n\n`)
      }
      response.end()
    })
    const { events } = await client.stream(request(server))
    const seen: unknown[] = []
    for await (const { json } of events) {
      seen.push((json as { index: number }).index)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(seen).toEqual(Array.from({ length: count }, (_, index) => index))
  })

  test('is closed when its reader leaves', async () => {
    const server = await serveEvents((response) => response.write('data: {"a":1}\n\n'))
    const { events } = await client.stream(request(server))
    for await (const event of events) {
      expect(event.json).toEqual({ a: 1 })
      break
    }
    await server.idle()
    expect(await collect(events)).toEqual([])
  })
})

describe('a stream fails with', () => {
  const fails = async (write: (response: ServerResponse) => void, kind: string, changes = {}) => {
    const server = await serveEvents(write)
    const { events } = await client.stream(request(server, changes))
    const seen: HttpEvent[] = []
    const reading = (async () => {
      for await (const event of events) seen.push(event)
    })()
    await expect(reading).rejects.toMatchObject({ httpFailure: { kind, sent: true } })
    return seen
  }

  test('bad_body after the good events before it', async () => {
    const seen = await fails((response) => response.end('data: {"a":1}\n\ndata: {\n\n'), 'bad_body')
    expect(seen).toHaveLength(1)
  })

  test('bad_body for words instead of a picture', async () => {
    await fails((response) => response.end('data: {"b64_json":"no!"}\n\n'), 'bad_body')
  })

  test('reset when the connection breaks', async () => {
    await fails((response) => {
      response.write('data: {"a":1}\n\n', () => response.destroy())
    }, 'reset')
  })

  test('timeout when it does not end', async () => {
    const timeouts = { headersMs: 5_000, totalMs: 100 }
    await fails((response) => response.write('data: {"a":1}\n\n'), 'timeout', { timeouts })
  })

  test('aborted when the caller gives up', async () => {
    const controller = new AbortController()
    const server = await serveEvents((response) => response.write('data: {"a":1}\n\n'))
    const { events } = await client.stream(request(server, { signal: controller.signal }))
    const reading = (async () => {
      for await (const _event of events) controller.abort()
    })()
    await expect(reading).rejects.toMatchObject({ httpFailure: { kind: 'aborted', sent: true } })
    await server.idle()
  })

  test('too_large when its pictures are, together', async () => {
    const event = `data: {"b64_json":"${'A'.repeat(80_000)}"}\n\n`
    const seen = await fails((response) => response.end(event.repeat(2)), 'too_large', {
      maxBytes: 100_000,
    })
    expect(seen).toHaveLength(1)
  })

  test('too_large when a line has no end', async () => {
    const text = `data: ${'x'.repeat(5_000_000)}`
    await fails((response) => response.write(text), 'too_large', { maxBytes: 100_000 })
  })
})

describe('any other answer', () => {
  test('comes whole', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1}')
    })
    const { answer, headers, events } = await client.stream(request(server))
    expect(answer).toMatchObject({ status: 200, json: { a: 1 } })
    expect(headers).toEqual(answer?.headers)
    expect(await collect(events)).toEqual([])
  })

  test('with an error is no stream, whatever its type', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(429, { 'content-type': 'text/event-stream' }).end('data: {}\n\n')
    })
    const { answer } = await client.stream(request(server))
    expect(answer).toMatchObject({ status: 429, text: 'data: {}\n\n' })
  })

  test('that fails, fails at once', async () => {
    const server = await serve((message) => message.socket.destroy())
    await expect(client.stream(request(server))).rejects.toMatchObject({
      httpFailure: { kind: 'reset', sent: true },
    })
  })

  test('a stream is no answer to who wanted none', async () => {
    const server = await serveEvents((response) => response.end('data: {"a":1}\n\n'))
    expect(await client.send(request(server))).toMatchObject({ text: 'data: {"a":1}\n\n' })
  })
})
