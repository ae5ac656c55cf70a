import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { GatewayError } from '../core/errors/gateway-error.ts'
import { printError } from './errors.ts'

/** Statuses by the codes of Node's HTTP parser; everything else is a 400. */
const STATUSES: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers are larger than the server takes.'],
}

/**
 * Answers what never became a request, because its head or its framing cannot be read, in the shape
 * of all other errors, and closes the connection.
 */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket) {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const [status, message] = STATUSES[error.code ?? ''] ?? [400, 'This is not HTTP/1.1.']
  const body = JSON.stringify(printError(new GatewayError('invalid_request', message), '', ''))
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'x-content-type-options: nosniff',
    'connection: close',
  ]
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroySoon()
}
