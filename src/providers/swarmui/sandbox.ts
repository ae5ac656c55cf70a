import { isObject } from '../../core/json.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import {
  type Drawing,
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type EmulatorSocket,
  type Fault,
} from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'
import { drawWithFault, jsonAnswer, jsonBodyOf } from '../shared/emulator-wire.ts'

/** Tokens that begin so are refused. */
const BAD_TOKEN = /swarm_user_token=invalid/
/** The emulated machine makes 300 pictures an hour, at $1.20. */
const DOLLARS_PER_IMAGE = 0.004
const SECONDS_PER_IMAGE = 11
/** Files that are kept; the oldest are forgotten. */
const MAX_FILES = 500
const MODELS = ['OfficialStableDiffusion/sd_xl_base_1.0', 'v1-5-pruned-emaonly']

/** The emulator of SwarmUI's own API: sessions, errors with status 200, pictures as files. */
export default defineEmulator({
  id: 'swarmui',
  basePath: '',
  async handle(request, kit) {
    const { method, path, headers } = request
    if (BAD_TOKEN.test(headers.cookie ?? '')) {
      return jsonAnswer(401, { error_id: 'invalid_login', error: 'Invalid login.' })
    }
    if (method === 'GET' && path.startsWith('/View/')) return deliver(path, kit)
    if (method === 'POST' && path === '/API/GetNewSession') {
      const id = kit.hexId(40).toUpperCase()
      sessionsOf(kit).add(id)
      return jsonAnswer(200, { session_id: id, user_id: 'local', version: '0.9.8.0' })
    }
    if (method === 'POST' && path === '/API/GenerateText2Image') {
      return generate(jsonBodyOf(request), request, kit)
    }
    return jsonAnswer(404, { error: 'no such route' })
  },
  connect(request, kit) {
    if (request.path !== '/API/GenerateText2ImageWS') return jsonAnswer(404, {})
    if (BAD_TOKEN.test(request.headers.cookie ?? '')) return jsonAnswer(401, {})
    const fault = kit.fault(request, '')
    if (fault === 'socket-refused') return jsonAnswer(503, {})
    return (socket) =>
      socket.onText((text) => {
        speak(socket, text, { request, kit, fault }).catch(() => socket.destroy())
      })
  },
})

const sessionsOf = (kit: EmulatorKit) => kept(kit, 'sessions', () => new Set<string>())

interface File {
  readonly drawing: Drawing
  readonly fault: Fault | undefined
}
const filesOf = (kit: EmulatorKit) => kept(kit, 'files', () => new Map<string, File>())

/** The server answers 200 to nearly everything. */
const refusal = (error: string): EmulatorAnswer => jsonAnswer(200, { error })

/** Faults in the server's own words, by which the adapter has to know them. */
const words: Readonly<Partial<Record<Fault, string>>> = {
  'user-error': "Invalid value for parameter Steps: 'many' - must be a valid integer",
  'model-gone': "Invalid value for parameter Model: 'gone' - model not found",
  overloaded: 'No backends available!',
  'server-error': 'All available backends failed to load the model.',
  'error-in-200': 'Something went wrong while generating images.',
}

/** Steps that a socket tells of. */
const STEPS = 10

/** Generates by a socket: status, progress with previews, then the pictures or an error. */
async function speak(
  socket: EmulatorSocket,
  text: string,
  { request, kit, fault }: { request: EmulatorRequest; kit: EmulatorKit; fault: Fault | undefined },
): Promise<void> {
  const say = (message: object): void => {
    if (fault !== 'socket-silent') socket.send(JSON.stringify(message))
  }
  say({ status: { waiting_gens: 1, loading_models: 0, waiting_backends: 0, live_gens: 0 } })
  const body: unknown = JSON.parse(text)
  const inner = kit.inner?.(request) ?? kit
  const { body: answer } = await generate(body, request, inner, async (step) => {
    if (fault === 'socket-breaks' && step === STEPS / 2) return socket.destroy()
    const drawing = { width: 128, height: 128, format: 'jpeg', seed: 1 } as const
    const prompt = isObject(body) ? String(body.prompt) : ''
    const jpeg = Buffer.from(await inner.draw({ ...drawing, prompt, coarseness: 2 })).toString(
      'base64',
    )
    const preview = `data:image/jpeg;base64,${jpeg}`
    const progress = {
      batch_index: '0',
      overall_percent: step / STEPS,
      current_percent: 0,
      preview,
    }
    say({ gen_progress: progress })
  })
  const said = JSON.parse(String(answer)) as { readonly images?: readonly string[] }
  const { images = [] } = said
  if (said.images === undefined) socket.send(JSON.stringify(said))
  for (const [index, image] of images.entries()) {
    socket.send(JSON.stringify({ image: { image, batch_index: String(index), metadata: '{}' } }))
  }
  socket.close()
}

