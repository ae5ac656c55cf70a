import { isObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import type { Size } from '../../core/request/image-request.ts'
import { isFetchable } from '../shared/emulated-generations.ts'
import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import { bearerKeyOf, drawWithFault, jsonAnswer, jsonBodyOf } from '../shared/emulator-wire.ts'
import { type EmulatedJob, jobsOf, linkLifeMs, printJob, stateOf } from './sandbox-jobs.ts'
import { flawOf } from './sandbox-request.ts'

/** Nano-dollars for a picture at its nominal 2,073,600 pixels, and emulated seconds. */
const models: Readonly<Record<string, { readonly nano: bigint; readonly seconds: number }>> = {
  'photon-1': { nano: 15_137_280n, seconds: 20 },
  'photon-flash-1': { nano: 3_939_840n, seconds: 8 },
}

/** Edges of the pictures that are drawn; Luma's own are not published. */
const sizes: Readonly<Record<string, Size>> = {
  '1:1': { width: 1024, height: 1024 },
  '16:9': { width: 1344, height: 756 },
  '9:16': { width: 756, height: 1344 },
  '4:3': { width: 1152, height: 864 },
  '3:4': { width: 864, height: 1152 },
  '21:9': { width: 1512, height: 648 },
  '9:21': { width: 648, height: 1512 },
}
const USUAL_SHAPE = '16:9'

const ROOT = '/dream-machine/v1'
const CREDIT_BALANCE = 1_000_000

/** The emulator of Luma's Dream Machine API, for pictures alone. */
export default defineEmulator({
  id: 'luma',
  basePath: ROOT,
  async handle(request, kit) {
    const { method, path } = request
    if (method === 'GET' && path.startsWith('/delivery/')) return deliver(request, kit)
    const key = bearerKeyOf(request)
    if (key === undefined) return detail(401, 'Not authenticated')
    if (method === 'GET' && path === `${ROOT}/credits`) {
      return jsonAnswer(200, { credit_balance: CREDIT_BALANCE })
    }
    if (method === 'POST' && path === `${ROOT}/generations/image`) return submit(request, kit, key)
    const [, id = ''] = /\/generations\/([^/]+)$/.exec(path) ?? []
    const job = jobsOf(kit).get(id)
    if (job === undefined || job.key !== key || stateOf(job, kit) === 'gone') {
      return detail(404, 'Not Found')
    }
    if (method === 'GET') return jsonAnswer(200, printJob(job, kit, request.baseUrl))
    if (method !== 'DELETE') return detail(405, 'Method Not Allowed')
    jobsOf(kit).delete(id)
    return { status: 204 }
  },
})

const detail = (
  status: number,
  words: unknown,
  headers?: Readonly<Record<string, string>>,
): EmulatorAnswer => jsonAnswer(status, { detail: words }, headers)

/** Refusals before any work. */
function refuse(fault: Fault | undefined): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return detail(401, 'Not authenticated')
    case 'no-credit':
      return detail(402, 'Insufficient credits')
    case 'rate-limit':
      return detail(429, 'Too many concurrent generations', { 'retry-after': '1' })
    case 'user-error':
      return detail(422, [{ type: 'missing', loc: ['body', 'prompt'], msg: 'Field required' }])
    case 'model-gone':
      return detail(400, 'Invalid model')
    case 'moderate-input':
      return detail(400, 'The prompt did not pass moderation')
    case 'server-error':
      return detail(500, 'Internal Server Error')
    case 'overloaded':
      return detail(503, 'Service Unavailable')
    case 'error-in-200':
      return detail(200, 'Internal Server Error')
    default:
      return undefined
  }
}

function submit(request: EmulatorRequest, kit: EmulatorKit, key: string): EmulatorAnswer {
  const read = jsonBodyOf(request)
  const body = isObject(read) ? read : {}
  const fault = kit.fault(request, String(body.prompt ?? ''))
  const early = refuse(fault)
  if (early !== undefined) return early
  const name = String(body.model ?? 'photon-1')
  const model = Object.hasOwn(models, name) ? models[name] : undefined
  if (model === undefined) return detail(400, 'Invalid model')
  const flaw = flawOf(body, Object.keys(sizes))
  if (flaw !== undefined) return detail(422, [flaw])
  const id = kit.hexId(32)
  if (fault !== 'job-fails') {
    kit.bill({ model: name, images: 1, dollars: dollarsFromNano(model.nano), requestId: id })
  }
  if (fault === 'server-error-billed') return detail(500, 'Internal Server Error')
  const job: EmulatedJob = {
    id,
    key,
    model: name,
    prompt: String(body.prompt),
    size: sizes[String(body.aspect_ratio ?? USUAL_SHAPE)] ?? { width: 1024, height: 1024 },
    format: body.format === 'png' ? 'png' : 'jpeg',
    startedAt: kit.now(),
    durationMs: kit.scaled(model.seconds * 1_000),
    linkLifeMs: linkLifeMs(fault, kit),
    request: body,
    fault,
  }
  jobsOf(kit).set(id, job)
  return jsonAnswer(201, printJob(job, kit, request.baseUrl))
}

/** The delivery host; it refuses a credential, so that a leak fails every test. */
async function deliver(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const text = (status: number, body: string, type = 'text/plain'): EmulatorAnswer => ({
    status,
    headers: { 'content-type': type },
    body,
  })
  if (request.headers.authorization !== undefined) return text(400, 'No credential is wanted here')
  const job = jobsOf(kit).get(request.path.split('/')[2] ?? '')
  if (job === undefined || stateOf(job, kit) !== 'completed') return text(404, 'Not found')
  const { fault, format, size, prompt } = job
  if (fault === 'link-forbidden' || !isFetchable(job, kit)) return text(403, 'Forbidden')
  if (fault === 'html') return text(200, '<!doctype html><title>Sign in</title>', 'text/html')
  const seed = kit.hash(`seed of ${job.id}`)
  const bytes = await drawWithFault(kit, { ...size, prompt, seed, format }, fault)
  return { status: 200, headers: { 'content-type': `image/${format}` }, body: bytes }
}
