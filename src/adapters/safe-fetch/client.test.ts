import { createHash } from 'node:crypto'
import type { IncomingMessage, RequestListener } from 'node:http'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { HttpRequest } from '../../ports/http-client.ts'
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

const request = (server: LoopbackServer, changes: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url: `${server.origin}/path?query=1`,
  headers: {},
  addresses: { privateOrigins: [server.origin] },
  imageFields: ['b64_json'],
  maxRedirects: 0,
  timeouts: { headersMs: 5_000, totalMs: 5_000 },
  maxBytes: 8_000_000,
  ...changes,
})

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const picture = Buffer.alloc(300_000, 'picture')
const digest = createHash('sha256').update(picture).digest('hex')
const answering = (type: string | undefined, body: string | Buffer, status = 200) =>
  serve((_request, response) => {
    response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(body)
  })

describe('an answer', () => {
  test('of JSON has its pictures decoded', async () => {
    const text = JSON.stringify({ data: [{ b64_json: picture.toString('base64') }], n: 1 })
    for (const status of [200, 201, 400, 500]) {
      const server = await answering('application/json; charset=utf-8', text, status)
      const answer = await client.send(request(server))
      expect(answer).toMatchObject({ status, json: { data: [{ b64_json: {} }], n: 1 } })
      expect(answer.images).toEqual([{ bytes: picture, digest }])
      expect(answer.text).toBe(undefined)
    }
  })

  test.each(['application/problem+json', 'text/json', 'Application/JSON', undefined, 'text/plain'])(
    'of type %s can be JSON',
    async (type) => {
      expect((await client.send(request(await answering(type, ' {"a":1}')))).json).toEqual({ a: 1 })
    },
  )

  test.each(['image/png', 'image/svg+xml', 'application/octet-stream', 'binary/octet-stream'])(
    'of type %s is a picture',
    async (type) => {
      const { images, json } = await client.send(request(await answering(type, picture)))
      expect({ images, json }).toEqual({ images: [{ bytes: picture, digest }], json: undefined })
    },
  )

  test('without a type is a picture if it begins like one', async () => {
    const png = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1')
    const { images } = await client.send(request(await answering(undefined, png)))
    expect(images[0]?.bytes).toEqual(png)
  })

  test('of anything else is text of at most 4 kB', async () => {
    const html = `<html>${'x'.repeat(10_000)}`
    const { text, images } = await client.send(request(await answering('text/html', html, 502)))
    expect({ text, images }).toEqual({ text: html.slice(0, 4_096), images: [] })
  })

  test('of an error that only claims to be JSON is text', async () => {
    const answer = await client.send(request(await answering('application/json', '<html>', 503)))
    expect(answer).toMatchObject({ status: 503, text: '<html>', images: [] })
    expect(answer.json).toBe(undefined)
  })

  test('without a body has nothing', async () => {
    const empty = await client.send(request(await answering('application/json', '', 204)))
    expect(empty).toMatchObject({ status: 204, images: [], json: undefined })
    const image = await client.send(request(await answering('image/png', '')))
    expect(image.images).toEqual([])
  })

  test('has lower-case headers, repeated ones joined', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'X-Request-Id': 'one', 'Set-Cookie': ['a=1', 'b=2'] }).end()
    })
    const { headers } = await client.send(request(server))
    expect(headers).toMatchObject({ 'x-request-id': 'one', 'set-cookie': 'a=1, b=2' })
  })

  test('that never ends is cut when it is text', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      const write = (): void => {
        while (response.write('<p>endless</p>'.repeat(1_000)));
        response.once('drain', write)
      }
      write()
    })
    const answer = await client.send(request(server))
    expect(answer.text).toHaveLength(4_096)
    await server.idle()
  })

  test('after another one comes over the same connection', async () => {
    const server = await answering('application/json', '{}')
    for (let count = 0; count < 20; count += 1) await client.send(request(server))
    // A connection rests for a turn of the event loop after its answer; meanwhile a second one
    // helps.
    expect(server.connections()).toBeLessThan(3)
  })

  test('that was announced by an informational one is the last', async () => {
    const server = await serve((_request, response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload' }, () => {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1}')
      })
    })
    expect(await client.send(request(server))).toMatchObject({ status: 200, json: { a: 1 } })
  })
})

