import { dollarsFromNano } from '../../core/money.ts'
import { isFetchable } from '../shared/emulated-generations.ts'
import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import { drawWithFault, jsonAnswer } from '../shared/emulator-wire.ts'
import {
  type EmulatedJob,
  jobsOf,
  linkLifeMs,
  pictureCount,
  printJob,
  printPictures,
  stateOf,
  unfinishedOf,
} from './sandbox-jobs.ts'
import { costMicros, type EmulatedModel, emulatedModels } from './sandbox-models.ts'
import { type EmulatedTask, readBody, readTask } from './sandbox-request.ts'
import { announce, keySet } from './sandbox-webhooks.ts'

/** Keys that begin so are refused. */
const BAD_KEY = 'invalid'
/** Unfinished generations of one key (ideogram.ai/features/api-pricing, read 2026-11-25). */
const MAX_UNFINISHED = 10
const NANO_PER_MICRO = 1_000n
/** A quote's credits at ten dollars for a thousand (Ideogram's own quote, 2026-11-11). */
const MICROS_PER_CREDIT_MILLI = 10
/** `cost-differs`: charged and reported at this factor of the list price, in percent. */
const DIFFERING_COST_PERCENT = 150

/** The emulator of Ideogram's v2 API, strict about what each endpoint takes. */
export default defineEmulator({
  id: 'ideogram',
  basePath: '',
  async handle(request, kit) {
    const { method, path, headers } = request
    if (method === 'GET' && path.startsWith('/delivery/')) return deliver(request, kit)
    if (method === 'GET' && path === '/v1/.well-known/jwks.json') {
      return jsonAnswer(200, await keySet(kit))
    }
    const key = headers['api-key']
    if (key === undefined || key === '' || key.startsWith(BAD_KEY)) return unauthorised()
    if (method === 'GET' && path.startsWith('/v2/generations/')) return poll(request, kit, key)
    const model = Object.hasOwn(emulatedModels, path) ? emulatedModels[path] : undefined
    if (method !== 'POST' || model === undefined) return notFound()
    return submit(request, kit, { key, model })
  },
})

const refusal = (
  status: number,
  error: string,
  facts: object = {},
  headers: Readonly<Record<string, string>> = {},
): EmulatorAnswer => jsonAnswer(status, { error, ...facts }, headers)

const unauthorised = (): EmulatorAnswer => refusal(401, 'Unauthorized: invalid API key')
const notFound = (): EmulatorAnswer => refusal(404, 'Not found')
const tooMany = (): EmulatorAnswer =>
  refusal(
    429,
    'Too many requests in flight',
    { reject_reason: 'inflight_limit', max_inflight_requests: MAX_UNFINISHED },
    { 'retry-after': '1' },
  )

/** Refusals before any work, in Ideogram's words. */
function refuse(fault: Fault | undefined): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return unauthorised()
    case 'no-credit':
      return refusal(402, 'Insufficient funds', { reject_reason: 'insufficient_funds' })
    case 'rate-limit':
      return tooMany()
    case 'user-error':
      return refusal(400, 'Invalid input provided: prompt')
    case 'model-gone':
      return notFound()
    case 'moderate-input':
      return refusal(422, 'Prompt or provided image failed the safety checks')
    case 'server-error':
      return refusal(500, 'Internal server error')
    case 'overloaded':
      return refusal(503, 'The endpoint is temporarily unavailable')
    case 'error-in-200':
      return refusal(200, 'Internal server error')
    default:
      return undefined
  }
}

interface Caller {
  readonly key: string
  readonly model: EmulatedModel
}

async function submit(
  request: EmulatorRequest,
  kit: EmulatorKit,
  { key, model }: Caller,
): Promise<EmulatorAnswer> {
  const body = await readBody(request, kit)
  if (body === undefined) return refusal(400, 'The body could not be read')
  const isDryRun = request.query.get('dry_run') === 'true'
  const fault = isDryRun ? undefined : kit.fault(request, String(body.fields.prompt ?? ''))
  const early = refuse(fault)
  if (early !== undefined) return early
  const read = readTask(body, model)
  if (!read.ok) return refusal(400, `Invalid input provided: ${read.refusal}`)
  const task = read.value
  if (isDryRun) return quote(model, task)
  if (unfinishedOf(kit, key) >= MAX_UNFINISHED) return tooMany()
  return accept(request, kit, { key, model, task, fault })
}

