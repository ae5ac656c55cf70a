import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defineEmulator } from '../providers/shared/emulator.ts'
import { type Sandbox, startSandbox } from './server.ts'

/** What the emulator answers to everything it is not asked to spoil. */
const BODY = `{"picture":"${'abcdefghij'.repeat(1_000)}"}`

/** The emulator's first bill in a test. */
let billed = Promise.withResolvers<void>()

const alpha = defineEmulator({
  id: 'alpha',
  basePath: '',
  async handle(request, kit) {
    await kit.latency(8, request.signal)
    kit.bill({ model: 'm', images: 1, dollars: '0.04', requestId: kit.hexId(8) })
    billed.resolve()
    return { status: 200, headers: { 'content-type': 'application/json' }, body: BODY }
  },
})

/** A clock whose sleeps end when the test says so. */
function handClock() {
  let now = 1_800_000_000_000
  const sleepers = new Set<{ readonly durationMs: number; readonly wake: () => void }>()
  let onSleep: () => void = () => {}
  /** Waits until somebody sleeps. */
  const sleepBegins = async () => {
    if (sleepers.size > 0) return
    await new Promise<void>((resolve) => {
      onSleep = resolve
    })
  }
  return {
    now: () => now,
    sleep: (durationMs: number, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const sleeper = { durationMs, wake: resolve }
        sleepers.add(sleeper)
        signal.addEventListener('abort', () => {
          sleepers.delete(sleeper)
          reject(signal.reason)
        })
        onSleep()
      }),
    sleepBegins,
    /** Lets the next sleep end, once it has begun. Gives its length. */
    async passNextSleep(): Promise<number> {
      await sleepBegins()
      const [sleeper] = sleepers
      if (sleeper === undefined) throw new Error('nobody sleeps')
      sleepers.delete(sleeper)
      now += sleeper.durationMs
      sleeper.wake()
      return sleeper.durationMs
    },
  }
}

/** So fast that the emulator's own latency is none, and only the pauses of faults are left. */
const SPEED = 1_000_000

let clock = handClock()
let sandbox: Sandbox

beforeEach(async () => {
  clock = handClock()
  billed = Promise.withResolvers()
  sandbox = await startSandbox({ emulators: [alpha], speed: SPEED, seed: 1, clock })
})
afterEach(() => sandbox.close())

/** Sends one request as bytes, and gives the bare socket. */
function send(prompt: string): Socket {
  const { hostname, port } = new URL(sandbox.origin)
  const body = JSON.stringify({ prompt })
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write(`POST /alpha/x HTTP/1.1\r\nhost: sandbox\r\ncontent-length: ${body.length}\r\n\r\n`)
  socket.write(body)
  return socket
}

/** All that comes until the connection ends, and how it ends. */
async function receive(socket: Socket) {
  const chunks: Uint8Array[] = []
  let code: string | undefined
  socket.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  socket.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code
  })
  await new Promise((resolve) => socket.once('close', resolve))
  const text = Buffer.concat(chunks).toString()
  const end = text.indexOf('\r\n\r\n')
  return end === -1
    ? { head: text, body: undefined, code }
    : { head: text.slice(0, end), body: text.slice(end + 4), code }
}

const ask = (prompt: string) =>
  fetch(`${sandbox.baseUrl('alpha')}/x`, { method: 'POST', body: JSON.stringify({ prompt }) })
const statuses = async () => {
  const answer = await fetch(`${sandbox.origin}/__sandbox/requests`)
  const { requests } = (await answer.json()) as { requests: { status: number | null }[] }
  return requests.map(({ status }) => status)
}

describe('broken deliveries', () => {
  test('hang: accepted, billed, never answered, until the client closes', async () => {
    const socket = send('sandbox:hang')
    let received = 0
    socket.on('data', (chunk) => {
      received += chunk.length
    })
    await billed.promise
    expect(sandbox.bill()).toHaveLength(1)
    socket.end()
    await once(socket, 'close')
    expect([received, await statuses()]).toEqual([0, [null]])
  })

  test('hang: billed also when the client has left before the work is done', async () => {
    const slow = await startSandbox({ emulators: [alpha], speed: 1, seed: 1, clock })
    try {
      const { port } = new URL(slow.origin)
      const socket = connect(Number(port), '127.0.0.1')
      const body = '{"prompt":"sandbox:hang"}'
      socket.write(
        `POST /alpha/x HTTP/1.1\r\nhost: s\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      )
      await clock.sleepBegins()
      socket.destroy()
      // The closed connection is seen before a new one is served.
      await fetch(`${slow.origin}/__sandbox/health`)
      await clock.passNextSleep()
      await billed.promise
      expect(slow.bill()).toHaveLength(1)
    } finally {
      await slow.close()
    }
  })

  test('reset-before-headers: a reset connection and nothing billed', async () => {
    const { head, code } = await receive(send('sandbox:reset-before-headers'))
    expect([head, code]).toEqual(['', 'ECONNRESET'])
    expect([sandbox.bill().length, await statuses()]).toEqual([0, [null]])
  })

  test('reset-in-headers: half a head', async () => {
    const { head, body } = await receive(send('sandbox:reset-in-headers'))
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(body).toBeUndefined()
    expect(sandbox.bill()).toHaveLength(1)
  })

  test('reset-after-headers: a whole head and no body', async () => {
    const { head, body } = await receive(send('sandbox:reset-after-headers'))
    expect(head).toContain(`content-length: ${BODY.length}`)
    expect(body).toBe('')
    expect(sandbox.bill()).toHaveLength(1)
  })

  test('reset-in-body: half of the real answer, and billed', async () => {
    const { head, body } = await receive(send('a fox sandbox:reset-in-body'))
    expect(head).toContain(`content-length: ${BODY.length}`)
    expect(body).toBe(BODY.slice(0, Math.floor(BODY.length / 2)))
    expect([sandbox.bill().length, await statuses()]).toEqual([1, [200]])
  })

  test('content-length-long: all of the answer, and more announced', async () => {
    const { head, body } = await receive(send('sandbox:content-length-long'))
    expect(head).toContain(`content-length: ${BODY.length + 100}`)
    expect(body).toBe(BODY)
  })

  test('content-length-short: more than announced', async () => {
    const { head, body } = await receive(send('sandbox:content-length-short'))
    expect(head).toContain(`content-length: ${BODY.length - 100}`)
    expect(body).toBe(BODY)
  })

  test('endless-body: goes on until the client closes, and only as fast as it reads', async () => {
    const socket = send('sandbox:endless-body')
    let received = 0
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk) => {
        received += chunk.length
        if (received > 20_000_000) resolve()
      })
    })
    socket.destroy()
    expect((await ask('a fox')).status).toBe(200)
    expect(sandbox.bill()).toHaveLength(2)
  })

  test('slow-body: piece by piece, a minute in all', async () => {
    const pending = ask('sandbox:slow-body')
    const pauses: number[] = []
    while (pauses.length < 30) pauses.push(await clock.passNextSleep())
    expect(new Set(pauses)).toEqual(new Set([2_000 / SPEED]))
    expect(await (await pending).text()).toBe(BODY)
  })

  test.each([31, 61, 121, 301])('slow-headers-%i: whole, so many seconds late', async (seconds) => {
    const pending = ask(`sandbox:slow-headers-${seconds}`)
    expect(await clock.passNextSleep()).toBe((seconds * 1_000) / SPEED)
    expect(await (await pending).text()).toBe(BODY)
    expect(sandbox.bill()).toHaveLength(1)
  })
})
