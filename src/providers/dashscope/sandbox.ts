import { isObject } from '../../core/json.ts'
import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
} from '../shared/emulator.ts'
import { bearerKeyOf, jsonAnswer, jsonBodyOf } from '../shared/emulator-wire.ts'
import { invalid, noSuchKey, noSuchModel, refusal, refuse, withheld } from './sandbox-errors.ts'
import {
  acceptJob,
  deliver,
  type EmulatedJob,
  failureOf,
  jobsOf,
  linksOf,
  madeBy,
  settle,
  stateOf,
} from './sandbox-jobs.ts'
import { emulatedModels, promptOf, readAsked } from './sandbox-models.ts'

const SERVICE =
  /(multimodal-generation|image-generation|text2image)\/(?:generation|image-synthesis)$/
const CREATE = new RegExp(`^/api/v1/services/aigc/${SERVICE.source}`)
const TASK = /^\/api\/v1\/tasks\/([0-9a-f-]+)(\/cancel)?$/

/** Emulates the image APIs of Alibaba Model Studio: calls, tasks, and the storage of pictures. */
export default defineEmulator({
  id: 'dashscope',
  basePath: '/api/v1',
  async handle(request, kit) {
    const { method, path } = request
    if (method === 'GET' && path.startsWith('/results/')) return deliver(request, kit)
    const key = bearerKeyOf(request)
    if (key === undefined) return noSuchKey(kit)
    if (method === 'GET' && /^\/api\/v1\/tasks\/?$/.test(path)) return listTasks(kit, key)
    const [, id, isCancel] = TASK.exec(path) ?? []
    if (id !== undefined) {
      const job = jobsOf(kit).get(id)
      const own = job?.key === key ? job : undefined
      if (method === 'POST' && isCancel !== undefined) return cancel(kit, own)
      if (method === 'GET' && isCancel === undefined) return viewTask(request, kit, id, own)
    }
    const service = CREATE.exec(path)?.[1]
    if (method === 'POST' && service !== undefined) return create(request, kit, key, service)
    return refusal(kit, 404, { code: 'InvalidURL', message: 'Required URL does not exist.' })
  },
})

async function create(
  request: EmulatorRequest,
  kit: EmulatorKit,
  key: string,
  service: string,
): Promise<EmulatorAnswer> {
  const body = jsonBodyOf(request)
  if (!isObject(body)) return invalid(kit, 'the request body is not valid JSON')
  const fault = kit.fault(request, promptOf(body.input))
  const refused = refuse(kit, fault)
  if (refused !== undefined) return refused
  const modelName = String(body.model)
  const model = Object.hasOwn(emulatedModels, modelName) ? emulatedModels[modelName] : undefined
  if (model === undefined) return noSuchModel(kit)
  if (model.path !== service) return invalid(kit, 'url error, please check url!')
  const isTask = request.headers['x-dashscope-async'] === 'enable'
  if (isTask === (service === 'multimodal-generation')) {
    const call = isTask ? 'asynchronous' : 'synchronous'
    const message = `current user api does not support ${call} calls.`
    return refusal(kit, 403, { code: 'AccessDenied', message })
  }
  const asked = readAsked(model, body)
  if (typeof asked === 'string') return invalid(kit, asked)
  const job = acceptJob(kit, { key, modelName, model, asked, fault, isTask })
  if (!isTask) return finish(request, kit, job)
  return jsonAnswer(200, {
    output: { task_status: 'PENDING', task_id: job.id },
    request_id: kit.hexId(32),
  })
}

/** Answers a synchronous call while the client waits. It was charged when it came. */
async function finish(
  request: EmulatorRequest,
  kit: EmulatorKit,
  job: EmulatedJob,
): Promise<EmulatorAnswer> {
  await kit.latency(job.model.seconds, request.signal)
  const failed = failureOf(job)
  if (failed !== undefined) return refusal(kit, failed === withheld ? 400 : 500, failed)
  const content = linksOf(job, request).map((image) => ({ image }))
  const message = { role: 'assistant', content }
  return jsonAnswer(200, {
    output: { choices: content.length === 0 ? [] : [{ finish_reason: 'stop', message }] },
    usage: { image_count: madeBy(job), ...job.asked.size },
    request_id: job.id,
  })
}

function viewTask(
  request: EmulatorRequest,
  kit: EmulatorKit,
  id: string,
  job: EmulatedJob | undefined,
): EmulatorAnswer {
  const answer = (output: object, rest: object = {}): EmulatorAnswer =>
    jsonAnswer(200, { request_id: kit.hexId(32), output: { task_id: id, ...output }, ...rest })
  if (job === undefined) return answer({ task_status: 'UNKNOWN' })
  settle(kit, job)
  const state = stateOf(job, kit.now())
  if (state === 'FAILED') return answer({ task_status: state, ...failureOf(job) })
  if (state !== 'SUCCEEDED') return answer({ task_status: state })
  const made = madeBy(job)
  const metrics = { TOTAL: job.asked.n, SUCCEEDED: made, FAILED: job.asked.n - made }
  return answer(
    { task_status: state, ...resultsOf(request, job), task_metrics: metrics },
    { usage: { image_count: made } },
  )
}

/** The pictures of a task: choices of messages, or the older list with what failed in it. */
function resultsOf(request: EmulatorRequest, job: EmulatedJob): object {
  const links = linksOf(job, request)
  if (job.model.path === 'image-generation') {
    const choices = links.map((image) => ({
      finish_reason: 'stop',
      message: { role: 'assistant', content: [{ type: 'image', image }] },
    }))
    return { finished: true, choices }
  }
  const { prompt, isRewritten, n } = job.asked
  const rewritten = isRewritten ? { actual_prompt: `${prompt}, in fine detail` } : {}
  const pictures = links.map((url) => ({ orig_prompt: prompt, ...rewritten, url }))
  const isPartial = links.length > 0 && links.length < n
  return { results: isPartial ? [...pictures, withheld] : pictures }
}

function cancel(kit: EmulatorKit, job: EmulatedJob | undefined): EmulatorAnswer {
  if (job === undefined || stateOf(job, kit.now()) !== 'PENDING') {
    const message = 'Failed to cancel the task, please confirm if the task is in PENDING status.'
    return refusal(kit, 400, { code: 'UnsupportedOperation', message })
  }
  job.isCancelled = true
  return jsonAnswer(200, { request_id: kit.hexId(32) })
}

/** The tasks of an account, newest first; without the pages that the real list has. */
function listTasks(kit: EmulatorKit, key: string): EmulatorAnswer {
  const own = [...jobsOf(kit).values()].filter((job) => job.key === key).reverse()
  const data = own.slice(0, 100).map((job) => ({
    task_id: job.id,
    model_name: job.modelName,
    status: stateOf(job, kit.now()),
  }))
  return jsonAnswer(200, { request_id: kit.hexId(32), data, total: own.length })
}