async function generate(
  body: unknown,
  request: EmulatorRequest,
  kit: EmulatorKit,
  onStep?: (step: number) => Promise<void>,
): Promise<EmulatorAnswer> {
  if (!isObject(body)) return refusal('Invalid request body')
  const fault = kit.fault(request, String(body.prompt ?? ''))
  if (fault === 'invalid-key') return jsonAnswer(401, { error: 'Invalid login.' })
  if (fault === 'rate-limit') return jsonAnswer(429, { error: 'busy' }, { 'retry-after': '1' })
  const said = fault === undefined ? undefined : words[fault]
  if (said !== undefined) return refusal(said)
  if (!sessionsOf(kit).has(String(body.session_id))) {
    return jsonAnswer(200, { error_id: 'invalid_session_id', error: 'Invalid session ID.' })
  }
  const { width, height, images: count, model, initimage, maskimage } = body
  if (!MODELS.includes(String(model))) return refusal(`Model '${String(model)}' not found`)
  if (![width, height, count].every((value) => Number.isInteger(value) && Number(value) > 0)) {
    return refusal('Invalid value for parameter Width: must be a valid integer')
  }
  if (![initimage, maskimage].every((value) => value === undefined || isPicture(value))) {
    return refusal('Invalid value for parameter Init Image: must be a picture')
  }
  const dollars = (DOLLARS_PER_IMAGE * Number(count)).toFixed(3)
  kit.bill({ model: String(model), images: Number(count), dollars, requestId: kit.hexId(8) })
  for (let step = 1; step <= STEPS; step += 1) {
    await kit.latency((SECONDS_PER_IMAGE * Number(count)) / STEPS, request.signal)
    await onStep?.(step)
  }
  if (fault === 'server-error-billed') return refusal('Backend request failed: out of memory')
  const made = fault === 'empty' ? 0 : fault === 'wrong-count' ? Number(count) - 1 : Number(count)
  const images = Array.from({ length: made }, (_, index) => save(body, fault, index, kit))
  return jsonAnswer(200, { images })
}

const isPicture = (value: unknown): boolean => {
  const [, base64] = /^data:image\/\w+;base64,(.+)$/.exec(String(value)) ?? []
  return base64 !== undefined && readImageHeader(Buffer.from(base64, 'base64')) !== undefined
}

/** Puts a picture where it can be fetched; names of files have spaces, as the server's do. */
function save(
  body: Readonly<Record<string, unknown>>,
  fault: Fault | undefined,
  index: number,
  kit: EmulatorKit,
): string {
  const files = filesOf(kit)
  const number = kit.hexId(8)
  const asked = Number(body.seed ?? -1)
  const seed = (asked < 0 ? kit.hash(`seed of ${number}`) : asked) + index
  const size = { width: Number(body.width), height: Number(body.height) }
  const drawing: Drawing = { ...size, prompt: String(body.prompt), seed, format: 'png' }
  const path = `View/local/raw/2026-11-26/${number}-a picture, ${index + 1}.png`
  files.set(`/${path}`, { drawing, fault })
  for (const oldest of files.keys()) {
    if (files.size <= MAX_FILES) break
    files.delete(oldest)
  }
  return path
}

async function deliver(path: string, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const file = filesOf(kit).get(path)
  if (file === undefined) {
    return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not found' }
  }
  const body = await drawWithFault(kit, file.drawing, file.fault)
  return { status: 200, headers: { 'content-type': 'image/png' }, body }
}
