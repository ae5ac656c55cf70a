import type { Size } from '../../core/request/image-request.ts'
import type { EmulatorKit, EmulatorSocket, Fault } from '../shared/emulator.ts'
import type { EmulatedPicture } from './sandbox-graph.ts'

/** A browser, or what else looks at the server. */
export interface EmulatedClient {
  readonly socket: EmulatorSocket
  /** It wants previews that name their job. */
  namesPreviews: boolean
}

/** A graph that was taken in. */
export interface EmulatedJob {
  readonly id: string
  readonly graph: unknown
  readonly picture: EmulatedPicture
  readonly fault: Fault | undefined
  /** Whose socket hears of it; everybody's when absent. */
  readonly client: string | undefined
  /** `extra_data` of the submit. */
  readonly extra: { readonly preview_method?: unknown }
}

/** A job in the server's queue. */
export interface Queued extends EmulatedJob {
  readonly number: number
  isInterrupted: boolean
}

/** A picture on the server's disk, drawn when it is asked for. */
export interface EmulatedFile {
  readonly picture: EmulatedPicture
  readonly fault: Fault | undefined
  readonly index: number
}

/** What the emulated server keeps. */
export interface EmulatedServer {
  readonly pending: Queued[]
  running: Queued | undefined
  /** Jobs that never end. They run beside the others: one fault is no fault of the next job. */
  readonly stuck: Queued[]
  readonly history: Map<string, object>
  readonly files: Map<string, EmulatedFile>
  /** Uploaded pictures by their paths. */
  readonly inputs: Map<string, Size>
  /** Open sockets by their clients. */
  readonly clients: Map<string, EmulatedClient>
  taken: number
}

/** The one server behind this kit. */
export function serverOf(kit: EmulatorKit): EmulatedServer {
  const known = kit.state.get('server')
  if (known !== undefined) return known as EmulatedServer
  const server: EmulatedServer = {
    pending: [],
    running: undefined,
    stuck: [],
    history: new Map(),
    files: new Map(),
    inputs: new Map(),
    clients: new Map(),
    taken: 0,
  }
  kit.state.set('server', server)
  return server
}
