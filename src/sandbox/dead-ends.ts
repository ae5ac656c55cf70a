import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { EmulatorRequest, Fault } from '../providers/shared/emulator.ts'
import type { Running } from './running.ts'

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

/** A request that is about to be sent, as far as it decides where it is led. */
export interface Departing {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Its body, or what of it may hold a sentinel word or the name of a model. */
  readonly text: string
}

/** Says of a request that its client asked where to go: its way has no further fault. */
const LED_HEADER = 'x-sandbox-led'

/** Whether the fault of a request's way is still to be decided. */
export const isUnled = ({ headers }: Pick<EmulatorRequest, 'headers'>): boolean =>
  headers[LED_HEADER] === undefined

/** Where a request goes: to its own address, or to a dead end. Other hosts are none of ours. */
export function lead(
  { origin, stations, desk }: Pick<Running, 'origin' | 'stations' | 'desk'>,
  origins: DeadEndOrigins,
  { url, headers, text }: Departing,
): Pick<Departing, 'url' | 'headers'> {
  const target = new URL(url)
  const provider = target.pathname.split('/', 2)[1] ?? ''
  if (target.origin !== origin || !stations.has(provider)) return { url, headers }
  const names = (model: string): boolean => url.includes(model) || text.includes(model)
  const fault = desk.next({ provider, headers, text, names, isWanted: isDeadEnd })
  return isDeadEnd(fault)
    ? { url: `${origins[fault]}${target.pathname}${target.search}`, headers }
    : { url, headers: { ...headers, [LED_HEADER]: 'true' } }
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
