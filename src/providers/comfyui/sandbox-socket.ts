import type {
  EmulatorAnswer,
  EmulatorKit,
  EmulatorRequest,
  EmulatorSocket,
} from '../shared/emulator.ts'
import type { EmulatedClient, EmulatedServer, Queued } from './sandbox-server.ts'

/** Kinds of binary messages, and the formats of their pictures. */
const PREVIEW = 1
const PREVIEW_WITH_METADATA = 4
const JPEG = 1

const KNOWN_METHODS: readonly unknown[] = ['auto', 'latent2rgb', 'taesd']
/** Previews are as large as the latent picture, scaled up to this at most. */
const PREVIEW_EDGE = 512

/** `GET /ws?clientId=…`: a second socket of a client takes the place of its first. */
export function connect(
  { query, path, headers }: EmulatorRequest,
  server: EmulatedServer,
  kit: EmulatorKit,
): EmulatorAnswer | ((socket: EmulatorSocket) => void) {
  if (path.replace(/^\/api(?=\/)/, '') !== '/ws') return { status: 404 }
  if (headers.origin !== undefined) return { status: 403 }
  const id = query.get('clientId') || kit.hexId(32)
  const jobs = [...server.pending, ...(server.running === undefined ? [] : [server.running])]
  const isRefused = jobs.some(({ client, fault }) => client === id && fault === 'socket-refused')
  if (isRefused) return { status: 404 }
  return (socket) => {
    const client: EmulatedClient = { socket, namesPreviews: false }
    server.clients.set(id, client)
    socket.closed.addEventListener('abort', () => {
      if (server.clients.get(id) === client) server.clients.delete(id)
    })
    socket.onText((text) => {
      client.namesPreviews ||= /"supports_preview_metadata":\s*true/.test(text)
    })
    socket.send(printStatus(server, id))
  }
}

/** Tells everybody how many jobs there are. */
export function tellQueue(server: EmulatedServer): void {
  for (const { socket } of server.clients.values()) socket.send(printStatus(server))
}

const printStatus = (server: EmulatedServer, sid?: string): string => {
  const remaining = server.pending.length + (server.running === undefined ? 0 : 1)
  const status = { exec_info: { queue_remaining: remaining } }
  return JSON.stringify({ type: 'status', data: { status, sid } })
}

/** Tells of one job while it is worked on. */
export interface Teller {
  tell(type: string, data?: object): void
  /** After a step of the sampler. */
  step(done: number): Promise<void>
  /** The last word, once the job is in the history. */
  end(): void
}

/**
 * Tells the job's own client what becomes of it, and everybody when it has none. Faults of sockets
 * are made here: silence, a break in the middle, an end that comes first and steps in disorder.
 */
export function tellerOf(
  job: Queued,
  { clients }: Pick<EmulatedServer, 'clients'>,
  kit: EmulatorKit,
): Teller {
  const { id, client, fault, picture } = job
  const listeners = (): readonly EmulatedClient[] =>
    [...clients].flatMap(([name, each]) => (client === undefined || client === name ? [each] : []))
  const send = (type: string, data: object = {}): void => {
    if (fault === 'socket-silent') return
    const text = JSON.stringify({ type, data: { ...data, prompt_id: id } })
    for (const { socket } of listeners()) socket.send(text)
  }
  const disorder = fault === 'socket-disorder' ? disorderly() : undefined
  return {
    tell: (type, data) => {
      const told = { ...data, ...(type.startsWith('execution_') ? { timestamp: kit.now() } : {}) }
      send(type, told)
    },
    async step(done) {
      const preview = await previewOf(kit, job, done)
      const tellStep = (): void => {
        const { steps } = picture
        send('progress', { value: Math.ceil(steps * done), max: steps, node: '3' })
        if (preview === undefined || fault === 'socket-silent') return
        for (const { socket, namesPreviews } of listeners()) {
          socket.send(namesPreviews ? named(preview, id) : framed(PREVIEW, JPEG, preview))
        }
      }
      if (disorder === undefined) tellStep()
      else if (disorder(tellStep)) send('executing', { node: null })
      if (fault === 'socket-breaks') for (const { socket } of listeners()) socket.destroy()
    },
    end: () => send('executing', { node: null }),
  }
}

/** Tells every second step before the one that it follows. @returns whether it held one back. */
function disorderly(): (tell: () => void) => boolean {
  let held: (() => void) | undefined
  return (tell) => {
    const before = held
    held = before === undefined ? tell : undefined
    if (before === undefined) return true
    tell()
    before()
    return false
  }
}

/** A rough picture, when the job asked for some: by itself the server shows none. */
async function previewOf(
  kit: EmulatorKit,
  { extra, picture }: Queued,
  done: number,
): Promise<Uint8Array | undefined> {
  if (!KNOWN_METHODS.includes(extra.preview_method)) return undefined
  const scale = Math.min(1, PREVIEW_EDGE / Math.max(picture.width, picture.height))
  return kit.draw({
    width: Math.round(picture.width * scale),
    height: Math.round(picture.height * scale),
    prompt: picture.prompt,
    seed: picture.seed,
    format: 'jpeg',
    coarseness: Math.max(1, 3 - Math.floor(done * 3)),
  })
}

function framed(kind: number, detail: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const head = new DataView(new ArrayBuffer(8))
  head.setUint32(0, kind)
  head.setUint32(4, detail)
  return Buffer.concat([new Uint8Array(head.buffer), ...parts])
}

function named(preview: Uint8Array, id: string): Uint8Array {
  const facts = { node_id: '3', prompt_id: id, display_node_id: '3', image_type: 'image/jpeg' }
  const metadata = new TextEncoder().encode(JSON.stringify(facts))
  return framed(PREVIEW_WITH_METADATA, metadata.length, metadata, preview)
}
