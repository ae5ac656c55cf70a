import { request as sendRequest } from 'node:http'
import { connect } from 'node:net'

/** One request, as it goes over the wire. */
export interface Asked {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array
  /** Sends the body in chunks, without a content-length. */
  readonly isChunked?: boolean
}

/** One answer, read to its end. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** An answer that takes longer counts as a hang. */
const LIMIT_MS = 60_000

/**
 * Sends one request on a connection of its own and reads the answer. Unlike a client library it
 * adds nothing, corrects nothing and resends nothing.
 */
export function exchange(origin: string, asked: Asked): Promise<Answer> {
  const { method = 'GET', path, headers = {}, body, isChunked = false } = asked
  const length =
    body === undefined || isChunked ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const sent = sendRequest({
      hostname,
      port,
      method,
      path,
      headers: { ...length, ...headers } as Record<string, string | string[]>,
      agent: false,
      timeout: LIMIT_MS,
    })
    sent.on('response', (received) => {
      const chunks: Buffer[] = []
      received.on('data', (chunk: Buffer) => chunks.push(chunk))
      received.on('error', reject)
      received.on('end', () => {
        const { statusCode = 0, headers: found } = received
        const answered = Object.fromEntries(
          Object.entries(found).map(([name, value]) => [name, String(value)]),
        )
        resolve({ status: statusCode, headers: answered, body: Buffer.concat(chunks) })
        sent.destroy()
      })
    })
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer`)))
    sent.on('error', reject)
    if (body !== undefined) sent.write(body)
    sent.end()
  })
}

/** Writes bytes that may be no HTTP at all, and reads what comes until the other side closes. */
export function exchangeRaw(origin: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const socket = connect(Number(port), hostname, () => socket.write(text))
    let received = ''
    socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error('the connection stays open')))
    socket.on('data', (chunk) => {
      received += String(chunk)
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
  })
}

/** The JSON of an answer. */
export const jsonOf = (answer: Answer): Record<string, unknown> =>
  JSON.parse(answer.body.toString('utf8')) as Record<string, unknown>
