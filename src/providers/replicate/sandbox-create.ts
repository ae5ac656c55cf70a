import { isObject } from '../../core/json.ts'
import type { EmulatorAnswer, EmulatorKit, EmulatorRequest } from '../shared/emulator.ts'
import { invalidInput, json, notFound, problem, refusal } from './sandbox-answers.ts'
import type { EmulatedModel } from './sandbox-fields.ts'
import { fileReader } from './sandbox-files.ts'
import { type EmulatedTask, readInput } from './sandbox-input.ts'
import {
  chargeOfficial,
  chargeSeconds,
  type EmulatedPrediction,
  forgetOldest,
  predictionsOf,
  viewPrediction,
} from './sandbox-predictions.ts'
import { printPrediction } from './sandbox-print.ts'
import { announce, EVENTS } from './sandbox-webhooks.ts'

/** What is to be run, by whom. */
export interface Creation {
  readonly key: string
  readonly modelName: string
  readonly model: EmulatedModel | undefined
  readonly version: string
}

/** Longest wait for the end in the answer to a submit (replicate.com/docs, read 2026-11-20). */
const MAX_WAIT_SECONDS = 60
/** Waits are a little shorter or longer than meant; so often they are made up. */
const MAX_WAITS = 4
/** What goes before the work where no machine is kept warm; the emulator's own. */
const START_SECONDS = 2
/** `cost-differs`: the work takes longer by this factor. */
const DIFFERING_FACTOR = 1.5

/** Creates a prediction; with `Prefer: wait` the answer comes at its end, if that is near. */
export async function create(
  request: EmulatorRequest,
  kit: EmulatorKit,
  creation: Creation,
): Promise<EmulatorAnswer> {
  const body = parseJson(request.body)
  const input = isObject(body) && isObject(body.input) ? body.input : undefined
  const fault = kit.fault(request, typeof input?.prompt === 'string' ? input.prompt : '')
  const refused = refusal(fault)
  if (refused !== undefined) return refused
  const { model } = creation
  if (model === undefined) return notFound()
  if (!isObject(body) || input === undefined) {
    return problem(422, 'Invalid request', 'The request body must have an input object.')
  }
  const read = readInput(model, input, fileReader(kit, request.baseUrl))
  if ('problems' in read) return invalidInput(read.problems)
  const webhook = readWebhook(body)
  if (webhook === 'invalid') {
    return problem(422, 'Invalid webhook', 'webhook must be an absolute URL.')
  }
  const job = accept(request, kit, { ...creation, model, input, task: read.task, webhook })
  const announced = webhook === undefined ? undefined : announce(job, kit, request.baseUrl)
  if (fault === 'webhook-early') await announced
  if (fault === 'server-error-billed') return json(500, { detail: 'Internal server error' })
  await waitFor(job, request, kit)
  chargeSeconds(kit)
  return json(201, printPrediction(job, kit, request.baseUrl))
}

interface Accepted extends Omit<Creation, 'model'> {
  readonly model: EmulatedModel
  readonly input: unknown
  readonly task: EmulatedTask
  readonly webhook: EmulatedPrediction['webhook']
}

function accept(
  request: EmulatorRequest,
  kit: EmulatorKit,
  { key, modelName, model, version, input, task, webhook }: Accepted,
): EmulatedPrediction {
  const id = kit.hexId(26)
  const fault = kit.fault(request, task.prompt)
  // Between 75 % and 125 % of the usual time, the same for the same prediction.
  const jitter = 0.75 + (kit.hash(id) % 51) / 100
  const factor = fault === 'cost-differs' ? DIFFERING_FACTOR : 1
  const seconds = model.seconds * task.effort * task.count * jitter * factor
  const predictSeconds = Math.round(seconds * 1_000) / 1_000
  const createdAt = kit.now()
  const deadlineMs = readDuration(request.headers['cancel-after'])
  // Made and charged before the answer was lost.
  const isInstant = fault === 'server-error-billed'
  const job: EmulatedPrediction = {
    id,
    key,
    modelName,
    model,
    version,
    input,
    task,
    seed: task.seed ?? kit.hash(`seed of ${id}`),
    createdAt,
    predictSeconds,
    startMs: isInstant || model.isOfficial ? 0 : kit.scaled(START_SECONDS * 1_000),
    runMs: isInstant ? 0 : kit.scaled(predictSeconds * 1_000),
    deadline: deadlineMs === undefined ? undefined : createdAt + kit.scaled(deadlineMs),
    fault,
    webhook,
    isCharged: false,
  }
  predictionsOf(kit).set(id, job)
  forgetOldest(kit)
  chargeOfficial(job, kit)
  return job
}

/** `Cancel-After: 90s`, in milliseconds. */
function readDuration(text: string | undefined): number | undefined {
  const [, amount, unit] = /^(\d+)(s|m|h)$/.exec(text ?? '') ?? []
  if (amount === undefined) return undefined
  return Number(amount) * (unit === 'h' ? 3_600_000 : unit === 'm' ? 60_000 : 1_000)
}

async function waitFor(
  job: EmulatedPrediction,
  { headers, signal }: EmulatorRequest,
  kit: EmulatorKit,
): Promise<void> {
  const [isAsked, asked] = /\bwait(?:=(\d+))?/.exec(headers.prefer ?? '') ?? []
  if (isAsked === undefined) return
  const limit = Math.min(MAX_WAIT_SECONDS, Number(asked ?? MAX_WAIT_SECONDS))
  const seconds = (job.model.isOfficial ? 0 : START_SECONDS) + job.predictSeconds
  for (let waited = 0; waited < MAX_WAITS; waited += 1) {
    if (viewPrediction(job, kit).endedAt !== undefined) return
    await kit.latency(Math.min(limit, seconds), signal)
    if (seconds > limit) return
  }
}

function readWebhook(
  body: Readonly<Record<string, unknown>>,
): EmulatedPrediction['webhook'] | 'invalid' {
  const { webhook, webhook_events_filter: filter } = body
  if (webhook === undefined || webhook === null) return undefined
  if (typeof webhook !== 'string' || !URL.canParse(webhook)) return 'invalid'
  const events = Array.isArray(filter)
    ? filter.filter((event): event is string => typeof event === 'string')
    : EVENTS
  return { url: webhook, events }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
