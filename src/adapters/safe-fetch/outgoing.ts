import type { HttpRequest } from '../../ports/http-client.ts'
import { toMultipart } from './multipart.ts'

/** Headers and body as they go onto the wire. */
export interface Outgoing {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
}

/** Headers that describe the connection or the body; only this adapter knows them. */
const OWN_HEADERS = [
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]

/** What a request that was redirected still carries: nothing that could be a credential. */
const REDIRECT_HEADERS = ['accept', 'accept-encoding', 'user-agent']

/**
 * Prints headers and body. Answers are asked for uncompressed: images are compressed already, and
 * base64 of them would cost more CPU to unpack than anything else here.
 * @throws TypeError when a header is given that is set here
 */
export function toOutgoing(request: Pick<HttpRequest, 'headers' | 'body'>): Outgoing {
  const headers: Record<string, string> = { 'user-agent': 'keeprate' }
  for (const [name, value] of Object.entries(request.headers)) {
    const lowerCase = name.toLowerCase()
    if (OWN_HEADERS.includes(lowerCase)) throw new TypeError(`the header ${name} is set by itself`)
    headers[lowerCase] = value
  }
  headers['accept-encoding'] = 'identity'
  const { body } = request
  if (body === undefined) return { headers, body: undefined }
  if (body.kind === 'json') {
    headers['content-type'] ??= 'application/json'
    return { headers, body: Buffer.from(JSON.stringify(body.value)) }
  }
  if (body.kind === 'bytes') {
    headers['content-type'] ??= 'application/octet-stream'
    return { headers, body: asBuffer(body.bytes) }
  }
  const { contentType, bytes } = toMultipart(body.parts)
  headers['content-type'] = contentType
  return { headers, body: bytes }
}

/** The same memory, as undici takes it. */
const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

/** What goes to the target of a redirect. */
export const toRedirected = ({ headers }: Outgoing): Outgoing => ({
  headers: Object.fromEntries(
    REDIRECT_HEADERS.flatMap((name) => {
      const value = headers[name]
      return value === undefined ? [] : [[name, value]]
    }),
  ),
  body: undefined,
})
