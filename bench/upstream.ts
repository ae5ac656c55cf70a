/**
 * An emulated OpenAI images API: the same wire format, a different picture for every prompt.
 *
 * Started as `node bench/upstream.ts '{"delayMs":500}'`. Field names of requests and answers are
 * those of the OpenAI API reference (images), read 2026-11-20.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { serveAsChild } from './child-side.ts'
import {
  fromPrompt,
  MODEL,
  type Operation,
  type Order,
  QUALITY,
  SIZE,
  UPSTREAM_KEY,
  usageOf,
} from './exchange.ts'
import { identifyPicture, type PictureKind, pictureMark, pictureTemplate } from './pictures.ts'
import { readAll } from './read-all.ts'

/** How the upstream is started. */
export interface UpstreamSettings {
  readonly delayMs: number
  /** Calls that it works on at once; one more is refused. No limit when absent. */
  readonly parallelCalls?: number
}

/** What the upstream has done since its start: GET /__bench/counts. */
export interface UpstreamCounts {
  pictures: number
  refused: number
}

/** The constant parts of an answer; the mark goes after `opening` and before `closing`. */
interface Frame {
  readonly opening: Buffer
  readonly middle: Buffer
  readonly closing: Buffer
  readonly length: number
}

/** The largest body taken: an edit's 1.5 MB with room to spare. */
const BODY_LIMIT = 8 * 1024 * 1024
const PATHS: Record<string, Operation> = {
  '/v1/images/generations': 'generations',
  '/v1/images/edits': 'edits',
}

const settings = JSON.parse(process.argv[2] ?? '{"delayMs":0}') as UpstreamSettings
const startedAt = Math.floor(Date.now() / 1000)
const counts: UpstreamCounts = { pictures: 0, refused: 0 }
let working = 0
const frames = new Map<string, Frame>()

for (const kind of ['large', 'small'] as const) {
  for (const operation of ['generations', 'edits'] as const) {
    frames.set(`${operation} ${kind}`, buildFrame(operation, kind))
  }
}

serveAsChild(
  createServer({ noDelay: true }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else sendError(response, 400, 'invalid_request_error', String(error))
    })
  }),
  async () => undefined,
)

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? ''
  if (path === '/__bench/counts') return sendJson(response, 200, counts)
  if (request.headers.authorization !== `Bearer ${UPSTREAM_KEY}`) {
    request.resume()
    return sendError(response, 401, 'invalid_api_key', 'Incorrect API key provided')
  }
  if (request.method === 'GET' && path === '/v1/models') return sendJson(response, 200, models())
  const operation = PATHS[path]
  if (request.method !== 'POST' || operation === undefined) {
    request.resume()
    return sendError(response, 404, 'not_found', `Unknown path: ${request.method} ${path}`)
  }
  const body = await readAll(request, BODY_LIMIT)
  const order = operation === 'edits' ? editOrder(request, body) : generationOrder(body)
  if (working >= (settings.parallelCalls ?? Number.POSITIVE_INFINITY)) {
    return sendError(response, 429, 'rate_limit_exceeded', 'Too many requests')
  }
  working += 1
  if (settings.delayMs > 0) await delay(settings.delayMs)
  working -= 1
  sendPicture(response, operation, order)
}

function generationOrder(body: Buffer): Order {
  return checkedOrder(JSON.parse(body.toString('utf8')) as Record<string, unknown>)
}

/** Reads a multipart edit; the upload must have arrived whole and belong to the prompt. */
function editOrder(request: IncomingMessage, body: Buffer): Order {
  const type = request.headers['content-type'] ?? ''
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1]
  if (boundary === undefined) throw new Error('An edit must be multipart/form-data')
  const parts = readParts(body, boundary)
  const fields = [...parts].filter(([name]) => !name.startsWith('image'))
  const order = checkedOrder(
    Object.fromEntries(fields.map(([name, value]) => [name, value.toString('utf8')])),
  )
  const image = parts.get('image') ?? parts.get('image[]')
  if (image === undefined) throw new Error('An edit needs an image')
  if (identifyPicture(order.kind, 'upload', image) !== order.sequence) {
    throw new Error('The uploaded image is not the one that was sent')
  }
  return order
}

function readParts(body: Buffer, boundary: string): Map<string, Buffer> {
  const parts = new Map<string, Buffer>()
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  let start = body.indexOf(delimiter.subarray(2)) + delimiter.length - 2
  for (;;) {
    const end = body.indexOf(delimiter, start)
    const headEnd = body.indexOf('\r\n\r\n', start, 'latin1')
    if (end === -1 || headEnd === -1 || headEnd > end) return parts
    const name = /name="([^"]+)"/.exec(body.toString('latin1', start, headEnd))?.[1]
    if (name !== undefined) parts.set(name, body.subarray(headEnd + 4, end))
    start = end + delimiter.length
  }
}

/** Anything but the one request the costs are known for is refused, so nothing changes unseen. */
function checkedOrder(fields: Record<string, unknown>): Order {
  const expected: Record<string, string> = { model: MODEL, size: SIZE, quality: QUALITY }
  for (const [name, value] of Object.entries(expected)) {
    if (fields[name] !== value) throw new Error(`${name} must be ${value}`)
  }
  if (String(fields.n ?? 1) !== '1') throw new Error('n must be 1')
  const order = fromPrompt(String(fields.prompt))
  if (order === undefined) throw new Error('The prompt is not one of the benchmark')
  return order
}

function buildFrame(operation: Operation, kind: PictureKind): Frame {
  const { base64, base64Length } = pictureTemplate(kind)
  const before = JSON.stringify({
    created: startedAt,
    background: 'opaque',
    output_format: 'png',
    quality: QUALITY,
    size: SIZE,
  })
  const opening = `${before.slice(0, -1)},"data":[{"b64_json":"`
  const closing = `"}],"usage":${JSON.stringify(usageOf(operation))}}`
  return {
    opening: Buffer.concat([Buffer.from(opening, 'latin1'), base64.head]),
    middle: base64.middle,
    closing: Buffer.concat([base64.tail, Buffer.from(closing, 'latin1')]),
    length: opening.length + base64Length + closing.length,
  }
}

function sendPicture(response: ServerResponse, operation: Operation, order: Order): void {
  const frame = frames.get(`${operation} ${order.kind}`)
  if (frame === undefined) throw new Error('No such picture')
  const mark = Buffer.from(pictureMark('answer', order.sequence).toString('base64'), 'latin1')
  counts.pictures += 1
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': frame.length,
    'x-request-id': `req_bench_${order.sequence}`,
  })
  response.cork()
  response.write(Buffer.concat([frame.opening, mark]))
  response.write(frame.middle)
  response.end(Buffer.concat([mark, frame.closing]))
  response.uncork()
}

function models(): unknown {
  const model = { id: MODEL, object: 'model', created: startedAt, owned_by: 'openai' }
  return { object: 'list', data: [{ ...model, shutdown_date: null }] }
}

function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  counts.refused += 1
  const type = 'invalid_request_error'
  sendJson(response, status, { error: { message, type, param: null, code } })
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}
