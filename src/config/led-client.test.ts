import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSafeFetch } from '../adapters/safe-fetch/client.ts'
import type { HttpClient, HttpRequest } from '../ports/http-client.ts'
import { defineEmulator } from '../providers/shared/emulator.ts'
import { type Sandbox, startSandbox } from '../sandbox/server.ts'
import { ledClient } from './led-client.ts'

const emulator = defineEmulator({
  id: 'alpha',
  basePath: '/v1',
  async handle(_, kit) {
    kit.bill({ model: 'm', images: 1, dollars: '0.04', requestId: kit.hexId(8) })
    return { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }
  },
})

let sandbox: Sandbox
let real: HttpClient
let client: HttpClient
beforeAll(async () => {
  sandbox = await startSandbox({ emulators: [emulator], speed: 1, seed: 1 })
  real = createSafeFetch()
  client = ledClient(real, sandbox)
})
afterAll(async () => {
  await real.close()
  await sandbox.close()
})

const requestOf = (prompt: string, url = `${sandbox.baseUrl('alpha')}/x`): HttpRequest => ({
  method: 'POST',
  url,
  headers: {},
  body: { kind: 'json', value: { prompt } },
  addresses: { privateOrigins: [sandbox.origin] },
  maxRedirects: 0,
  timeouts: { headersMs: 20_000, totalMs: 20_000 },
  maxBytes: 10_000,
})
const control = (path: string, init: RequestInit = {}) =>
  fetch(`${sandbox.origin}/__sandbox${path}`, init)
const order = (body: object) => control('/faults', { method: 'POST', body: JSON.stringify(body) })

test.each([
  ['connect-refused', 'connect'],
  ['dns-failure', 'dns'],
  ['tls-failure', 'tls'],
  ['connect-hang', 'connect'],
])(
  '%s really fails to connect, is known not to be sent, and bills nothing',
  async (fault, kind) => {
    const before = sandbox.bill().length
    await expect(client.send(requestOf(`a fox sandbox:${fault}@alpha`))).rejects.toMatchObject({
      httpFailure: { kind, sent: false },
    })
    expect(sandbox.bill()).toHaveLength(before)
    expect((await client.send(requestOf('a fox'))).status).toBe(200)
  },
)

test('a stream is led as well, and an order hits each request once', async () => {
  await order({ fault: 'connect-refused', provider: 'alpha', count: 2 })
  await expect(client.stream(requestOf('a fox'))).rejects.toHaveProperty('httpFailure.sent', false)
  await expect(client.send(requestOf('a fox'))).rejects.toHaveProperty('httpFailure.sent', false)
  expect((await client.send(requestOf('a fox'))).status).toBe(200)
  await order({ fault: 'connect-refused', share: 0.5 })
  const ends = await Promise.all(
    Array.from({ length: 60 }, () =>
      client.send(requestOf('a fox')).then(
        () => 1,
        () => 0,
      ),
    ),
  )
  const reached = ends.reduce<number>((sum, end) => sum + end, 0)
  // Decided twice, it would be a quarter.
  expect(reached).toBeGreaterThan(20)
  expect(reached).toBeLessThan(40)
  await control('/faults', { method: 'DELETE' })
})

test('a client that is not led is broken off before the provider hears of it', async () => {
  const before = sandbox.bill().length
  await expect(real.send(requestOf('a fox sandbox:tls-failure'))).rejects.toMatchObject({
    httpFailure: { kind: 'reset', sent: true },
  })
  expect(sandbox.bill()).toHaveLength(before)
  expect(await (await control('/dead-ends')).json()).toMatchObject({
    'connect-refused': 'http://127.0.0.1:1',
    'tls-failure': sandbox.origin.replace('http:', 'https:'),
  })
})

test('what goes elsewhere is left alone', async () => {
  const request = requestOf('a fox sandbox:dns-failure', 'http://127.0.0.1:1/alpha/x')
  await expect(client.send(request)).rejects.toHaveProperty('httpFailure.kind', 'blocked_address')
})