describe('a request', () => {
  /** Sends the request to a server that echoes it. */
  async function echo(changes: Partial<HttpRequest>) {
    const received = Promise.withResolvers<{ message: IncomingMessage; body: Buffer }>()
    const server = await serve(async (message, response) => {
      received.resolve({ message, body: await readAll(message) })
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
    await client.send(request(server, changes))
    return received.promise
  }

  test('carries its headers, asks for no compression, and says who it is', async () => {
    const { message } = await echo({ headers: { Authorization: 'Bearer key', 'X-A': 'b' } })
    expect(message.url).toBe('/path?query=1')
    expect(message.headers).toMatchObject({
      authorization: 'Bearer key',
      'x-a': 'b',
      'accept-encoding': 'identity',
      'user-agent': 'keeprate',
    })
  })

  test('with JSON has its length', async () => {
    const body = { kind: 'json', value: { prompt: 'ü' } } as const
    const { message, body: sent } = await echo({ method: 'POST', body })
    expect(sent.toString()).toBe('{"prompt":"ü"}')
    expect(message.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(sent.length),
    })
  })

  test('with parts is a form that anybody can read', async () => {
    const parts = [
      { name: 'prompt', value: 'a "cat"\r\nü' },
      { name: 'image[]', filename: 'a"b\n.png', contentType: 'image/png', bytes: picture },
      { name: 'image[]', filename: 'c.png', contentType: 'image/png', bytes: Buffer.from('c') },
    ] as const
    const body = { kind: 'multipart', parts } as const
    const { message, body: sent } = await echo({ method: 'POST', body })
    expect(message.headers['content-length']).toBe(String(sent.length))
    const type = message.headers['content-type'] ?? ''
    const form = await new Response(new Uint8Array(sent).buffer, {
      headers: { 'content-type': type },
    }).formData()
    expect(form.get('prompt')).toBe('a "cat"\r\nü')
    const files = form.getAll('image[]') as File[]
    expect(files.map(({ type: fileType, size }) => ({ fileType, size }))).toEqual([
      { fileType: 'image/png', size: picture.length },
      { fileType: 'image/png', size: 1 },
    ])
    expect(Buffer.from(await files[0]!.arrayBuffer())).toEqual(picture)
  })

  test('cannot set what belongs to the connection', async () => {
    const server = await answering('application/json', '{}')
    for (const name of ['Host', 'content-length', 'Transfer-Encoding', 'connection']) {
      await expect(client.send(request(server, { headers: { [name]: '1' } }))).rejects.toThrow(name)
    }
    expect(server.connections()).toBe(0)
  })

  test('cannot smuggle a header in a value or a type', async () => {
    const server = await answering('application/json', '{}')
    const headers = { 'x-a': 'b\r\nx-c: d' }
    await expect(client.send(request(server, { headers }))).rejects.toThrow('x-a')
    const file = { name: 'a', filename: 'b', contentType: 'a\r\nb: c', bytes: picture }
    const body = { kind: 'multipart', parts: [file] } as const
    await expect(client.send(request(server, { method: 'POST', body }))).rejects.toThrow('type')
    expect(server.connections()).toBe(0)
  })
})

describe('a redirect', () => {
  const redirecting = (target: () => string, status = 302) =>
    serve((_request, response) => {
      response.writeHead(status, { location: target() }).end('moved')
    })

  test('is an answer when none may be followed', async () => {
    const server = await redirecting(() => '/elsewhere')
    const answer = await client.send(request(server))
    expect(answer).toMatchObject({ status: 302, headers: { location: '/elsewhere' } })
  })

  test.each([301, 302, 303, 307, 308])('%i is followed without any credential', async (status) => {
    const seen = Promise.withResolvers<IncomingMessage>()
    const target = await serve((message, response) => {
      seen.resolve(message)
      response.writeHead(200, { 'content-type': 'image/png' }).end(picture)
    })
    const server = await redirecting(() => `${target.origin}/b`, status)
    const headers = {
      accept: 'image/*',
      'User-Agent': 'agent',
      authorization: 'Bearer secret',
      'x-api-key': 'secret',
      cookie: 'secret',
    }
    const { images } = await client.send(
      request(server, {
        headers,
        maxRedirects: 1,
        addresses: { privateOrigins: [server.origin, target.origin] },
      }),
    )
    expect(images[0]?.digest).toBe(digest)
    const message = await seen.promise
    expect(message.url).toBe('/b')
    expect(JSON.stringify(message.rawHeaders)).not.toContain('secret')
    expect(message.headers).toMatchObject({ accept: 'image/*', 'user-agent': 'agent' })
  })

  test('may be relative', async () => {
    const server = await serve((message, response) => {
      if (message.url === '/next?a=1') response.end('{"a":1}')
      else response.writeHead(302, { location: '../next?a=1' }).end()
    })
    expect((await client.send(request(server, { maxRedirects: 2 }))).json).toEqual({ a: 1 })
  })

  test('of a POST is never followed', async () => {
    const target = await answering('application/json', '{}')
    for (const status of [302, 307]) {
      const server = await redirecting(() => target.origin, status)
      const addresses = { privateOrigins: [server.origin, target.origin] }
      const answer = await client.send(
        request(server, { method: 'POST', maxRedirects: 3, addresses }),
      )
      expect(answer.status).toBe(status)
    }
    expect(target.connections()).toBe(0)
  })

  test('without a target is an answer', async () => {
    const server = await answering('application/json', '{}', 304)
    expect((await client.send(request(server, { maxRedirects: 3 }))).status).toBe(304)
  })

  test('after too many others is a failure', async () => {
    const server = await redirecting(() => '/again')
    await expect(client.send(request(server, { maxRedirects: 3 }))).rejects.toMatchObject({
      httpFailure: { kind: 'too_many_redirects', sent: true },
    })
  })
})
