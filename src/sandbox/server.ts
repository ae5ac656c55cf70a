import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BillEntry } from './bill-book.ts'
import { openDeadEnds } from './dead-ends.ts'
import { type Departing, lead } from './lead.ts'
import { assertUsable, makeRunning, type SandboxOptions } from './running.ts'
import { serve } from './serve.ts'
import { socketDoor } from './serve-socket.ts'

/** The sandbox is for one machine: it has no authentication, so it never listens elsewhere. */
const HOST = '127.0.0.1'

/** A running sandbox. */
export interface Sandbox {
  /** `http://127.0.0.1:port` */
  readonly origin: string
  /** What to configure as a provider's base URL. Throws for one that is not emulated. */
  baseUrl(id: string): string
  /**
   * Where a request of a client goes that asks here first: to its own address, or to a dead end,
   * where it really fails to connect. For clients that do not ask, the server breaks connections
   * off in place of that.
   */
  lead(departing: Departing): Pick<Departing, 'url' | 'headers'>
  /** What the emulated providers would have charged, oldest first; the latest 100,000. */
  bill(): readonly BillEntry[]
  /** Ends all connections and waits; emulated work that is still going on is forgotten. */
  close(): Promise<void>
}

/** Starts the sandbox's server with the emulators given, on loopback only. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  assertUsable(options)
  const closing = new AbortController()
  const server = createServer()
  server.listen(options.port ?? 0, HOST)
  await once(server, 'listening')
  const origin = `http://${HOST}:${(server.address() as AddressInfo).port}`
  const deadEnds = await openDeadEnds(origin)
  const running = { ...makeRunning(options, origin, closing.signal), deadEnds: deadEnds.origins }
  let closed: Promise<unknown> | undefined
  server.on('request', (message, response) => void serve(running, message, response))
  server.on('upgrade', socketDoor(running))
  return {
    origin,
    baseUrl(id) {
      const station = running.stations.get(id)
      if (station === undefined) throw new RangeError(`the sandbox does not emulate ${id}`)
      return `${origin}/${id}${station.emulator.basePath}`
    },
    lead: (departing) => lead(running, deadEnds.origins, departing),
    bill: () => running.book.entries(),
    async close() {
      if (closed === undefined) {
        closed = once(server, 'close')
        closing.abort(new Error('the sandbox closes'))
        server.close()
        server.closeAllConnections()
        deadEnds.close()
      }
      await closed
    },
  }
}
