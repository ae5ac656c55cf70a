import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { EmulatorSocket } from '../providers/shared/emulator.ts'
import { connectEmulated } from './emulate.ts'
import { sandboxLimits } from './read-body.ts'
import type { Running } from './running.ts'
import { headersOf, placeOf } from './serve.ts'

const NOT_FOUND = 404

/** Opens sockets where an emulator has some, and refuses all others. */
export function socketDoor(
  running: Running,
): (message: IncomingMessage, stream: Duplex, head: Buffer) => void {
  const maxPayload = sandboxLimits.maxSocketMessageBytes
  const server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false })
  return (message, stream, head) => {
    // A client that resets its connection is no error of ours.
    stream.on('error', () => stream.destroy())
    const place = placeOf(running, message)
    const station = running.stations.get(place?.prefix.slice(1) ?? '')
    if (place === undefined || station === undefined) return refuse(stream, NOT_FOUND)
    const gone = new AbortController()
    stream.on('close', () => gone.abort())
    const taken = connectEmulated(running, station, {
      method: message.method ?? 'GET',
      path: place.path,
      query: place.query,
      headers: headersOf(message),
      body: new Uint8Array(),
      baseUrl: `${running.origin}${place.prefix}`,
      signal: gone.signal,
    })
    if (typeof taken !== 'function') return refuse(stream, taken.status)
    server.handleUpgrade(message, stream, head, (socket) => {
      taken(emulatorSocket(socket, gone.signal))
    })
  }
}

function refuse(stream: Duplex, status: number): void {
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
  )
}

function emulatorSocket(socket: WebSocket, closed: AbortSignal): EmulatorSocket {
  socket.on('error', () => socket.terminate())
  return {
    closed,
    send: (message) => {
      if (!closed.aborted) socket.send(message)
    },
    close: () => socket.close(),
    destroy: () => socket.terminate(),
    onText: (listener) => {
      socket.on('message', (data, isBinary) => {
        if (!isBinary) listener(String(data))
      })
    },
  }
}
