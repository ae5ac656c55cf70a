import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Emulator } from '../providers/shared/emulator.ts'
import { type BillEntry, createBillBook } from './bill-book.ts'
import { type SandboxClock, systemClock } from './clock.ts'
import type { Detail } from './draw.ts'
import { createFaultDesk, type FaultRate, isFault } from './fault-desk.ts'
import { createRequestLog } from './request-log.ts'
import { seededDraw } from './seeded.ts'
import { type Running, serve } from './serve.ts'

/** The sandbox is for one machine: it has no authentication, so it never listens elsewhere. */
const HOST = '127.0.0.1'

/** How a sandbox is started. */
export interface SandboxOptions {
  readonly emulators: readonly Emulator[]
  /** 0 picks a free one. */
  readonly port?: number
  /** Divides latencies and life times; 1 is a provider's own pace. */
  readonly speed: number
  /**
   * The same seed and the same requests give the same answers. Ids of jobs come from it too: who
   * keeps them longer than the sandbox lives needs a new seed at each start.
   */
  readonly seed: number | string
  readonly clock?: SandboxClock
  /** `rich` unless said otherwise. */
  readonly detail?: Detail
  /** Share of requests, 0 to 1, that meet each fault. */
  readonly faultRate?: FaultRate
}

/** A running sandbox. */
export interface Sandbox {
  /** `http://127.0.0.1:port` */
  readonly origin: string
  /** What to configure as a provider's base URL. Throws for one that is not emulated. */
  baseUrl(id: string): string
  /** What the emulated providers would have charged, oldest first; the latest 100,000. */
  bill(): readonly BillEntry[]
  /** Ends all connections and waits; emulated work that is still going on is forgotten. */
  close(): Promise<void>
}

/** Starts the sandbox's server with the emulators given, on loopback only. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { emulators, seed, speed } = options
  assertUsable(options)
  const closing = new AbortController()
  const server = createServer()
  server.listen(options.port ?? 0, HOST)
  await once(server, 'listening')
  const origin = `http://${HOST}:${(server.address() as AddressInfo).port}`
  const running: Running = {
    origin,
    speed,
    seed,
    detail: options.detail ?? 'rich',
    clock: options.clock ?? systemClock,
    closing: closing.signal,
    desk: createFaultDesk(options.faultRate ?? {}, seededDraw(`faults:${seed}`)),
    book: createBillBook(),
    log: createRequestLog(),
    providers: emulators.map(({ id }) => id),
    stations: new Map(
      emulators.map((emulator) => {
        const random = seededDraw(`ids:${seed}:${emulator.id}`)
        return [emulator.id, { emulator, memory: { state: new Map(), random, slowed: 0 } }]
      }),
    ),
  }
  let closed: Promise<unknown> | undefined
  server.on('request', (message, response) => void serve(running, message, response))
  return {
    origin,
    baseUrl(id) {
      const station = running.stations.get(id)
      if (station === undefined) throw new RangeError(`the sandbox does not emulate ${id}`)
      return `${origin}/${id}${station.emulator.basePath}`
    },
    bill: () => running.book.entries(),
    async close() {
      if (closed === undefined) {
        closed = once(server, 'close')
        closing.abort(new Error('the sandbox closes'))
        server.close()
        server.closeAllConnections()
      }
      await closed
    },
  }
}

function assertUsable({ emulators, speed, faultRate = {} }: SandboxOptions): void {
  if (!Number.isFinite(speed) || speed < 1) throw new RangeError(`speed is 1 or more, not ${speed}`)
  const ids = emulators.map(({ id }) => id)
  if (new Set(ids).size < ids.length) throw new RangeError(`an emulator is there twice: ${ids}`)
  for (const [name, share] of Object.entries(faultRate)) {
    if (!isFault(name) || !(share >= 0 && share <= 1)) {
      throw new RangeError(`not a rate of a fault: ${name} ${share}`)
    }
  }
}
