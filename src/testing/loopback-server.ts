import { createServer, type RequestListener } from 'node:http'
import {
  type AddressInfo,
  createServer as createRawServer,
  type Server,
  type Socket,
} from 'node:net'

/** A server on 127.0.0.1 that counts who comes. */
export interface LoopbackServer {
  /** `http://127.0.0.1:port` */
  readonly origin: string
  readonly port: number
  /** Connections since the start. */
  connections(): number
  /** Resolves when no connection is open any more. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** Starts an HTTP server on a free port of 127.0.0.1. */
export const startLoopbackServer = (listener: RequestListener): Promise<LoopbackServer> =>
  listen(createServer({ noDelay: true }, listener))

/** Starts a server that speaks whatever `onConnection` writes. */
export const startRawServer = (onConnection: (socket: Socket) => void): Promise<LoopbackServer> =>
  listen(createRawServer(onConnection))

async function listen(server: Server): Promise<LoopbackServer> {
  const open = new Set<Socket>()
  let connections = 0
  let onIdle: (() => void) | undefined
  server.on('connection', (socket: Socket) => {
    connections += 1
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      open.delete(socket)
      if (open.size === 0) onIdle?.()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    connections: () => connections,
    idle: () =>
      new Promise((resolve) => {
        if (open.size === 0) resolve()
        else onIdle = resolve
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}
