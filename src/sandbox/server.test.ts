import { execFile } from 'node:child_process'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { defineEmulator, type EmulatorRequest } from '../providers/shared/emulator.ts'
import { sandboxLimits } from './read-body.ts'
import type { SandboxOptions } from './running.ts'
import { type Sandbox, startSandbox } from './server.ts'

/** Draws, bills and waits; some of its paths show what it was sent. */
const alpha = defineEmulator({
  id: 'alpha',
  basePath: '/v1',
  async handle(request, kit) {
    if (request.path === '/v1/echo') return { status: 200, body: JSON.stringify(toSeen(request)) }
    if (request.path === '/v1/form') {
      const { fields, files } = await kit.multipart(request)
      const sizes = files.map(({ name, bytes }) => [name, bytes.byteLength])
      return { status: 200, body: JSON.stringify({ fields: [...fields], sizes }) }
    }
    if (request.path === '/v1/stream') return { status: 200, body: chunks() }
    if (request.path === '/v1/broken') throw new Error('a mistake of mine')
    const prompt = String(JSON.parse(Buffer.from(request.body).toString()).prompt)
    await kit.latency(8, request.signal)
    kit.bill({ model: 'm-1', images: 1, dollars: '0.04', requestId: kit.hexId(8) })
    const form = { width: 64, height: 64, format: 'png' } as const
    const body = await kit.draw({ ...form, prompt, seed: kit.hash(prompt) })
    return { status: 200, headers: { 'content-type': 'image/png' }, body }
  },
})

/** Counts its requests. */
const beta = defineEmulator({
  id: 'beta',
  basePath: '',
  async handle(_, kit) {
    const count = Number(kit.state.get('count') ?? 0) + 1
    kit.state.set('count', count)
    kit.bill({ model: 'b', images: 2, dollars: '0.000000001', requestId: String(count) })
    return { status: 200, body: String(count) }
  },
})

const toSeen = (request: EmulatorRequest) => ({
  method: request.method,
  path: request.path,
  query: [...request.query],
  key: request.headers['x-key'],
  body: Buffer.from(request.body).toString(),
  baseUrl: request.baseUrl,
})

async function* chunks() {
  yield 'one '
  yield Buffer.from('two ')
  yield 'three'
}

/** Time passes at once, and is written down. */
function instantClock() {
  let now = 1_800_000_000_000
  return {
    now: () => now,
    sleep: async (durationMs: number, signal: AbortSignal) => {
      signal.throwIfAborted()
      now += durationMs
    },
  }
}

const open: Sandbox[] = []
afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.close()
})

async function start(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const clock = instantClock()
  const sandbox = await startSandbox({
    emulators: [alpha, beta],
    speed: 1,
    seed: 1,
    clock,
    ...options,
  })
  open.push(sandbox)
  return sandbox
}

const paint = (sandbox: Sandbox, prompt: string, headers: Record<string, string> = {}) =>
  fetch(`${sandbox.baseUrl('alpha')}/pictures`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ prompt }),
  })
const control = (sandbox: Sandbox, path: string, init: RequestInit = {}) =>
  fetch(`${sandbox.origin}/__sandbox${path}`, init)

describe('a request reaches its emulator', () => {
  test('with method, decoded path, query, headers, body and the address for links', async () => {
    const sandbox = await start()
    expect(sandbox.baseUrl('alpha')).toBe(`${sandbox.origin}/alpha/v1`)
    expect(sandbox.baseUrl('beta')).toBe(`${sandbox.origin}/beta`)
    expect(() => sandbox.baseUrl('gamma')).toThrow('gamma')
    const answer = await fetch(`${sandbox.origin}/alpha/v1/%65cho?a=1&b=%C3%BC`, {
      method: 'PUT',
      headers: { 'x-key': 'k' },
      body: 'hello',
    })
    expect(await answer.json()).toEqual({
      method: 'PUT',
      path: '/v1/echo',
      query: [
        ['a', '1'],
        ['b', 'ü'],
      ],
      key: 'k',
      body: 'hello',
      baseUrl: `${sandbox.origin}/alpha`,
    })
  })

  test('as a form with its files', async () => {
    const sandbox = await start()
    const form = new FormData()
    form.append('prompt', 'a fox')
    form.append('image', new Blob([new Uint8Array(3_000_000)]), 'a.png')
    const answer = await fetch(`${sandbox.baseUrl('alpha')}/form`, { method: 'POST', body: form })
    expect(await answer.json()).toEqual({
      fields: [['prompt', ['a fox']]],
      sizes: [['image', 3_000_000]],
    })
  })

  test('which may answer in chunks', async () => {
    const sandbox = await start()
    const answer = await fetch(`${sandbox.baseUrl('alpha')}/stream`)
    expect(answer.headers.get('transfer-encoding')).toBe('chunked')
    expect(await answer.text()).toBe('one two three')
  })

  test('and each emulator keeps its own state', async () => {
    const sandbox = await start()
    const other = await start()
    const count = async (from: Sandbox) => (await fetch(`${from.baseUrl('beta')}/x`)).text()
    expect([await count(sandbox), await count(sandbox), await count(other)]).toEqual([
      '1',
      '2',
      '1',
    ])
  })

  test('the same seed gives the same picture and the same ids', async () => {
    const results = await Promise.all(
      [1, 1, 2].map(async (seed) => {
        const sandbox = await start({ seed })
        const picture = Buffer.from(await (await paint(sandbox, 'a fox')).arrayBuffer())
        return { picture, id: sandbox.bill()[0]?.requestId }
      }),
    )
    expect(results[0]).toEqual(results[1])
    expect(results[0]!.id).not.toBe(results[2]!.id)
  })
})

