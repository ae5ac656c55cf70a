import { isObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import {
  defineEmulator,
  type Emulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import { asPolled } from '../shared/flipping-job.ts'
import { activeTasks, type EmulatedJob, forgetOldJobs, jobsOf, viewJob } from './sandbox-jobs.ts'
import { costMicro, type EmulatedModel, emulatedModels, wholeMegapixels } from './sandbox-models.ts'
import { type EmulatedTask, readTask } from './sandbox-request.ts'

/** What a test can change about the emulator. */
export interface BflEmulatorOptions {
  /** Models whose submit answers carry no cost, as BFL's may. */
  readonly omitCost?: readonly string[]
}

/** The region that all emulated jobs land in; the global address does not know them. */
const REGION = 'eu1'
/** Keys that begin so are refused. */
const BAD_KEY = 'invalid'
/** Credits that the emulated account always has. */
const CREDITS = 100_000
const MICRO_PER_CREDIT = 10_000
const NANO_PER_MICRO = 1_000n
/** `cost-differs`: charged and reported at this factor of the list price, in percent. */
const DIFFERING_COST_PERCENT = 150
/** Bytes of a cut picture, as a share. */
const TRUNCATED_SHARE = 0.6
/** Emulated time may pass a thousand times faster; clients' pauses between polls do not. */
const SHORTEST_LINK_MS = 30_000

/** The emulator of BFL's API, on its native wire format. */
export const createBflEmulator = (options: BflEmulatorOptions = {}): Emulator =>
  defineEmulator({
    id: 'bfl',
    basePath: '',
    async handle(request, kit) {
      const { method, path } = request
      if (path.startsWith('/delivery/')) return deliver(request, kit)
      const key = headerOf(request.headers, 'x-key')
      if (key === undefined) return detail(403, 'Not authenticated - no x-key header')
      if (key.startsWith(BAD_KEY)) return detail(403, 'Not authenticated - invalid API key')
      if (method === 'GET' && path === '/v1/credits') return json(200, { credits: CREDITS })
      if (method === 'GET' && path.endsWith('/v1/get_result')) return poll(request, kit, key)
      if (method === 'POST' && path.startsWith('/v1/')) {
        return submit(request, kit, { key, modelName: path.slice('/v1/'.length), options })
      }
      return detail(404, 'Not Found')
    },
  })

export default createBflEmulator()

const json = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): EmulatorAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

const detail = (
  status: number,
  text: unknown,
  headers?: Readonly<Record<string, string>>,
): EmulatorAnswer => json(status, { detail: text }, headers)

const headerOf = (headers: EmulatorRequest['headers'], name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Refusals before any work, in BFL's words. */
function refuse(fault: Fault | undefined): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return detail(403, 'Not authenticated - invalid API key')
    case 'no-credit':
      return detail(402, 'Insufficient credits')
    case 'rate-limit':
      return detail(429, 'Too many active tasks', { 'retry-after': '1' })
    case 'user-error':
      return detail(422, [
        { loc: ['body', 'prompt'], msg: 'Input should be a valid string', type: 'string_type' },
      ])
    case 'model-gone':
      return detail(404, 'Not Found')
    case 'overloaded':
      return detail(503, 'Service temporarily unavailable')
    case 'error-in-200':
      return json(200, { error: 'internal_error', message: 'The task could not be queued' })
    default:
      return undefined
  }
}

interface Submission {
  readonly key: string
  readonly modelName: string
  readonly options: BflEmulatorOptions
}

function submit(
  request: EmulatorRequest,
  kit: EmulatorKit,
  submission: Submission,
): EmulatorAnswer {
  const { key, modelName } = submission
  const model = Object.hasOwn(emulatedModels, modelName) ? emulatedModels[modelName] : undefined
  if (model === undefined) return detail(404, 'Not Found')
  const body = parseJson(request.body)
  const prompt = isObject(body) && typeof body.prompt === 'string' ? body.prompt : ''
  const fault = kit.fault(request, prompt)
  const refusal = refuse(fault)
  if (refusal !== undefined) return refusal
  const read = readTask(model, body, readImageHeader)
  if ('problems' in read) {
    const tooLarge = read.problems.find(({ type }) => type === 'image_too_large')
    return tooLarge === undefined ? detail(422, read.problems) : detail(400, tooLarge.msg)
  }
  forgetOldJobs(kit)
  if (activeTasks(kit, key, model) >= model.maxActiveTasks) {
    return detail(429, 'Too many active tasks', { 'retry-after': '1' })
  }
  return accept(request, kit, { ...submission, model, task: read.task, fault })
}

