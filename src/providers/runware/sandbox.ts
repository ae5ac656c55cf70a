import { isObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import {
  type Drawing,
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import { DELIVERY, deliverLink, linkTo } from '../shared/emulator-links.ts'
import {
  bearerKeyOf,
  drawWithFault,
  jsonAnswer,
  jsonBodyOf,
  toBase64,
} from '../shared/emulator-wire.ts'
import { emulatedModels, NANO_PER_UNIT, UNITS_PER_DOLLAR, unitsOf } from './sandbox-models.ts'
import { type PictureTask, type Problem, readTask } from './sandbox-request.ts'
import { readTool } from './sandbox-tools.ts'

/** How much dearer a call is under the fault `cost-differs`. */
const DRIFT_FACTOR = 1.5
const RATE_LIMIT_PAUSE_SECONDS = 2

/** The emulator of Runware's list of tasks, strict about parameters. */
export default defineEmulator({
  id: 'runware',
  basePath: '',
  async handle(request, kit) {
    const { method, path } = request
    if (method === 'GET' && path.startsWith(DELIVERY)) return deliverLink(request, kit)
    if (method !== 'POST' || path !== '/v1') return jsonAnswer(404, { message: 'Not found' })
    const body = jsonBodyOf(request)
    if (!Array.isArray(body) || !body.every(isObject)) {
      return refusal(400, { code: 'invalidJSON', message: 'The body must be a list of tasks.' })
    }
    if (bearerKeyOf(request) === undefined && !hasGoodKey(body)) return badKey()
    const tasks = body.filter(({ taskType }) => taskType !== 'authentication')
    return answerTasks(tasks, request, kit)
  },
})

/** Tasks that make a picture, by their names in requests and in answers. */
const answerNames = {
  imageInference: 'imageInference',
  upscale: 'imageUpscale',
  removeBackground: 'imageBackgroundRemoval',
} as const
const taskTypes = Object.keys(answerNames)

type Task = Readonly<Record<string, unknown>>
type TaskFailure = Partial<Problem> & { readonly taskUUID?: unknown; readonly taskType?: unknown }

/** The key may also come as the first task. */
const hasGoodKey = ([first]: readonly Task[]): boolean =>
  first?.taskType === 'authentication' &&
  typeof first.apiKey === 'string' &&
  !first.apiKey.startsWith('invalid')

const refusal = (
  status: number,
  error: TaskFailure,
  headers: Readonly<Record<string, string>> = {},
): EmulatorAnswer => jsonAnswer(status, { errors: [error] }, headers)

const badKey = (): EmulatorAnswer =>
  refusal(401, {
    code: 'invalidApiKey',
    message: 'Invalid API key. Get one at https://my.runware.ai/signup',
    parameter: 'apiKey',
    taskType: 'authentication',
  })

/** Refusals of a whole request, before any work. */
function refuse(fault: Fault | undefined, name: string): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return badKey()
    case 'no-credit':
      return refusal(402, { code: 'insufficientCredits', message: 'Add credits to go on.' })
    case 'rate-limit':
      return refusal(
        429,
        { code: 'rateLimitExceeded', message: 'Too many requests.' },
        { 'retry-after': String(RATE_LIMIT_PAUSE_SECONDS) },
      )
    case 'user-error':
      return refusal(400, { code: 'invalidPositivePrompt', message: 'The prompt is not valid.' })
    case 'model-gone':
      return refusal(400, { code: 'invalidModel', message: `The model '${name}' is not there.` })
    case 'moderate-input':
      return refusal(400, { code: 'contentModeration', message: 'The prompt was refused.' })
    case 'server-error':
      return refusal(500, { code: 'internalServerError', message: 'Something went wrong.' })
    case 'overloaded':
      return refusal(503, { code: 'serviceUnavailable', message: 'Try again later.' })
    case 'error-in-200':
      return refusal(200, { code: 'timeoutProvider', message: 'The provider took too long.' })
    default:
      return undefined
  }
}