const quote = (model: EmulatedModel, task: EmulatedTask): EmulatorAnswer => {
  const micros = costMicros(model, task)
  return jsonAnswer(200, {
    object: 'price_quote',
    billing_identifier: model.billing,
    quantity: task.count,
    usd_micros: micros,
    credit_millis: micros / MICROS_PER_CREDIT_MILLI,
    qualifier: 'exact',
  })
}

/** Takes a generation in. It is charged now unless it will fail. */
async function accept(
  request: EmulatorRequest,
  kit: EmulatorKit,
  accepted: Caller & { readonly task: EmulatedTask; readonly fault: Fault | undefined },
): Promise<EmulatorAnswer> {
  const { key, model, task, fault } = accepted
  const id = kit.hexId(22)
  const isDear = fault === 'cost-differs'
  const micros = Math.round(
    (costMicros(model, task) * (isDear ? DIFFERING_COST_PERCENT : 100)) / 100,
  )
  if (fault !== 'job-fails') {
    const dollars = dollarsFromNano(BigInt(micros) * NANO_PER_MICRO)
    kit.bill({ model: model.billing, images: task.count, dollars, requestId: id })
  }
  if (fault === 'server-error-billed') return refusal(500, 'Internal server error')
  const job: EmulatedJob = {
    id,
    key,
    task,
    seed: task.seed ?? kit.hash(`seed of ${id}`) % 2_147_483_647,
    startedAt: kit.now(),
    durationMs: kit.scaled(model.seconds * 1_000),
    linkLifeMs: linkLifeMs(fault, kit),
    reportedMicros: isDear ? micros : undefined,
    fault,
  }
  jobsOf(kit).set(id, job)
  const head = { generation_id: id, generation_kind: 'sampling', seed: job.seed }
  if (task.isAsync) {
    const announced = announce(job, kit, request.baseUrl)
    if (fault === 'webhook-early') await announced
    return jsonAnswer(200, head)
  }
  await kit.latency(model.seconds, request.signal)
  return jsonAnswer(200, { ...head, data: printPictures(job, request.baseUrl) })
}

function poll(request: EmulatorRequest, kit: EmulatorKit, key: string): EmulatorAnswer {
  const job = jobsOf(kit).get(request.path.slice('/v2/generations/'.length))
  if (job === undefined || job.key !== key || stateOf(job, kit) === 'gone') {
    return refusal(404, 'Generation not found')
  }
  return jsonAnswer(200, printJob(job, kit, request.baseUrl))
}

/**
 * The delivery host. It refuses whoever shows it the key, so that a leak fails every test; after
 * the link's life it answers 403, as an expired signature does.
 */
async function deliver(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const text = (status: number, body: string, type = 'text/plain'): EmulatorAnswer => ({
    status,
    headers: { 'content-type': type },
    body,
  })
  if (request.headers['api-key'] !== undefined) return text(400, 'A key must not be sent here')
  const [, id = '', number] = /^\/delivery\/([^/]+)\/(\d+)\.png$/.exec(request.path) ?? []
  const job = jobsOf(kit).get(id)
  const index = Number(number)
  if (job === undefined || job.fault === 'moderate-output') return text(404, 'Not found')
  if (index >= pictureCount(job)) return text(404, 'Not found')
  if (job.fault === 'link-forbidden' || !isFetchable(job, kit)) return text(403, 'Forbidden')
  if (job.fault === 'html') return text(200, '<!doctype html><title>Sign in</title>', 'text/html')
  const { prompt, size, isTransparent } = job.task
  const drawing = { ...size, prompt, seed: job.seed + index, format: 'png' } as const
  const bytes = await drawWithFault(kit, { ...drawing, transparent: isTransparent }, job.fault)
  return { status: 200, headers: { 'content-type': 'image/png' }, body: bytes }
}
