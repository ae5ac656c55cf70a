import { isObject } from '../../core/json.ts'
import type { EmulatorAnswer, EmulatorKit, EmulatorRequest } from '../shared/emulator.ts'
import { detail, json, notDeployed, readJson, refusal } from './sandbox-answers.ts'
import { billOf } from './sandbox-bill.ts'
import { emulatedEndpoints } from './sandbox-endpoints.ts'
import { readInput } from './sandbox-input.ts'
import {
  answerResult,
  CONCURRENCY,
  charge,
  DIFFERING_FACTOR,
  type EmulatedJob,
  endOf,
  errorOf,
  forgetOldest,
  isWaiting,
  jobsOf,
  pictureCount,
  stateOf,
  waitingOf,
} from './sandbox-jobs.ts'
import { fileReader } from './sandbox-storage.ts'
import { announce } from './sandbox-webhooks.ts'

/** What a client is told of a job at every moment. */
const linksOf = (job: EmulatedJob, baseUrl: string) => {
  // The queue knows an endpoint by its first two names.
  const url = `${baseUrl}/${job.name.split('/').slice(0, 2).join('/')}/requests/${job.id}`
  return {
    request_id: job.id,
    response_url: url,
    status_url: `${url}/status`,
    cancel_url: `${url}/cancel`,
  }
}

/** Takes a request into the queue: `POST /{endpoint}`. */
export async function submit(
  request: EmulatorRequest,
  kit: EmulatorKit,
  key: string,
): Promise<EmulatorAnswer> {
  const name = request.path.slice(1)
  const taken = accept(request, kit, { key, name })
  if (!('job' in taken)) return taken
  const { job } = taken
  const webhook = request.query.get('fal_webhook')
  if (webhook !== null) {
    if (!URL.canParse(webhook)) return detail(400, 'fal_webhook is not a valid URL')
    const announced = announce(job, webhook, kit, request.baseUrl)
    if (job.fault === 'webhook-early') await announced
  }
  if (job.fault === 'server-error-billed') return detail(500, 'Internal Server Error')
  return json(200, {
    status: 'IN_QUEUE',
    queue_position: positionOf(job, kit),
    ...linksOf(job, request.baseUrl),
    gateway_request_id: job.id,
  })
}

/** Runs a request and answers with its result: `POST fal.run/{endpoint}`. */
export async function run(
  request: EmulatorRequest,
  kit: EmulatorKit,
  key: string,
): Promise<EmulatorAnswer> {
  const name = request.path.slice('/run/'.length)
  const busy = [...jobsOf(kit).values()].filter((job) => job.key === key && isRunning(job, kit))
  if (busy.length >= CONCURRENCY) return detail(429, 'Too many concurrent requests')
  const taken = accept(request, kit, { key, name })
  if (!('job' in taken)) return taken
  await untilEnded(taken.job, kit, request.signal)
  return answerResult(taken.job, request.baseUrl)
}

const isRunning = (job: EmulatedJob, kit: EmulatorKit): boolean =>
  !job.isRemoved && kit.now() < endOf(job)

/** Waits a little longer or shorter than meant, until a job has ended. */
async function untilEnded(job: EmulatedJob, kit: EmulatorKit, signal: AbortSignal): Promise<void> {
  while (kit.now() < endOf(job)) {
    await kit.latency(job.seconds, signal)
    await new Promise<void>((resolve) => setTimeout(resolve, 1))
  }
}

function accept(
  request: EmulatorRequest,
  kit: EmulatorKit,
  { key, name }: { readonly key: string; readonly name: string },
): { readonly job: EmulatedJob } | EmulatorAnswer {
  const body = readJson(request.body)
  const prompt = isObject(body) && typeof body.prompt === 'string' ? body.prompt : ''
  const fault = kit.fault(request, prompt)
  const refused = refusal(fault, name)
  if (refused !== undefined) return refused
  const endpoint = Object.hasOwn(emulatedEndpoints, name) ? emulatedEndpoints[name] : undefined
  if (endpoint === undefined) return notDeployed(name)
  const read = readInput(endpoint, body, fileReader(kit, request.baseUrl))
  const task = 'task' in read ? read.task : undefined
  const problems = 'problems' in read ? read.problems : []
  const id = uuid(kit.hexId(32))
  // Between 75 % and 125 % of the usual time, the same for the same request.
  const jitter = 0.75 + (kit.hash(id) % 51) / 100
  const seconds = Math.round(endpoint.seconds * (task?.count ?? 0) * jitter * 1_000) / 1_000
  const createdAt = kit.now()
  const deadline = Number(request.headers['x-fal-request-timeout'] ?? Number.NaN)
  const job: EmulatedJob = {
    id,
    key,
    name,
    endpoint,
    task,
    problems: fault === 'user-error' ? MISSING_PROMPT : problems,
    seed: task?.seed ?? kit.hash(`seed of ${id}`),
    createdAt,
    startsAt: fault === 'job-stuck' ? Number.POSITIVE_INFINITY : startOf(key, kit, createdAt),
    runMs: kit.scaled(seconds * 1_000),
    seconds,
    deadline: deadline > 1 ? createdAt + kit.scaled(deadline * 1_000) : undefined,
    fault,
    units: 0,
    isRemoved: false,
  }
  const counted = { ...job, units: unitsOf(job) }
  jobsOf(kit).set(id, counted)
  forgetOldest(kit)
  if (isWaiting(counted, createdAt)) waitingOf(kit).add(counted)
  else charge(counted, kit)
  return { job: counted }
}

