import { isObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import {
  bearerKeyOf,
  drawWithFault,
  jsonAnswer,
  jsonBodyOf,
  toBase64,
} from '../shared/emulator-wire.ts'
import { acceptJob, deliver, viewJob } from './sandbox-jobs.ts'
import { costNano, type EmulatedModel, emulatedModels } from './sandbox-models.ts'
import { type PictureRequest, readRequest } from './sandbox-request.ts'

/** Places of the three shapes, with the model's name between. */
const PLACES = new RegExp(
  '^/inference/v1/(workflows|image_generation)/accounts/fireworks/models/([^/]+)' +
    '(?:/(text_to_image|get_result))?$',
)

/** The emulator of Fireworks' image models: pictures as they are, lists in JSON, and jobs. */
export default defineEmulator({
  id: 'fireworks',
  basePath: '/inference/v1',
  async handle(request, kit) {
    const { method, path } = request
    if (method === 'GET' && path.startsWith('/delivery/')) return deliver(request, kit)
    const key = bearerKeyOf(request)
    if (key === undefined) return badKey()
    if (method === 'GET' && path === '/inference/v1/models') return listModels()
    const [, family, modelName, action] = PLACES.exec(path) ?? []
    if (method !== 'POST' || family === undefined || modelName === undefined) return noModel()
    if (action === 'get_result') return poll(request, kit, { key, modelName })
    return submit(request, kit, { key, modelName, place: action ?? family })
  },
})

const refusal = (status: number, message: string): EmulatorAnswer =>
  jsonAnswer(status, { error: { message } })

const badKey = (): EmulatorAnswer => refusal(401, 'The API key you provided is invalid.')
const noModel = (): EmulatorAnswer => refusal(404, 'Model not found, inaccessible or not deployed')
const serverError = (status = 500): EmulatorAnswer => refusal(status, 'Internal server error')

const listModels = (): EmulatorAnswer =>
  jsonAnswer(200, {
    object: 'list',
    data: Object.keys(emulatedModels).map((name) => ({
      id: `accounts/fireworks/models/${name}`,
      object: 'model',
    })),
  })

/** Refusals before any work, in Fireworks' words. */
function refuse(fault: Fault | undefined): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return badKey()
    case 'no-credit':
      return refusal(412, 'The account is suspended: its monthly spending limit is reached.')
    case 'rate-limit':
      return refusal(429, 'Request exceeded the rate limit, retry later')
    case 'user-error':
      return refusal(400, 'prompt is required')
    case 'model-gone':
      return noModel()
    case 'server-error':
      return serverError()
    case 'overloaded':
      return refusal(503, 'The service is overloaded, retry later')
    case 'error-in-200':
      return serverError(200)
    default:
      return undefined
  }
}

function poll(
  request: EmulatorRequest,
  kit: EmulatorKit,
  { key, modelName }: { readonly key: string; readonly modelName: string },
): EmulatorAnswer {
  const body = jsonBodyOf(request)
  const id = isObject(body) && typeof body.id === 'string' ? body.id : undefined
  if (id === undefined) return refusal(400, 'id is required')
  return jsonAnswer(200, viewJob(kit, request, { id, key, modelName }))
}

interface Submission {
  readonly key: string
  readonly modelName: string
  readonly place: string
}

/** Where each shape is called. */
const placeOf = { workflow: 'text_to_image', kontext: 'workflows', legacy: 'image_generation' }

async function submit(
  request: EmulatorRequest,
  kit: EmulatorKit,
  { key, modelName, place }: Submission,
): Promise<EmulatorAnswer> {
  const body = jsonBodyOf(request)
  if (!isObject(body)) return refusal(400, 'The body is not valid JSON')
  const fault = kit.fault(request, String(body.prompt ?? ''))
  const early = refuse(fault)
  if (early !== undefined) return early
  const model = Object.hasOwn(emulatedModels, modelName) ? emulatedModels[modelName] : undefined
  if (model === undefined || placeOf[model.shape] !== place) return noModel()
  const read = readRequest(body, model)
  if (!read.ok) return refusal(400, read.refusal)
  const work = { modelName, model, asked: read.value, fault }
  if (model.shape !== 'kontext') return produce(request, kit, work)
  // Jobs that end so are not charged.
  if (fault !== 'moderate-input' && fault !== 'job-fails') bill(kit, work)
  if (fault === 'server-error-billed') return serverError()
  const id = acceptJob(kit, { key, modelName, asked: read.value, fault, seconds: model.seconds })
  return jsonAnswer(200, { request_id: id })
}

interface Work {
  readonly modelName: string
  readonly model: EmulatedModel
  readonly asked: PictureRequest
  readonly fault: Fault | undefined
}

function bill(kit: EmulatorKit, { modelName, model, asked }: Work): string {
  const requestId = kit.hexId(16)
  const dollars = dollarsFromNano(BigInt(costNano(model, asked)))
  kit.bill({ model: modelName, images: asked.count, dollars, requestId })
  return requestId
}

/** Charges, waits and draws. The charge comes first: whoever hangs up pays as well. */
async function produce(
  request: EmulatorRequest,
  kit: EmulatorKit,
  work: Work,
): Promise<EmulatorAnswer> {
  const { model, asked, fault } = work
  if (fault === 'moderate-input') return refusal(400, 'The prompt was flagged as unsafe')
  const requestId = bill(kit, work)
  await kit.latency(model.seconds, request.signal)
  if (fault === 'server-error-billed') return serverError()
  const { accept = '*/*', 'json-return-image-accept': inside = 'image/png' } = request.headers
  const isList = accept.startsWith('application/json')
  const format = (isList ? inside : accept).includes('jpeg') ? 'jpeg' : 'png'
  const seed = asked.seed ?? kit.hash(`seed of ${requestId}`)
  const reason = fault === 'moderate-output' ? 'CONTENT_FILTERED' : 'SUCCESS'
  const count = fault === 'empty' ? 0 : fault === 'wrong-count' ? asked.count - 1 : asked.count
  const pictures = await Promise.all(
    Array.from({ length: isList ? count : Math.min(1, count) }, (_, index) =>
      drawWithFault(
        kit,
        {
          ...asked.size,
          prompt: asked.prompt,
          seed: seed + index,
          format,
          // What is filtered comes as a black picture.
          ...(reason === 'CONTENT_FILTERED' ? { blank: true } : {}),
        },
        fault,
      ),
    ),
  )
  if (isList) {
    const base64 = pictures.map((bytes) => `data:image/${format};base64,${toBase64(bytes)}`)
    return jsonAnswer(200, { id: requestId, base64, finishReason: reason, seed })
  }
  const headers = {
    'content-type': `image/${format}`,
    'finish-reason': reason,
    seed: String(seed),
    'x-request-id': requestId,
  }
  return { status: 200, headers, body: pictures[0] ?? new Uint8Array() }
}
