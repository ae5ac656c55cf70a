import { isObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
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
import { costNano, type EmulatedModel, emulatedModels } from './sandbox-models.ts'
import { type Fields, type PictureRequest, readRequest } from './sandbox-request.ts'

const INFERENCE = '/v1/inference/'
const FORMS = ['/v1/openai/images/edits', '/v1/openai/images/variations']
/** Factor of the charge under `cost-differs`; it is reported, so it is booked. */
const DRIFT = 1.5
const NANO_PER_DOLLAR = 1_000_000_000

/** The emulator of DeepInfra: the native endpoint, and edits and variations in OpenAI's shape. */
export default defineEmulator({
  id: 'deepinfra',
  basePath: '/v1',
  async handle(request, kit) {
    const { method, path } = request
    if (bearerKeyOf(request) === undefined) return badKey()
    if (method === 'GET' && path === '/v1/me/rate_limit') {
      return jsonAnswer(200, { concurrent_requests: 200 })
    }
    if (method === 'POST' && path.startsWith(INFERENCE)) return runInference(request, kit)
    if (method === 'POST' && FORMS.includes(path)) return runForm(request, kit)
    return detail(404, 'Not Found')
  },
})

const detail = (status: number, error: string): EmulatorAnswer =>
  jsonAnswer(status, { detail: { error } })

const badKey = (): EmulatorAnswer => detail(401, 'User is not authenticated')
const noModel = (): EmulatorAnswer => detail(404, 'Model is not available')
const serverError = (status = 500): EmulatorAnswer => detail(status, 'Internal server error')

/** Refusals before any work, in DeepInfra's words. */
function refuse(fault: Fault | undefined): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return badKey()
    case 'no-credit':
      return detail(402, 'Your balance is too low. Add funds to go on.')
    case 'rate-limit':
      return detail(429, 'Model busy, retry later')
    case 'user-error':
      return jsonAnswer(422, {
        detail: [{ loc: ['body', 'prompt'], msg: 'Field required', type: 'missing' }],
      })
    case 'model-gone':
      return noModel()
    case 'moderate-input':
      return detail(400, 'The prompt was refused by the content filter')
    case 'server-error':
      return serverError()
    case 'overloaded':
      return detail(503, 'Service temporarily unavailable')
    case 'error-in-200':
      return serverError(200)
    default:
      return undefined
  }
}

function modelAt(name: string, ...endpoints: EmulatedModel['endpoint'][]) {
  const model = Object.hasOwn(emulatedModels, name) ? emulatedModels[name] : undefined
  return model !== undefined && endpoints.includes(model.endpoint) ? model : undefined
}

async function runInference(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const name = request.path.slice(INFERENCE.length)
  const body = jsonBodyOf(request)
  const fields = isObject(body) ? body : {}
  const fault = kit.fault(request, String(fields.prompt ?? ''))
  const early = refuse(fault)
  if (early !== undefined) return early
  const model = modelAt(name, 'inference')
  if (model === undefined) return noModel()
  const read = readRequest(fields, model)
  if (!read.ok) return jsonAnswer(422, { detail: read.refusal })
  const work = { name, model, asked: read.value, fault }
  const { requestId, nano, seed, pictures } = await produce(request, kit, work)
  if (fault === 'server-error-billed') return serverError()
  return jsonAnswer(200, {
    images: pictures.map((bytes) => `data:image/png;base64,${toBase64(bytes)}`),
    nsfw_content_detected: pictures.map(() => fault === 'moderate-output'),
    seed,
    request_id: requestId,
    inference_status: {
      status: 'succeeded',
      runtime_ms: model.seconds * 1_000,
      cost: nano / NANO_PER_DOLLAR,
      tokens_generated: null,
      tokens_input: null,
    },
  })
}

async function runForm(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const error = (status: number, message: string): EmulatorAnswer =>
    jsonAnswer(status, { error: { message } })
  const form = await kit.multipart(request).catch(() => undefined)
  if (form === undefined) return error(400, 'The body is no valid form')
  const fields: Fields = Object.fromEntries(
    [...form.fields].map(([name, values]) => [name, values[0]]),
  )
  const name = String(fields.model ?? '')
  const fault = kit.fault(request, String(fields.prompt ?? ''))
  const early = refuse(fault)
  if (early !== undefined) return early
  const model = modelAt(name, request.path.endsWith('/edits') ? 'edits' : 'variations')
  if (model === undefined) return error(404, `The model ${name} does not exist`)
  const images = form.files.filter((file) => file.name === 'image')
  const hasMask = form.files.some((file) => file.name === 'mask')
  if (images.length === 0) return error(400, 'image is required')
  if (hasMask && !model.takesMask) return error(400, 'this model takes no mask')
  if (form.files.some(({ bytes }) => readImageHeader(bytes) === undefined)) {
    return error(400, 'a file is no image')
  }
  const read = readRequest(fields, model)
  if (!read.ok) return jsonAnswer(422, { detail: read.refusal })
  const { pictures } = await produce(request, kit, { name, model, asked: read.value, fault })
  if (fault === 'moderate-output')
    return error(400, 'The picture was refused by the content filter')
  if (fault === 'server-error-billed') return error(500, 'Internal server error')
  return jsonAnswer(200, {
    created: Math.floor(kit.now() / 1_000),
    data: pictures.map((bytes) => ({ revised_prompt: null, b64_json: toBase64(bytes) })),
  })
}

interface Work {
  readonly name: string
  readonly model: EmulatedModel
  readonly asked: PictureRequest
  readonly fault: Fault | undefined
}

/** Charges, waits and draws. The charge comes first: whoever hangs up pays as well. */
async function produce(request: EmulatorRequest, kit: EmulatorKit, work: Work) {
  const { name, model, asked, fault } = work
  const requestId = kit.hexId(24)
  const nano = Math.round(costNano(model, asked) * (fault === 'cost-differs' ? DRIFT : 1))
  kit.bill({ model: name, images: asked.count, dollars: dollarsFromNano(BigInt(nano)), requestId })
  await kit.latency(model.seconds, request.signal)
  const seed = asked.seed ?? kit.hash(`seed of ${requestId}`)
  const count = fault === 'empty' ? 0 : fault === 'wrong-count' ? asked.count - 1 : asked.count
  const format = model.endpoint === 'inference' ? 'png' : 'jpeg'
  const pictures = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      drawWithFault(
        kit,
        {
          ...asked.size,
          prompt: asked.prompt,
          seed: seed + index,
          format,
          // What is marked as unsafe comes as a black picture.
          ...(fault === 'moderate-output' ? { blank: true } : {}),
        },
        fault,
      ),
    ),
  )
  return { requestId, nano, seed, pictures }
}