const MISSING_PROMPT = [{ loc: ['body', 'prompt'], msg: 'Field required', type: 'missing' }]

const unitsOf = (job: EmulatedJob): number =>
  job.task === undefined
    ? 0
    : billOf(
        job.endpoint,
        job.task,
        pictureCount(job),
        job.fault === 'cost-differs' ? DIFFERING_FACTOR : 1,
      ).units

/** When a runner is free: at once, or when one of the account's requests has ended. */
function startOf(key: string, kit: EmulatorKit, now: number): number {
  const ends = [...jobsOf(kit).values()]
    .filter((job) => job.key === key && isRunning(job, kit))
    .map(endOf)
    .sort((a, b) => a - b)
  const freed = ends[ends.length - CONCURRENCY]
  return Math.max(now, freed ?? now)
}

const uuid = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')

const positionOf = (job: EmulatedJob, kit: EmulatorKit): number =>
  [...waitingOf(kit)].filter(({ key, createdAt }) => key === job.key && createdAt < job.createdAt)
    .length

/** `GET …/requests/{id}[/status[/stream]]` and `PUT …/requests/{id}/cancel`. */
export function answerJob(
  request: EmulatorRequest,
  kit: EmulatorKit,
  job: EmulatedJob,
  action: string,
): EmulatorAnswer {
  const { method, baseUrl, signal } = request
  if (action === '/cancel' && method === 'PUT') return cancel(job, kit)
  if (method !== 'GET') return detail(405, 'Method Not Allowed')
  if (action === '/status') return printStatus(job, kit, baseUrl)
  if (action === '/status/stream') {
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: streamStatus(job, kit, baseUrl, signal),
    }
  }
  if (stateOf(job, kit.now()) !== 'COMPLETED') return detail(400, 'Request is still in progress')
  return answerResult(job, baseUrl)
}

function cancel(job: EmulatedJob, kit: EmulatorKit): EmulatorAnswer {
  if (stateOf(job, kit.now()) === 'COMPLETED') return json(400, { status: 'ALREADY_COMPLETED' })
  if (!isWaiting(job, kit.now())) return json(202, { status: 'CANCELLATION_REQUESTED' })
  job.isRemoved = true
  jobsOf(kit).delete(job.id)
  return json(200, { status: 'OK' })
}

function printStatus(job: EmulatedJob, kit: EmulatorKit, baseUrl: string): EmulatorAnswer {
  const body = statusOf(job, kit, baseUrl)
  return json(body.status === 'COMPLETED' ? 200 : 202, body)
}

function statusOf(job: EmulatedJob, kit: EmulatorKit, baseUrl: string) {
  const status = stateOf(job, kit.now())
  const links = linksOf(job, baseUrl)
  if (status === 'IN_QUEUE') return { status, queue_position: positionOf(job, kit), ...links }
  if (status === 'IN_PROGRESS') return { status, logs: [], ...links }
  const error = errorOf(job)
  const told: unknown = error === undefined ? undefined : JSON.parse(String(error.body))
  const { detail: words, error_type: type } = isObject(told) ? told : {}
  return {
    status,
    logs: [],
    metrics: { inference_time: error === undefined ? job.seconds : null },
    // What a model says against its input stands in the result alone.
    ...(typeof words === 'string' ? { error: words, error_type: type } : {}),
    ...links,
  }
}

async function* streamStatus(
  job: EmulatedJob,
  kit: EmulatorKit,
  baseUrl: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let last = ''
  while (!signal.aborted) {
    const body = statusOf(job, kit, baseUrl)
    if (body.status !== last) yield `data: ${JSON.stringify(body)}\n\n`
    last = body.status
    if (body.status === 'COMPLETED') return
    await kit.latency(job.seconds / 4, signal)
    await new Promise<void>((resolve) => setTimeout(resolve, 1))
  }
}
