import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
} from '../shared/emulator.ts'
import { jsonAnswer, jsonBodyOf } from '../shared/emulator-wire.ts'
import { CHECKPOINTS, isKnownSampler, SAMPLERS, SCHEDULERS } from './sandbox-lists.ts'
import { paint } from './sandbox-paint.ts'
import { interrupt, progressOf, serverOf, taskProgressOf } from './sandbox-queue.ts'
import { readJob } from './sandbox-request.ts'

/** Passwords that begin so are refused. */
const BAD_KEY = 'invalid'

/** The emulator of the web UI's API: one job at a time, no moderation, pay by the second. */
export default defineEmulator({
  id: 'a1111',
  basePath: '',
  async handle(request, kit) {
    if (isRefused(request)) return refused()
    const route = `${request.method} ${request.path}`
    if (route === 'POST /sdapi/v1/txt2img') return generate(request, kit, false)
    if (route === 'POST /sdapi/v1/img2img') return generate(request, kit, true)
    if (route === 'POST /sdapi/v1/interrupt') return jsonAnswer(200, interrupt(kit))
    if (route === 'POST /sdapi/v1/options') return setOptions(request, kit)
    if (route === 'GET /sdapi/v1/progress') {
      return jsonAnswer(200, await progressOf(kit, request.query))
    }
    if (route === 'POST /internal/progress') {
      return jsonAnswer(200, await taskProgressOf(kit, jsonBodyOf(request) ?? {}))
    }
    const read = Object.hasOwn(listings, route) ? listings[route] : undefined
    return read === undefined
      ? jsonAnswer(404, { detail: 'Not Found' })
      : jsonAnswer(200, read(kit))
  },
})

const refused = (): EmulatorAnswer =>
  jsonAnswer(401, { detail: 'Incorrect username or password' }, { 'www-authenticate': 'Basic' })

/** The emulated server asks for no password, but it refuses one that is plainly wrong. */
function isRefused({ headers }: EmulatorRequest): boolean {
  const [, scheme, value = ''] = /^(Basic|Bearer) (\S+)$/.exec(headers.authorization ?? '') ?? []
  const basic = Buffer.from(value, 'base64').toString('utf8')
  const password = scheme === 'Basic' ? basic.slice(basic.indexOf(':') + 1) : value
  return password.startsWith(BAD_KEY)
}

/** What can be asked for free, as the web UI lists it. */
const listings: Readonly<Record<string, (kit: EmulatorKit) => unknown>> = {
  'GET /sdapi/v1/options': (kit) => serverOf(kit).options,
  'GET /sdapi/v1/sd-models': () =>
    CHECKPOINTS.map(({ title, hash }) => {
      const name = title.replace(/ \[.*$/, '')
      const filename = `/models/Stable-diffusion/${name}`
      return { title, model_name: name.replace(/\.\w+$/, ''), hash, filename, config: null }
    }),
  'GET /sdapi/v1/samplers': () => SAMPLERS.map((name) => ({ name, aliases: [], options: {} })),
  'GET /sdapi/v1/schedulers': () => SCHEDULERS.map((name) => ({ name, label: name })),
  'GET /sdapi/v1/loras': () => [],
  'GET /sdapi/v1/embeddings': () => ({ loaded: {}, skipped: {} }),
  'GET /sdapi/v1/memory': () => ({
    ram: { free: 24e9, used: 8e9, total: 32e9 },
    cuda: { system: { free: 12e9, used: 12e9, total: 24e9 } },
  }),
  'POST /sdapi/v1/skip': () => null,
  'POST /sdapi/v1/refresh-checkpoints': () => null,
  'GET /internal/ping': () => ({}),
}

function setOptions(request: EmulatorRequest, kit: EmulatorKit): EmulatorAnswer {
  const body = jsonBodyOf(request)
  if (typeof body !== 'object' || body === null) return jsonAnswer(422, { detail: 'not an object' })
  Object.assign(serverOf(kit).options, body)
  return jsonAnswer(200, null)
}

const error = (status: number, name: string, detail: string, errors = ''): EmulatorAnswer =>
  jsonAnswer(status, { error: name, detail, body: '', errors })

async function generate(
  request: EmulatorRequest,
  kit: EmulatorKit,
  isEdit: boolean,
): Promise<EmulatorAnswer> {
  const read = readJob(jsonBodyOf(request), isEdit)
  if ('problems' in read) return jsonAnswer(422, { detail: read.problems })
  const { job } = read
  const fault = kit.fault(request, job.prompt)
  switch (fault) {
    case 'invalid-key':
      return refused()
    case 'rate-limit':
      return jsonAnswer(429, { detail: 'Too Many Requests' }, { 'retry-after': '1' })
    case 'user-error':
      return error(404, 'HTTPException', 'Sampler not found')
    case 'overloaded':
      return error(
        500,
        'OutOfMemoryError',
        '',
        'CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 23.69 GiB total capacity)',
      )
    case 'server-error':
      return error(500, 'RuntimeError', '', 'Expected all tensors to be on the same device')
    case 'error-in-200':
      return jsonAnswer(200, { error: 'RuntimeError', detail: '', body: '', errors: 'CUDA error' })
    default:
  }
  if (!isKnownSampler(job.sampler)) return error(404, 'HTTPException', 'Sampler not found')
  if (isEdit && job.input === undefined) return error(404, 'HTTPException', 'Init image not found')
  if (job.input?.isPicture === false) return error(500, 'HTTPException', 'Invalid encoded image')
  const painted = await paint(kit, job, fault)
  const headers = { 'x-process-time': painted.seconds }
  if (fault === 'server-error-billed') {
    const words = 'A tensor with all NaNs was produced in Unet.'
    return { ...error(500, 'NansException', '', words) }
  }
  const { images, info } = painted
  return jsonAnswer(
    200,
    { images, parameters: job.parameters, info: JSON.stringify(info) },
    headers,
  )
}