/** Answers every task; what failed stands beside what did not. */
async function answerTasks(
  tasks: readonly Task[],
  request: EmulatorRequest,
  kit: EmulatorKit,
): Promise<EmulatorAnswer> {
  const data: object[] = []
  const errors: TaskFailure[] = []
  for (const task of tasks) {
    const { taskType, taskUUID } = task
    if (taskType === 'modelSearch') {
      data.push({ taskType, taskUUID, ...search(String(task.search ?? '')) })
      continue
    }
    if (!taskTypes.some((known) => known === taskType)) {
      const message = `The task type '${String(taskType)}' is not emulated.`
      errors.push({ code: 'invalidTaskType', message, parameter: 'taskType', taskType, taskUUID })
      continue
    }
    const fault = kit.fault(request, String(task.positivePrompt ?? ''))
    const early = refuse(fault, String(task.model))
    if (early !== undefined) return early
    const read = taskType === 'imageInference' ? readTask(task) : readTool(task)
    if (!read.ok) errors.push({ ...read.refusal, taskType, taskUUID })
    else {
      const made = await makePictures(read.value, fault, request, kit)
      if (made === undefined)
        return refusal(500, { code: 'internalServerError', message: 'Sorry.' })
      data.push(...made.results)
      errors.push(...made.errors)
    }
  }
  const status = errors.length > 0 && data.length === 0 ? 400 : 200
  return jsonAnswer(status, { data, ...(errors.length > 0 ? { errors } : {}) })
}

function search(words: string): object {
  const results = Object.keys(emulatedModels)
    .filter((air) => words === 'FLUX' || air.includes(words))
    .map((air) => ({ air, category: 'checkpoint' }))
  return { results, totalResults: results.length }
}

/** Charges, waits and draws; undefined when it breaks off after the charge. */
async function makePictures(
  task: PictureTask,
  fault: Fault | undefined,
  request: EmulatorRequest,
  kit: EmulatorKit,
): Promise<{ readonly results: readonly object[]; readonly errors: TaskFailure[] } | undefined> {
  const factor = fault === 'cost-differs' ? DRIFT_FACTOR : 1
  const count = fault === 'wrong-count' ? task.count - 1 : task.count
  const drawings = Array.from({ length: count }, (_, index) => drawingOf(task, index, kit))
  const costs = drawings.map(({ seed }) =>
    Math.ceil(unitsOf(task.model, task, kit.hash(`${task.id} ${seed}`)) * factor),
  )
  const units = costs.reduce((sum, cost) => sum + cost, 0)
  const dollars = dollarsFromNano(BigInt(units) * NANO_PER_UNIT)
  kit.bill({ model: task.name, images: count, dollars, requestId: task.id })
  await kit.latency(task.model.seconds, request.signal)
  if (fault === 'server-error-billed') return undefined
  if (fault === 'empty') return { results: [], errors: [] }
  const facts = { taskType: answerNames[task.type], taskUUID: task.id }
  const results = await Promise.all(
    drawings.map(async (drawing, index) => ({
      ...facts,
      imageUUID: kit.hexId(32),
      ...(await printPicture(task, drawing, { fault, request, kit })),
      ...(task.type === 'imageInference'
        ? { seed: drawing.seed, NSFWContent: fault === 'moderate-output' }
        : {}),
      ...(task.isCostTold ? { cost: (costs[index] ?? 0) / UNITS_PER_DOLLAR } : {}),
    })),
  )
  const late = { code: 'timeoutProvider', message: 'One picture took too long.', ...facts }
  return { results, errors: count < task.count ? [late] : [] }
}

/** A seed gives the same pictures again: the second has the next seed. */
const drawingOf = (
  { id, type, prompt, width, height, seed, format }: PictureTask,
  index: number,
  kit: EmulatorKit,
): Drawing => ({
  width,
  height,
  prompt,
  seed: (seed ?? kit.hash(`seed of ${id} ${kit.hexId(8)}`)) + index,
  format,
  ...(type === 'removeBackground' ? { transparent: true } : {}),
})

async function printPicture(
  { output, format }: PictureTask,
  drawing: Drawing,
  world: {
    readonly fault: Fault | undefined
    readonly request: EmulatorRequest
    readonly kit: EmulatorKit
  },
): Promise<object> {
  const { fault, request, kit } = world
  if (output === 'URL') return { imageURL: linkTo(request, kit, drawing) }
  const text = toBase64(await drawWithFault(kit, drawing, fault))
  return output === 'base64Data'
    ? { imageBase64Data: text }
    : { imageDataURI: `data:image/${format};base64,${text}` }
}
