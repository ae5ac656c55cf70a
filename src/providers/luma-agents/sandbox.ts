import { isObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import { isFetchable } from '../shared/emulated-generations.ts'
import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import { bearerKeyOf, drawWithFault, jsonAnswer, jsonBodyOf } from '../shared/emulator-wire.ts'
import {
  type EmulatedJob,
  jobsOf,
  linkLifeMs,
  printJob,
  stateOf,
  unfinishedOf,
} from './sandbox-jobs.ts'
import { readTask } from './sandbox-request.ts'

/** Nano-dollars for a picture, and emulated seconds. */
const models: Readonly<Record<string, { readonly nano: number; readonly seconds: number }>> = {
  'uni-1': { nano: 40_400_000, seconds: 45 },
  'uni-1-max': { nano: 100_000_000, seconds: 80 },
}
/** Nano-dollars for each picture that another is made from. */
const REFERENCE_NANO = 3_000_000

/** Unfinished generations of one key (docs.agents.lumalabs.ai, error handling, 2026-11-25). */
const MAX_UNFINISHED = 10
const API_VERSION = '2026-04-01'

/** The emulator of Luma's Agents API, for pictures alone. */
export default defineEmulator({
  id: 'luma-agents',
  basePath: '/v1',
  async handle(request, kit) {
    const { method, path } = request
    if (method === 'GET' && path.startsWith('/delivery/')) return deliver(request, kit)
    const answer = await answerTo(request, kit)
    const facts = { 'x-request-id': kit.hexId(32), 'x-api-version': API_VERSION }
    return { ...answer, headers: { ...facts, ...answer.headers } }
  },
})

async function answerTo(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const { method, path, baseUrl } = request
  const key = bearerKeyOf(request)
  if (key === undefined) return detail(401, 'Missing or invalid API key')
  if (method === 'POST' && path === '/v1/generations') return submit(request, kit, key)
  const [, id = ''] = /^\/v1\/generations\/([^/]+)$/.exec(path) ?? []
  const job = method === 'GET' ? jobsOf(kit).get(id) : undefined
  if (job === undefined || job.key !== key || stateOf(job, kit) === 'gone') {
    return detail(404, 'Generation not found')
  }
  return jsonAnswer(200, printJob(job, kit, baseUrl))
}

const detail = (
  status: number,
  words: string,
  headers?: Readonly<Record<string, string>>,
): EmulatorAnswer => jsonAnswer(status, { detail: words }, headers)

/** Refusals before any work, in Luma's words. */
function refuse(fault: Fault | undefined, model: string): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return detail(401, 'API key has been revoked')
    case 'no-credit':
      return detail(402, 'Insufficient credits. Please add credits to continue.')
    case 'rate-limit':
      return detail(429, 'Rate limit exceeded', { 'retry-after': '1', 'x-ratelimit-limit': '30' })
    case 'user-error':
      return detail(400, 'Prompt must be between 1 and 6000 characters')
    case 'model-gone':
      return detail(400, `Unknown model: ${model}`)
    case 'server-error':
      return detail(502, 'Upstream service unavailable')
    case 'overloaded':
      return detail(503, 'Image URL ingestion unavailable')
    case 'error-in-200':
      return detail(200, 'Internal server error')
    default:
      return undefined
  }
}

/** Ends that cost nothing; Luma does not say, so they are the emulator's own. */
const free: readonly (Fault | undefined)[] = ['moderate-input', 'job-fails']

function submit(request: EmulatorRequest, kit: EmulatorKit, key: string): EmulatorAnswer {
  const read = jsonBodyOf(request)
  const body = isObject(read) ? read : {}
  const name = String(body.model ?? 'uni-1')
  const fault = kit.fault(request, String(body.prompt ?? ''))
  const early = refuse(fault, name)
  if (early !== undefined) return early
  const model = Object.hasOwn(models, name) ? models[name] : undefined
  if (model === undefined) return detail(400, `Unknown model: ${name}`)
  const task = readTask(body)
  if (!task.ok) return detail(task.refusal.status, task.refusal.detail)
  if (unfinishedOf(kit, key) >= MAX_UNFINISHED) {
    return detail(429, 'Too many concurrent jobs', { 'retry-after': '60' })
  }
  const { type, size, format, references } = task.value
  const id = kit.hexId(32)
  if (!free.includes(fault)) {
    const dollars = dollarsFromNano(BigInt(model.nano + REFERENCE_NANO * references))
    kit.bill({ model: name, images: 1, dollars, requestId: id })
  }
  if (fault === 'server-error-billed') return detail(502, 'Upstream service unavailable')
  const job: EmulatedJob = {
    ...{ id, key, type, size, format, fault, model: name, prompt: String(body.prompt) },
    startedAt: kit.now(),
    durationMs: kit.scaled(model.seconds * 1_000),
    linkLifeMs: linkLifeMs(fault, kit),
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