describe('what nobody can serve is refused in words', () => {
  test('unknown emulators, control endpoints, undecodable paths, failing emulators', async () => {
    const sandbox = await start()
    const unknown = await fetch(`${sandbox.origin}/gamma/v1/x`)
    expect([unknown.status, await unknown.text()]).toEqual([404, expect.stringContaining('beta')])
    expect((await fetch(sandbox.origin)).status).toBe(404)
    expect((await control(sandbox, '/nothing')).status).toBe(404)
    expect((await control(sandbox, '/bill', { method: 'DELETE' })).status).toBe(404)
    expect((await fetch(`${sandbox.origin}/alpha/%ff`)).status).toBe(400)
    const broken = await fetch(`${sandbox.baseUrl('alpha')}/broken`)
    expect([broken.status, await broken.text()]).toEqual([500, expect.stringContaining('mistake')])
  })

  test('a body announced over the limit, before it is sent', async () => {
    const sandbox = await start()
    const status = await new Promise((resolve, reject) => {
      const message = httpRequest(`${sandbox.baseUrl('alpha')}/echo`, {
        method: 'POST',
        headers: { 'content-length': sandboxLimits.maxBodyBytes + 1 },
      })
      message.on('response', (response) => {
        resolve(response.statusCode)
        message.destroy()
      })
      message.on('error', reject)
      message.flushHeaders()
    })
    expect(status).toBe(413)
    expect(sandbox.bill()).toEqual([])
  })

  test('a body that grows over the limit', async () => {
    const sandbox = await start()
    const { hostname, port } = new URL(sandbox.origin)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname)
      const piece = Buffer.alloc(4_000_000)
      const head = 'POST /alpha/v1/echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n'
      socket.write(head)
      for (let sent = 0; sent <= sandboxLimits.maxBodyBytes; sent += piece.length) {
        socket.write(`${piece.length.toString(16)}\r\n`)
        socket.write(piece)
        socket.write('\r\n')
      }
      socket.once('data', (data) => {
        resolve(data.toString())
        socket.destroy()
      })
      socket.on('error', reject)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })

  test.each([
    ['a speed below 1', { speed: 0.5 }],
    ['no speed at all', { speed: Number.NaN }],
    ['an emulator twice', { emulators: [alpha, alpha] }],
    ['a rate beyond 1', { faultRate: { blank: 1.5 } }],
    ['a rate of an unknown fault', { faultRate: { nonsense: 0.5 } as never }],
  ])('starting with %s', async (_, options) => {
    await expect(start(options)).rejects.toThrow(RangeError)
  })
})

describe('when the client leaves', () => {
  test('the emulator hears of it, and what it had not billed is not billed', async () => {
    const began = Promise.withResolvers<void>()
    const left = Promise.withResolvers<void>()
    const clock = {
      now: () => 0,
      sleep: (_: number, signal: AbortSignal) =>
        new Promise<void>((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason)
            left.resolve()
          })
          began.resolve()
        }),
    }
    const sandbox = await start({ clock })
    const leaving = new AbortController()
    const answer = fetch(`${sandbox.baseUrl('alpha')}/pictures`, {
      method: 'POST',
      body: '{"prompt":"a fox"}',
      signal: leaving.signal,
    })
    await began.promise
    leaving.abort()
    await expect(answer).rejects.toThrow()
    await left.promise
    expect(sandbox.bill()).toEqual([])
    const { requests } = JSON.parse(await (await control(sandbox, '/requests')).text())
    expect(requests[0]).toMatchObject({ path: '/v1/pictures', status: null })
  })
})

test('closing twice is closing once; connections end and nothing listens afterwards', async () => {
  const sandbox = await start()
  const hanging = paint(sandbox, 'sandbox:hang')
  hanging.catch(() => {})
  await control(sandbox, '/health')
  await Promise.all([sandbox.close(), sandbox.close()])
  await expect(hanging).rejects.toThrow()
  await expect(fetch(sandbox.origin)).rejects.toThrow()
})

test('a process that closes its sandbox in the middle of work ends by itself', async () => {
  const program = `
    import { startSandbox } from ${JSON.stringify(new URL('./server.ts', import.meta.url).href)}
    const slow = { id: 'slow', basePath: '', async handle(request, kit) {
      kit.latency(1000)
      console.log('working')
      await close()
      await kit.latency(1000, request.signal)
      return { status: 200 }
    } }
    const sandbox = await startSandbox({ emulators: [slow], speed: 1, seed: 1 })
    const close = () => sandbox.close()
    await fetch(sandbox.baseUrl('slow')).catch(() => console.log('cut off'))
  `
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { timeout: 60_000 },
  )
  expect(stdout).toBe('working\ncut off\n')
  expect(stderr).toBe('')
})