/** Takes a job in. It is charged now unless it will end in a way that BFL does not charge. */
function accept(
  request: EmulatorRequest,
  kit: EmulatorKit,
  accepted: Submission & {
    readonly model: EmulatedModel
    readonly task: EmulatedTask
    readonly fault: Fault | undefined
  },
): EmulatorAnswer {
  const { key, modelName, model, task, fault, options } = accepted
  const id = kit.hexId(32)
  const outputMp = wholeMegapixels(task.size)
  const inputMp = task.inputs.reduce((sum, size) => sum + wholeMegapixels(size), 0)
  const listMicro = costMicro(model, { outputMp, inputMp, resolution: task.resolution })
  const percent = fault === 'cost-differs' ? DIFFERING_COST_PERCENT : 100
  const micro = Math.round((listMicro * percent) / 100)
  const isFree = fault === 'moderate-input' || fault === 'job-fails' || fault === 'server-error'
  if (!isFree) {
    const dollars = dollarsFromNano(BigInt(micro) * NANO_PER_MICRO)
    kit.bill({ model: modelName, images: 1, dollars, requestId: id })
  }
  if (fault === 'server-error-billed') return detail(500, 'Internal Server Error')
  // Between 75 % and 125 % of the usual time, the same for the same job.
  const jitter = 0.75 + (kit.hash(id) % 51) / 100
  jobsOf(kit).set(id, {
    id,
    key,
    modelName,
    model,
    task,
    seed: task.seed ?? kit.hash(`seed of ${id}`),
    startedAt: kit.now(),
    durationMs: kit.scaled(model.seconds * 1_000 * jitter),
    linkLifeMs:
      fault === 'link-expired' ? 0 : Math.max(SHORTEST_LINK_MS, kit.scaled(model.linkLifeMs)),
    fault,
  })
  return json(200, {
    id,
    polling_url: `${request.baseUrl}/${REGION}/v1/get_result?id=${id}`,
    cost: options.omitCost?.includes(modelName) ? null : micro / MICRO_PER_CREDIT,
    input_mp: inputMp,
    output_mp: outputMp,
  })
}

function poll(request: EmulatorRequest, kit: EmulatorKit, key: string): EmulatorAnswer {
  const id = request.query.get('id') ?? ''
  const found = request.path === `/${REGION}/v1/get_result` ? jobsOf(kit).get(id) : undefined
  if (found === undefined || found.key !== key) return json(200, taskBody(id, 'Task not found'))
  const job = asPolled(kit, found, (failing) => !viewJob(failing, kit.now(), kit).isRunning)
  const view = viewJob(job, kit.now(), kit)
  const facts = { progress: view.progress, ...endFacts(job, view.status, request.baseUrl) }
  const status = job.fault === 'server-error' && !view.isRunning ? 503 : 200
  return json(status, taskBody(id, view.status, facts))
}

const taskBody = (id: string, status: string, facts: object = {}): object => ({
  id,
  status,
  result: null,
  progress: null,
  details: null,
  preview: null,
  ...facts,
})

function endFacts(job: EmulatedJob, status: string, baseUrl: string): object {
  switch (status) {
    case 'Request Moderated':
    case 'Content Moderated':
      return { details: { 'Moderation Reasons': ['Violence'] } }
    case 'Error':
      return { details: { reason: 'The task failed' } }
    case 'Ready': {
      if (job.fault === 'empty') return { result: {} }
      const startSeconds = job.startedAt / 1_000
      const seconds = job.durationMs / 1_000
      const result = {
        sample: linkOf(job, baseUrl),
        prompt: job.task.prompt,
        seed: job.seed,
        start_time: startSeconds,
        end_time: startSeconds + seconds,
        duration: seconds,
      }
      return { result }
    }
    default:
      return {}
  }
}

function linkOf(job: EmulatedJob, baseUrl: string): string {
  const place = `delivery/${job.id}/sample.${job.task.format}`
  return job.fault === 'link-private' ? `http://10.0.0.1/${place}` : `${baseUrl}/${place}`
}

/**
 * The delivery host. As the real one it looks at no credential; the contract of providers checks
 * that none is sent. After the link's life it answers 403 as an expired signature does.
 */
async function deliver(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const text = (status: number, words: string): EmulatorAnswer => ({
    status,
    headers: { 'content-type': 'text/plain' },
    body: words,
  })
  const job = jobsOf(kit).get(request.path.split('/')[2] ?? '')
  if (job === undefined || viewJob(job, kit.now(), kit).status !== 'Ready') {
    return text(404, 'The specified blob does not exist')
  }
  const age = kit.now() - job.startedAt - job.durationMs
  if (job.fault === 'link-forbidden' || job.fault === 'link-expired' || age > job.linkLifeMs) {
    return text(403, 'Signature not valid in the specified time frame')
  }
  if (job.fault === 'html') {
    return { ...text(200, '<!doctype html><title>Sign in</title>'), headers: HTML }
  }
  const contentType = { 'content-type': `image/${job.task.format}` }
  if (job.fault === 'not-an-image') {
    return { ...text(200, 'this is no picture'), headers: contentType }
  }
  const isSmaller = job.fault === 'wrong-size'
  const bytes = await kit.draw({
    width: isSmaller ? Math.ceil(job.task.size.width / 2) : job.task.size.width,
    height: isSmaller ? Math.ceil(job.task.size.height / 2) : job.task.size.height,
    prompt: job.task.prompt,
    seed: job.seed,
    format: job.task.format,
    ...(job.fault === 'blank' ? { blank: true } : {}),
  })
  const end = job.fault === 'truncated' ? Math.floor(bytes.length * TRUNCATED_SHARE) : bytes.length
  return { status: 200, headers: contentType, body: bytes.subarray(0, end) }
}

const HTML = { 'content-type': 'text/html; charset=utf-8' } as const

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
