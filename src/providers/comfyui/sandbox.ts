import { readImageHeader } from '../../core/quality/image-header.ts'
import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import { drawWithFault, jsonAnswer, jsonBodyOf } from '../shared/emulator-wire.ts'
import { readEmulatedGraph, refusalOf } from './sandbox-graph.ts'
import { CHECKPOINTS, objectInfo } from './sandbox-lists.ts'
import { enqueue, giveUp, interrupt, queueOf } from './sandbox-queue.ts'
import { serverOf } from './sandbox-server.ts'
import { connect } from './sandbox-socket.ts'

/** Keys that begin so are refused, as a proxy in front would. */
const BAD_KEY = /^(Bearer|Basic) invalid/

/** The emulator of ComfyUI's routes and of its socket. */
export default defineEmulator({
  id: 'comfyui',
  basePath: '',
  async handle(request, kit) {
    const { headers, method } = request
    if (BAD_KEY.test(headers.authorization ?? '')) return jsonAnswer(401, { error: 'Unauthorized' })
    // A page in a browser must not steer the server of whoever looks at it.
    if (headers.origin !== undefined) return plain(403)
    const path = request.path.replace(/^\/api(?=\/)/, '')
    const route = `${method} ${path}`
    if (route === 'POST /prompt') return submit(request, kit)
    if (route === 'POST /upload/image' || route === 'POST /upload/mask') return upload(request, kit)
    if (route === 'GET /view') return view(request, kit)
    if (method === 'POST') return command(path, jsonBodyOf(request), kit)
    return method === 'GET' ? look(path, kit) : plain(405)
  },
  connect: (request, kit) =>
    BAD_KEY.test(request.headers.authorization ?? '')
      ? plain(401)
      : connect(request, serverOf(kit), kit),
})

const plain = (status: number): EmulatorAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: `${status}`,
})

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []

/** Routes that change something and answer with nothing. */
function command(path: string, body: unknown, kit: EmulatorKit): EmulatorAnswer {
  const server = serverOf(kit)
  switch (path) {
    case '/queue':
      if (member(body, 'clear') === true) server.pending.length = 0
      for (const id of textsOf(member(body, 'delete'))) giveUp(kit, id)
      return { status: 200 }
    case '/interrupt':
      interrupt(kit, member(body, 'prompt_id'))
      return { status: 200 }
    case '/history':
      if (member(body, 'clear') === true) server.history.clear()
      for (const id of textsOf(member(body, 'delete'))) server.history.delete(id)
      return { status: 200 }
    case '/free':
      return { status: 200 }
    default:
      return plain(404)
  }
}

/** Routes that only tell. */
function look(path: string, kit: EmulatorKit): EmulatorAnswer {
  const server = serverOf(kit)
  const { running, pending, history } = server
  const [, section = '', name] = path.split('/')
  switch (section) {
    case 'prompt': {
      const remaining = pending.length + (running === undefined ? 0 : 1)
      return jsonAnswer(200, { exec_info: { queue_remaining: remaining } })
    }
    case 'queue':
      return jsonAnswer(200, queueOf(server))
    case 'history':
      if (name === undefined) return jsonAnswer(200, Object.fromEntries(history))
      return jsonAnswer(200, history.has(name) ? { [name]: history.get(name) } : {})
    case 'object_info':
      return jsonAnswer(200, objectInfo(name))
    case 'system_stats':
      return jsonAnswer(200, {
        system: { os: 'posix', comfyui_version: '0.3.75', embedded_python: false },
        devices: [{ name: 'cuda:0 NVIDIA L4', type: 'cuda', vram_total: 24e9, vram_free: 20e9 }],
      })
    case 'models':
      return jsonAnswer(200, name === 'checkpoints' ? CHECKPOINTS.map(({ file }) => file) : [])
    default:
      return plain(404)
  }
}

async function upload(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const form = await kit.multipart(request).catch(() => undefined)
  const file = form?.files.find(({ name }) => name === 'image')
  if (form === undefined || file === undefined) return plain(400)
  const subfolder = form.fields.get('subfolder')?.[0] ?? ''
  const type = form.fields.get('type')?.[0] ?? 'input'
  const header = readImageHeader(file.bytes)
  const path = subfolder === '' ? file.filename : `${subfolder}/${file.filename}`
  if (header !== undefined) serverOf(kit).inputs.set(path, header)
  return jsonAnswer(200, { name: file.filename, subfolder, type })
}

/** Refusals of a whole submit, as a fault wants them. */
function refuse(fault: Fault | undefined): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return jsonAnswer(401, { error: 'Unauthorized' })
    case 'rate-limit':
      return jsonAnswer(429, { error: 'Too Many Requests' }, { 'retry-after': '1' })
    case 'server-error':
      return plain(500)
    case 'error-in-200':
      return jsonAnswer(200, { error: 'the server is starting', node_errors: {} })
    case 'user-error':
      return jsonAnswer(
        400,
        refusalOf([
          ['3', 'KSampler', 'value_bigger_than_max', 'steps', '20000 is bigger than max'],
        ]),
      )
    case 'model-gone':
      return jsonAnswer(
        400,
        refusalOf([['4', 'CheckpointLoaderSimple', 'value_not_in_list', 'ckpt_name', 'gone']]),
      )
    default:
      return undefined
  }
}

async function submit(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const body = jsonBodyOf(request)
  const graph = member(body, 'prompt')
  if (graph === undefined) {
    const error = { type: 'no_prompt', message: 'No prompt provided', details: '', extra_info: {} }
    return jsonAnswer(400, { error, node_errors: [] })
  }
  const read = readEmulatedGraph(graph, serverOf(kit).inputs)
  if ('refusal' in read) return jsonAnswer(400, read.refusal)
  const fault = kit.fault(request, read.picture.prompt)
  const refusal = refuse(fault)
  if (refusal !== undefined) return refusal
  const own = member(body, 'prompt_id')
  const hex = kit.hexId(32)
  const made = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  const id = typeof own === 'string' && own !== '' ? own : made
  const client = member(body, 'client_id')
  const number = enqueue(kit, {
    ...{ id, graph, picture: read.picture, fault },
    client: typeof client === 'string' ? client : undefined,
    extra: { preview_method: member(member(body, 'extra_data'), 'preview_method') },
  })
  if (fault === 'server-error-billed') return plain(500)
  return jsonAnswer(200, { prompt_id: id, number, node_errors: {} })
}

/** Serves a finished picture. It is drawn when it is asked for. */
async function view({ query }: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const file = serverOf(kit).files.get(query.get('filename') ?? '')
  if (file === undefined) return plain(404)
  const { picture, fault, index } = file
  const { width, height, prompt, seed } = picture
  const drawing = { width, height, prompt, seed: seed + index, format: 'png' } as const
  const bytes = await drawWithFault(kit, drawing, fault)
  return { status: 200, headers: { 'content-type': 'image/png' }, body: bytes }
}
