import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Fault } from '../providers/shared/emulator.ts'

/** Faults of the way to a provider, before anything can be said to it. */
const deadEnds = [
  'connect-refused',
  'connect-hang',
  'dns-failure',
  'tls-failure',
] as const satisfies readonly Fault[]
/** See {@link deadEnds}. */
export type DeadEnd = (typeof deadEnds)[number]

/** Whether a fault keeps a client from being connected at all. */
export const isDeadEnd = (fault: Fault | undefined): fault is DeadEnd =>
  (deadEnds as readonly (Fault | undefined)[]).includes(fault)

/** An address for each, at which a client really fails so. */
export type DeadEndOrigins = Readonly<Record<DeadEnd, string>>

/** The origins, and what keeps one of them silent. */
export interface OpenDeadEnds {
  readonly origins: DeadEndOrigins
  close(): void
}

/** A port of those that only the system may open, and where nothing has listened for decades. */
const CLOSED_PORT = 1
/** Names have parts of at most 63 characters (RFC 1035, 2.3.4): no resolver has to be asked. */
const NO_NAME = `${'x'.repeat(64)}.invalid`

/**
 * Opens the dead ends of a sandbox.
 * @param origin its own: it speaks no TLS, so a handshake with it fails.
 */
export async function openDeadEnds(origin: string): Promise<OpenDeadEnds> {
  const sockets = new Set<Socket>()
  // Takes connections and never says a word: a handshake with it does not end.
  const silent = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  return {
    origins: {
      'connect-refused': `http://127.0.0.1:${CLOSED_PORT}`,
      'connect-hang': `https://127.0.0.1:${port}`,
      'dns-failure': `http://${NO_NAME}`,
      'tls-failure': origin.replace(/^http:/, 'https:'),
    },
    close() {
      silent.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
