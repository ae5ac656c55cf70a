import { failure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { CallPlan, InputBytes, ProviderCall, ProviderJob } from '../../ports/provider.ts'
import { attemptUuid, seedOf } from '../shared/attempt-uuid.ts'
import type { CancelRule, RemoteImage, WireOutcome, WireRequest } from '../shared/definition.ts'
import { drawnSize } from '../shared/own-models.ts'
import { measuredSeconds } from '../shared/own-price.ts'
import { postJson } from '../shared/wire-request.ts'
import { classify, failureOfJob, wordsOf } from './failures.ts'
import type { GraphValues, Workflow } from './graph.ts'

/** Uploads lie in a folder of their own among the server's inputs. */
const FOLDER = 'keeprate'
/** Strength of edits; most pictures keep their composition at it. */
const STRENGTH = 0.75

/** Finds the graph of a model; there is one for each. */
export type WorkflowFinder = (modelId: string) => Workflow | undefined

/**
 * Uploads the inputs one by one. A file is named by its digest, so the same picture is one file on
 * the server however often it is sent.
 */
export function toUploads(
  call: ProviderCall,
  answers: readonly HttpAnswer[],
): WireRequest | undefined {
  const files = [...call.images, ...(call.mask === undefined ? [] : [call.mask])]
  const next = files[answers.length]
  return next === undefined ? undefined : toUpload(next)
}

const toUpload = ({ bytes, digest, format }: InputBytes): WireRequest => ({
  method: 'POST',
  url: '/upload/image',
  body: {
    kind: 'multipart',
    parts: [
      {
        name: 'image',
        filename: `${digest.slice(0, 32)}.${format}`,
        contentType: `image/${format}`,
        bytes,
      },
      { name: 'type', value: 'input' },
      { name: 'subfolder', value: FOLDER },
      { name: 'overwrite', value: 'true' },
    ],
  },
})

/** The name under which a node finds an uploaded file: what the server made of it. */
function fileOf({ json }: HttpAnswer): string {
  const { name, subfolder } = isObject(json) ? json : {}
  return [subfolder, name].filter((part) => typeof part === 'string' && part !== '').join('/')
}

/** Prints a call as `POST /prompt`, with an id of ours: a lost answer then leaves no orphan. */
export const toWire =
  (find: WorkflowFinder) =>
  (call: ProviderCall, answers: readonly HttpAnswer[]): WireRequest => {
    const prompt = find(call.model.id)?.print(call, valuesOf(call, answers)) ?? {}
    const id = attemptUuid(call.attemptId)
    const value = {
      prompt,
      prompt_id: id,
      // A client of its own for each job: a socket hears of its client's jobs, and only the newest
      // socket of a client hears anything, whichever replica opened it.
      client_id: id,
      // Servers before December 2025 show previews only when started with `--preview-method`.
      extra_data: (call.partialImages ?? 0) > 0 ? { preview_method: 'auto' } : {},
    }
    return postJson('/prompt', value)
  }

function valuesOf(call: ProviderCall, answers: readonly HttpAnswer[]): GraphValues {
  const { settings, model, options } = call
  const files = answers.map(fileOf)
  const mask = call.mask === undefined ? undefined : files[call.images.length]
  return {
    ...drawnSize(call),
    // Without a new seed the server answers from its cache: the same picture again.
    seed: settings.seed ?? seedOf(call.attemptId),
    steps: settings.steps ?? model.steps?.default ?? 1,
    guidance: settings.guidance ?? model.guidance?.default ?? 1,
    strength: typeof options.strength === 'number' ? options.strength : STRENGTH,
    images: files.slice(0, call.images.length),
    ...(mask === undefined ? {} : { mask }),
  }
}

/** Reads the answer to a submit. Old servers make up an id of their own; theirs counts. */
export function fromSubmit(answer: HttpAnswer, { attemptId }: ProviderCall): WireOutcome {
  const { json } = answer
  if (!isObject(json)) {
    const message = `no JSON in the answer to a submit: ${wordsOf(answer)}`
    return { kind: 'failed', failure: failure('bad_image', message, { billed: 'unknown' }) }
  }
  const { prompt_id: id } = json
  if (typeof id !== 'string' || id === '') {
    const message = `a submit was answered without a prompt_id: ${wordsOf(answer)}`
    return { kind: 'failed', failure: failure('overloaded', message, { billed: 'unknown' }) }
  }
  const facts = { client_id: attemptUuid(attemptId) }
  return { kind: 'submitted', job: { id, pollUrl: historyOf(id), facts } }
}

const historyOf = (id: string): string => `/history/${encodeURIComponent(id)}`

/** Asks for a job's entry in the history: it is not there until the job has ended. */
export const toPoll = ({ pollUrl }: ProviderJob): WireRequest => ({ method: 'GET', url: pollUrl })

/** Reads a poll of jobs with one workflow. */
export const fromPoll =
  (find: WorkflowFinder) =>
  (answer: HttpAnswer, job: ProviderJob, plan: CallPlan): WireOutcome => {
    if (answer.status !== 200) return { kind: 'failed', failure: classify(answer) }
    const entry = isObject(answer.json) ? answer.json[job.id] : undefined
    if (!isObject(entry)) return { kind: 'pending' }
    const status = isObject(entry.status) ? entry.status : {}
    const messages = readMessages(status.messages)
    if (status.status_str === 'error') return { kind: 'failed', failure: failureOfJob(messages) }
    const usage = measuredSeconds(secondsOf(messages), plan)
    const links = readOutputs(entry.outputs, find(plan.model.id)?.outputs).slice(0, plan.n)
    if (links.length === 0) {
      const message = 'the job ended without a picture'
      return { kind: 'failed', failure: failure('empty', message), usage: { images: 0, ...usage } }
    }
    return {
      kind: 'produced',
      images: links,
      withheld: Array.from({ length: plan.n - links.length }, () =>
        failure('empty', 'the job gave fewer pictures than its batch has', { billed: false }),
      ),
      usage: { images: links.length, ...usage },
      providerRequestId: job.id,
    }
  }

function readMessages(value: unknown): readonly (readonly [string, object])[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((message: unknown) => {
    const [name, data] = Array.isArray(message) ? message : []
    return typeof name === 'string' ? [[name, isObject(data) ? data : {}] as const] : []
  })
}

/** Seconds between the start and the end that the messages tell; servers before 2024 do not. */
function secondsOf(messages: readonly (readonly [string, object])[]): number {
  const at = (name: string): number => {
    const data: JsonObject = (messages.find(([event]) => event === name)?.[1] ?? {}) as JsonObject
    return typeof data.timestamp === 'number' ? data.timestamp : Number.NaN
  }
  return (at('execution_success') - at('execution_start')) / 1_000
}

/**
 * The pictures of a job's outputs. Without named nodes those that were saved count; previews only
 * when nothing was saved, because a graph may show its steps.
 */
function readOutputs(
  outputs: unknown,
  nodes: readonly string[] | undefined,
): readonly RemoteImage[] {
  const all = isObject(outputs) ? outputs : {}
  const files = Object.entries(all).flatMap(([id, output]) => {
    if (nodes !== undefined && !nodes.includes(id)) return []
    return isObject(output) && Array.isArray(output.images) ? output.images.filter(isObject) : []
  })
  const saved = files.filter(({ type }) => type === 'output')
  const wanted = nodes === undefined && saved.length > 0 ? saved : files
  return wanted.map(({ filename, subfolder = '', type = 'output' }) => {
    const facts = [filename, subfolder, type].map((part) => encodeURIComponent(String(part)))
    const [name, folder, kind] = facts
    return { url: `/view?filename=${name}&subfolder=${folder}&type=${kind}` }
  })
}

/** Where a job is that has not ended; its server forgets all of them when it is started anew. */
export const toLook = (): WireRequest => ({ method: 'GET', url: '/queue' })

/** Whether a job waits or runs; undefined when the answer is no queue. */
export function fromLook(answer: HttpAnswer, { id }: ProviderJob): boolean | undefined {
  const isQueue = isObject(answer.json) && Array.isArray(answer.json.queue_pending)
  if (answer.status !== 200 || !isQueue) return undefined
  return [...idsOf(answer, 'queue_running'), ...idsOf(answer, 'queue_pending')].includes(id)
}

/** `{"exec_info": {"queue_remaining": 3}}`: jobs that run and wait, whosever they are. */
export function fromQueueLength({ json }: HttpAnswer): number | undefined {
  const told =
    isObject(json) && isObject(json.exec_info) ? json.exec_info.queue_remaining : undefined
  return typeof told === 'number' ? told : undefined
}

/**
 * Gives a job up: it is taken from the queue, and interrupted if it is the one that runs. Only
 * then, because old servers interrupt whatever runs, whosever it is.
 */
export const cancel: CancelRule = {
  toCancel: ({ id }) => postJson('/queue', { delete: [id] }),
  afterCancel: ({ id, pollUrl }, answers) => {
    if (answers.length === 1) return toLook()
    if (answers.length > 2) return undefined
    if (!runningIds(answers[1]).includes(id)) return { method: 'GET', url: pollUrl }
    const body = { kind: 'json', value: { prompt_id: id } } as const
    return { method: 'POST', url: '/interrupt', body }
  },
  fromCancel: (last, { id }, answers) => {
    if (answers.length < 3 || answers.some(({ status }) => status !== 200)) return 'unknown'
    if (runningIds(answers[1]).includes(id)) return 'signalled'
    if (!isObject(last.json)) return 'unknown'
    // Neither running nor in the history: it was taken from the queue before it started.
    return last.json[id] === undefined ? 'stopped' : 'too_late'
  },
}

const runningIds = (answer: HttpAnswer | undefined) => idsOf(answer, 'queue_running')

/** Ids of a list of the queue: `queue_running: [[number, id, graph, extra, outputs]]`. */
function idsOf(
  answer: HttpAnswer | undefined,
  list: 'queue_running' | 'queue_pending',
): readonly string[] {
  const entries = isObject(answer?.json) ? answer.json[list] : undefined
  if (!Array.isArray(entries)) return []
  return entries.flatMap((entry: unknown) =>
    Array.isArray(entry) && typeof entry[1] === 'string' ? [entry[1]] : [],
  )
}
