import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { SocketMessage, SocketRequest } from '../../ports/http-client.ts'
import { createSafeFetch } from './client.ts'

const client = createSafeFetch()
let server: WebSocketServer
let port: number
beforeAll(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  port = (server.address() as { readonly port: number }).port
})
afterAll(async () => {
  await client.close()
  server.close()
})

let stop: AbortController
beforeEach(() => {
  stop = new AbortController()
})
afterEach(() => {
  stop.abort()
  server.removeAllListeners('connection')
})

/** What the server does with the next socket. */
const serve = (take: (socket: WebSocket, message: IncomingMessage) => void): void => {
  server.once('connection', take)
}

/** Listens to the server until the end, and gives what came. */
async function hear(changes: Partial<SocketRequest> = {}): Promise<readonly SocketMessage[]> {
  const heard: SocketMessage[] = []
  const origin = `http://127.0.0.1:${port}`
  const request: SocketRequest = {
    ...{ url: `${origin}/ws?clientId=a`, headers: { authorization: 'Bearer key' } },
    ...{ addresses: { privateOrigins: [origin] }, openMs: 5_000, maxMessages: 100 },
    ...{ signal: stop.signal },
    ...changes,
  }
  await client.listen?.(request, (message) => heard.push(message))
  return heard
}

test('texts and bytes come as they are, until the server closes', async () => {
  let seen: unknown
  serve((socket, { url, headers }) => {
    seen = { url, key: headers.authorization, origin: headers.origin }
    socket.on('message', (greeting) => {
      socket.send(`you said ${greeting}`)
      socket.send(Buffer.from([1, 2, 3]))
      socket.close()
    })
  })
  expect(await hear({ greeting: 'hello' })).toEqual(['you said hello', new Uint8Array([1, 2, 3])])
  expect(seen).toEqual({ url: '/ws?clientId=a', key: 'Bearer key', origin: undefined })
})

test('who gives up closes it; that is no failure', async () => {
  const closed = Promise.withResolvers<void>()
  serve((socket) => {
    socket.on('close', () => closed.resolve())
    socket.send('one')
  })
  const heard: SocketMessage[] = []
  const origin = `http://127.0.0.1:${port}`
  const listening = client.listen?.(
    {
      ...{ url: origin, headers: {}, addresses: { privateOrigins: [origin] } },
      ...{ openMs: 5_000, maxMessages: 100, signal: stop.signal },
    },
    (message) => {
      heard.push(message)
      stop.abort()
    },
  )
  await listening
  await closed.promise
  expect(heard).toEqual(['one'])
})

test.each<[string, string, (socket: WebSocket) => void]>([
  [
    'more messages than it may send',
    'too_large',
    (socket) => {
      for (let count = 0; count < 200; count += 1) socket.send('again')
    },
  ],
  ['a message that is too large', 'reset', (socket) => socket.send(Buffer.alloc(9_000_000))],
  ['a connection that breaks', 'reset', (socket) => socket.terminate()],
])('a server with %s fails', async (_, kind, take) => {
  serve(take)
  await expect(hear()).rejects.toMatchObject({ httpFailure: { kind, sent: true } })
})

test('an address that is private, and was not said to be, is not reached', async () => {
  const addresses = { privateOrigins: [] }
  await expect(hear({ addresses })).rejects.toMatchObject({ httpFailure: { sent: false } })
})

test('a server that does not open it fails, and so does one that takes too long', async () => {
  const refusing = new WebSocketServer({ host: '127.0.0.1', port: 0, verifyClient: () => false })
  await once(refusing, 'listening')
  const place = (refusing.address() as { readonly port: number }).port
  const url = `http://127.0.0.1:${place}`
  const addresses = { privateOrigins: [url] }
  await expect(hear({ url, addresses })).rejects.toMatchObject({ httpFailure: { sent: false } })
  // A check that takes a way to answer, and never does.
  refusing.options.verifyClient = (_client, _answer) => undefined
  await expect(hear({ url, addresses, openMs: 50 })).rejects.toMatchObject({
    httpFailure: { kind: 'timeout', sent: false },
  })
  refusing.close()
})
