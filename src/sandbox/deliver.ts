import { once } from 'node:events'
import { type ServerResponse, STATUS_CODES } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { EmulatorAnswer } from '../providers/shared/emulator.ts'
import type { SandboxClock } from './clock.ts'
import type { DeliveryFault } from './faults.ts'

/** Everything needed to bring an answer, or a broken one, to the client. */
export interface Delivery {
  readonly response: ServerResponse
  readonly answer: EmulatorAnswer
  readonly clock: SandboxClock
  readonly speed: number
  /** Aborts when the client is gone or the sandbox closes. */
  readonly signal: AbortSignal
}

/** A slow body comes in this many pieces with this pause before each: a minute in all. */
const SLOW_PIECES = 30
const SLOW_PAUSE_MS = 2_000
/** One piece of an endless body. */
const FILLER = Buffer.alloc(65_536, 'A')
/** By how much a wrong content length is wrong. */
const LENGTH_ERROR = 100

/** Writes an answer as it is: whole, or chunk by chunk as the emulator makes them. */
export async function deliver({ response, answer, signal }: Delivery): Promise<void> {
  const { status, headers, body } = answer
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    const length = bytes === undefined ? {} : { 'content-length': bytes.byteLength }
    response.writeHead(status, { ...headers, ...length })
    response.end(bytes)
    if (!response.writableFinished) await once(response, 'finish', { signal })
    return
  }
  response.writeHead(status, headers)
  response.flushHeaders()
  await pipeline(Readable.from(body), response, { signal })
}

/** Delivers an answer in the way a fault wants it; by now the provider has done its work. */
export async function deliverBroken(delivery: Delivery, fault: DeliveryFault): Promise<void> {
  if (delivery.signal.aborted) return
  await plays[fault](delivery)
}

const plays: { readonly [Name in DeliveryFault]: (delivery: Delivery) => Promise<void> } = {
  hang: ({ signal }) => untilAborted(signal),
  'reset-before-headers': async ({ response }) => {
    response.socket?.resetAndDestroy()
  },
  'reset-in-headers': async (delivery) => {
    const head = headOf(delivery.answer, (await bytesOf(delivery.answer)).byteLength)
    await writeRaw(delivery, [head.slice(0, Math.floor(head.length / 2))])
  },
  'reset-after-headers': async (delivery) => {
    const { byteLength } = await bytesOf(delivery.answer)
    await writeRaw(delivery, [headOf(delivery.answer, byteLength)])
  },
  'reset-in-body': async (delivery) => {
    const bytes = await bytesOf(delivery.answer)
    const half = bytes.subarray(0, Math.floor(bytes.byteLength / 2))
    await writeRaw(delivery, [headOf(delivery.answer, bytes.byteLength), half])
  },
  'content-length-long': async (delivery) => {
    const bytes = await bytesOf(delivery.answer)
    await writeRaw(delivery, [headOf(delivery.answer, bytes.byteLength + LENGTH_ERROR), bytes])
  },
  'content-length-short': async (delivery) => {
    const bytes = await bytesOf(delivery.answer)
    const announced = Math.max(0, bytes.byteLength - LENGTH_ERROR)
    await writeRaw(delivery, [headOf(delivery.answer, announced), bytes])
  },
  'endless-body': async (delivery) => {
    const bytes = await bytesOf(delivery.answer)
    const start = bytes.subarray(0, Math.floor(bytes.byteLength / 2))
    await deliver({ ...delivery, answer: { ...delivery.answer, body: endless(start) } })
  },
  'slow-body': async (delivery) => {
    const bytes = await bytesOf(delivery.answer)
    await deliver({ ...delivery, answer: { ...delivery.answer, body: slowly(bytes, delivery) } })
  },
  'slow-headers-31': (delivery) => deliverLate(delivery, 31),
  'slow-headers-61': (delivery) => deliverLate(delivery, 61),
  'slow-headers-121': (delivery) => deliverLate(delivery, 121),
  'slow-headers-301': (delivery) => deliverLate(delivery, 301),
}

async function deliverLate(delivery: Delivery, seconds: number): Promise<void> {
  await delivery.clock.sleep((seconds * 1_000) / delivery.speed, delivery.signal)
  await deliver(delivery)
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

async function* endless(start: Uint8Array): AsyncGenerator<Uint8Array> {
  yield start
  for (;;) yield FILLER
}

async function* slowly(bytes: Uint8Array, delivery: Delivery): AsyncGenerator<Uint8Array> {
  const size = Math.max(1, Math.ceil(bytes.byteLength / SLOW_PIECES))
  for (let start = 0; start < bytes.byteLength; start += size) {
    await delivery.clock.sleep(SLOW_PAUSE_MS / delivery.speed, delivery.signal)
    yield bytes.subarray(start, start + size)
  }
}

async function bytesOf({ body = '' }: EmulatorAnswer): Promise<Uint8Array> {
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  const chunks: Uint8Array[] = []
  for await (const chunk of body)
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  return Buffer.concat(chunks)
}

/** The head of an answer as text, because Node's own writer refuses to write a wrong one. */
function headOf({ status, headers }: EmulatorAnswer, contentLength: number): string {
  const all = { ...headers, 'content-length': String(contentLength) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`
}

/** Writes past Node's answer, then destroys the connection once all of it has left. */
async function writeRaw({ response }: Delivery, parts: readonly (string | Uint8Array)[]) {
  const { socket } = response
  if (socket === null || socket.destroyed) return
  const whole = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)),
  )
  await new Promise<void>((resolve) => socket.write(whole, () => resolve()))
  socket.destroy()
}
